# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user's group lets it do over the API. May import state, traps.

Policies as in MikroTik's manual: `api` to log in, `read` to print, `write` to change, `policy`
for users, `sensitive` to see passwords, `reboot` for that alone. The refusal's text is what
clients match on.
"""

from reconciler.emulator import traps
from reconciler.emulator.answers import Command
from reconciler.emulator.state import State

USER_MENUS = ("/user", "/user/group", "/user/aaa")


def policies(state: State, user: str) -> frozenset[str]:
    """The policies of the user's group; none for a user that is gone."""
    row = state.tables["/user"].by_name(user)
    group = state.tables["/user/group"].by_name(row.fields["group"]) if row else None
    held = group.fields.get("policy", "").split(",") if group else []
    return frozenset(name for name in held if name and not name.startswith("!"))


def check(state: State, user: str, command: Command) -> None:
    """Raises the router's Trap when the user may not do this."""
    held = policies(state, user)
    needed = "write" if command.writes else "read"
    if (command.path, command.name) == ("/system", "reboot"):
        needed = "reboot"
    if needed not in held or (
        command.writes and command.path in USER_MENUS and "policy" not in held
    ):
        raise traps.Trap(traps.FORBIDDEN)


def hides(state: State, user: str, path: str) -> frozenset[str]:
    """Properties of the menu that are left out of this user's prints."""
    table = state.tables.get(path)
    if table is None or not table.menu.secret or "sensitive" in policies(state, user):
        return frozenset()
    return table.menu.secret
