# SPDX-License-Identifier: GPL-3.0-or-later
"""Every act on a client as a pure function: the inventory and what is asked in, edits out.

No files, no clock, no router: the command line reads, asks and writes. Imports of the project:
addresses, edit, errors, inventory, models, newfile, wording.
"""
