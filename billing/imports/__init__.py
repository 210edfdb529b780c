# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of banks and gateways as payments: read by a map, matched to clients, never guessed."""
