# SPDX-License-Identifier: GPL-3.0-or-later
"""How the routers are right now: reachable, what they hold, what waits, and who is logged in.

`model` is what is known, `look` asks a router, `clients` tells one client's side of it, `lines`
shows it to people and machines. Modules of this folder use those of this list before them, and what
docs/architecture.md says.
"""
