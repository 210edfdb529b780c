# SPDX-License-Identifier: GPL-3.0-or-later
"""Invoices, payments and cut lists, computed from the files of a repository and a date.

    calendar   days, holidays, and when what is due
    invoices   what stands on an invoice: periods, plan lines, extras, totals
    ledger     payments, issued invoices and credits as files
    imports    files of banks and gateways as payments
    books      one client's account from its first day to a date
    pages      invoices and the report on paper
    cli        `reconcile billing …`

Outside `cli` all is a function of an inventory, a ledger and a date: no clock, no git, no number
that is not exact. Imports of the product: errors, yamlfile, models, inventory, wording; `cli` also
what edits files and runs commands.
"""
