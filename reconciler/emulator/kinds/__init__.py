# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds of values: what may be written to a property and how the API prints it back."""
