# SPDX-License-Identifier: GPL-3.0-or-later
"""/ppp: secret, profile, active, aaa. Data; may import kinds and facts.model.

Secret: a row recorded from a v6 router. Profile: a 6.49 verbose export. Active: `/console/inspect`.
"""

from reconciler.emulator.facts.model import (
    BOOL,
    COMMENT,
    ENDS,
    NAME,
    F,
    Fields,
    Menu,
    Unique,
    named,
    texts,
)  # fmt: skip
from reconciler.emulator.kinds.base import Int, Text, words
from reconciler.emulator.kinds.combine import Either, PairOrOne, ref
from reconciler.emulator.kinds.net import IP4_KIND, IP6_PREFIX_KIND, IP_KIND, IPS_KIND
from reconciler.emulator.kinds.units import TIME_KIND
from reconciler.emulator.version import Version

SERVICES = words("any async l2tp ovpn pppoe pptp sstp")
DEFAULTED = words("default yes no")
REQUIRABLE = words("default yes no required")
NEVER = {"ipv6-routes": "", "last-logged-out": "never"}


def complete_secret(fields: Fields, version: Version) -> None:
    """A secret that never logged in shows the epoch in the version's own date form."""
    if fields.get("last-logged-out") == "never":
        iso = version.parts >= (7, 10, 0)
        fields["last-logged-out"] = "1970-01-01 00:00:00" if iso else "jan/01/1970 00:00:00"


SECRET = Menu(
    "/ppp/secret",
    {
        "name": NAME,
        "service": F(SERVICES, "any"),
        "caller-id": F(Text(), ""),
        "password": F(Text(), ""),
        "profile": F(ref("/ppp/profile"), "default"),
        "local-address": F(IP4_KIND),
        "remote-address": F(IP4_KIND),
        "remote-ipv6-prefix": F(IP6_PREFIX_KIND),
        "routes": F(Text(), ""),
        "ipv6-routes": F(Text(), ""),
        "limit-bytes-in": F(Int(0, 2**64 - 1), "0"),
        "limit-bytes-out": F(Int(0, 2**64 - 1), "0"),
        **ENDS,
    },
    live={"last-logged-out": "never", "last-caller-id": "", "last-disconnect-reason": ""},
    required=("name",),
    unique=(Unique(("name", "service"), "secret with the same name already exists"),),
    volatile=frozenset({"last-logged-out", "last-caller-id", "last-disconnect-reason"}),
    complete=complete_secret,
    secret=frozenset({"password"}),
)

ADDRESS = Either((ref("/ip/pool"), IP_KIND))
QUEUE_PLACE = ref("/queue/simple", extra="first bottom")
DEFAULT = {"name": "default", "change-tcp-mss": "yes", "default": "true"}
PROFILE = Menu(
    "/ppp/profile",
    {
        "name": NAME,
        "local-address": F(ADDRESS),
        "remote-address": F(ADDRESS),
        "bridge": F(ref("/interface/bridge")),
        "bridge-horizon": F(),
        "bridge-learning": F(DEFAULTED, "default"),
        "session-timeout": F(TIME_KIND),
        "idle-timeout": F(TIME_KIND),
        "use-mpls": F(REQUIRABLE, "default"),
        "use-compression": F(DEFAULTED, "default"),
        "use-encryption": F(REQUIRABLE, "default"),
        "only-one": F(DEFAULTED, "default"),
        "change-tcp-mss": F(DEFAULTED, "default"),
        "use-upnp": F(DEFAULTED, "default"),
        "rate-limit": F(Text(), clear=True),
        "address-list": F(Text(), ""),
        "interface-list": F(ref("/interface/list")),
        "parent-queue": F(ref("/queue/simple", extra="none")),
        "queue-type": F(PairOrOne(ref("/queue/type"))),
        "insert-queue-before": F(QUEUE_PLACE),
        "dns-server": F(IPS_KIND, clear=True),
        "wins-server": F(IPS_KIND, clear=True),
        "incoming-filter": F(clear=True),
        "outgoing-filter": F(clear=True),
        "on-up": F(Text(), ""),
        "on-down": F(Text(), ""),
        "comment": COMMENT,
    },
    live={"default": "false"},
    required=("name",),
    unique=named(),
    builtin=(
        (0, DEFAULT),
        (0xFFFFFFFE, DEFAULT | {"name": "default-encryption", "use-encryption": "yes"}),
    ),
)

ACTIVE = Menu(
    "/ppp/active",
    texts("name service caller-id address uptime encoding session-id", clear=False),
    live={"limit-bytes-in": "0", "limit-bytes-out": "0", "radius": "false"},
    only_dynamic=True,
    first_id=0x80000001,
    volatile=frozenset({"uptime"}),
)

AAA = Menu(
    "/ppp/aaa",
    {
        "use-radius": F(BOOL, "false"),
        "accounting": F(BOOL, "true"),
        "interim-update": F(TIME_KIND, "0s"),
        "use-circuit-id-in-nas-port-id": F(BOOL, "false"),
    },
    single=True,
)

MENUS = (SECRET, PROFILE, ACTIVE, AAA)
