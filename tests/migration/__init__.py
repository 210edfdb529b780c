# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that move between routers, under the eyes of an observer."""
