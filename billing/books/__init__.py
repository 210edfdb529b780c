# SPDX-License-Identifier: GPL-3.0-or-later
"""A client's account from its first invoice to a date: what was billed, paid and is open."""
