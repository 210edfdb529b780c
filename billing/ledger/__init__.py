# SPDX-License-Identifier: GPL-3.0-or-later
"""Payments, issued invoices and credits: the files of `ledger/`, read, checked and added to."""
