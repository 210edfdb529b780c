# SPDX-License-Identifier: GPL-3.0-or-later
"""Days of month, holidays, and when what is due."""
