# SPDX-License-Identifier: GPL-3.0-or-later
"""A change set as one HTML page: no outside assets, nothing that runs but its own script."""

from reconciler.page.rendering import plan_page

__all__ = ["plan_page"]
