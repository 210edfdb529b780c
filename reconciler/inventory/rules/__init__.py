# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules that hold within one file, one module a kind."""
