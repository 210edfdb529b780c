# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m reconciler` is `reconcile`."""

from reconciler.cli import main

if __name__ == "__main__":
    main()
