# SPDX-License-Identifier: GPL-3.0-or-later
"""The program as a whole, from files to emulated routers and back to "no changes"."""
