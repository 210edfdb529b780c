# SPDX-License-Identifier: GPL-3.0-or-later
"""Which printed properties of a row can be written back, and which of them are secret.

Source: what `/console/inspect` of 7.22.3 lets print but not set, menu by menu; no property that is
read-only in one of our menus is settable in another. Imports kinds only.
"""

from reconciler.kinds import Kind
from reconciler.marks import Row

_READ_ONLY = frozenset(
    """
    .id dynamic default invalid creation-time expired last-logged-in
    bytes packets dropped rate packet-rate pcq-queues queued-bytes queued-packets
    total-bytes total-packets total-dropped total-rate total-packet-rate total-pcq-queues
    total-queued-bytes total-queued-packets
    last-caller-id last-disconnect-reason last-logged-out
    bytes-in bytes-out packets-in packets-out uptime
    complete dhcp status vrf hits
    """.split()
)
# Scripts that people put on profiles may hold a token of theirs.
_SECRET = frozenset("password otp-secret on-up on-down on-login on-logout".split())


def settable(row: Row) -> dict[str, str]:
    """What `add` needs to make the row again; an empty property is one that was never set."""
    return {name: text for name, text in row.items() if text and name.lower() not in _READ_ONLY}


def is_secret(kind: Kind, name: str) -> bool:
    return name in _SECRET or name in kind.secrets
