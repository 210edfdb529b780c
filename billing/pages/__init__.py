# SPDX-License-Identifier: GPL-3.0-or-later
"""What is printed: invoices as HTML and PDF, the report as HTML, without outside assets."""
