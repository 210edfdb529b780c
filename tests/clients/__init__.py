# SPDX-License-Identifier: GPL-3.0-or-later
"""Every act on a client: edits of files, the commands, and what the routers get of them."""
