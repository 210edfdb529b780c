# SPDX-License-Identifier: GPL-3.0-or-later
"""The tour that `reconcile demo` gives, and the exports of the two routers it emulates."""
