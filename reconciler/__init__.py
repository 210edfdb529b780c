# SPDX-License-Identifier: GPL-3.0-or-later
"""reconcile: clients, plans and zones as YAML in git, made true on MikroTik routers."""

__version__ = "0.1.0"
