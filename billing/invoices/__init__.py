# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands on an invoice: its period, its plan, what is added, and what it comes to."""
