# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile` as a process, from this checkout whatever is installed."""

from reconciler.cli import main

if __name__ == "__main__":
    main()
