# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation held against the program."""
