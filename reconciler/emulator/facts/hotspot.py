# SPDX-License-Identifier: GPL-3.0-or-later
"""/ip/hotspot: servers, profiles, users, user profiles, sessions, bindings. Data only.

Users and user profiles: rows recorded from 7.21.4 and a 6.49 verbose export.
"""

from reconciler.emulator.facts.model import (
    BOOL,
    ENDS,
    NAME,
    F,
    Menu,
    Unique,
    drop_all,
    named,
    texts,
)  # fmt: skip
from reconciler.emulator.kinds.base import Int, Text, words
from reconciler.emulator.kinds.combine import Either, Many, PairOrOne, ref
from reconciler.emulator.kinds.net import IP4_KIND, IP_KIND, MAC_KIND, NAT_KIND
from reconciler.emulator.kinds.units import TIME_KIND

NONE = words("none")
TIMEOUT = Either((NONE, TIME_KIND))
SERVER = ref("/ip/hotspot", extra="all")
POOL = ref("/ip/pool", extra="none")
COUNTERS = ("bytes-in", "bytes-out", "packets-in", "packets-out")
TRIAL = {
    "name": "default-trial", "default": "true", "comment": "counters and limits for trial users",
}  # fmt: skip


SERVERS = Menu(
    "/ip/hotspot",
    {
        "name": NAME,
        "interface": F(ref("/interface")),
        "address-pool": F(POOL, "none"),
        "profile": F(ref("/ip/hotspot/profile"), "default"),
        "idle-timeout": F(TIMEOUT, "5m"),
        "keepalive-timeout": F(TIMEOUT, "none"),
        "login-timeout": F(TIMEOUT, "none"),
        "addresses-per-mac": F(Either((words("unlimited"), Int(1, 255))), "2"),
        "disabled": F(BOOL, "true"),
    },
    live={
        "ip-of-dns-name": "0.0.0.0",
        "proxy-status": "running",
        "invalid": "false",
        "HTTPS": "false",
    },
    required=("interface",),
    unique=named(),
    name_prefix="hotspot",
)

PROFILE = Menu(
    "/ip/hotspot/profile",
    {
        "name": NAME,
        "hotspot-address": F(IP4_KIND, "0.0.0.0"),
        "dns-name": F(Text(), ""),
        "html-directory": F(Text(), "hotspot"),
        "html-directory-override": F(Text(), ""),
        "rate-limit": F(Text(), ""),
        "http-proxy": F(Text(), "0.0.0.0:0"),
        "smtp-server": F(Text(), "0.0.0.0"),
        "login-by": F(
            Many(words("mac cookie http-chap https http-pap trial mac-cookie")),
            "cookie,http-chap",
        ),
        "http-cookie-lifetime": F(TIME_KIND, "3d"),
        "split-user-domain": F(BOOL, "false"),
        "use-radius": F(words("yes no"), "no"),
    },
    live={"default": "false"},
    unique=named(),
    builtin=((0, {"name": "default", "default": "true"}),),
    name_prefix="hsprof",
)

USER = Menu(
    "/ip/hotspot/user",
    {
        "server": F(SERVER, clear=True),
        "name": NAME,
        "password": F(Text(), clear=True),
        "address": F(IP_KIND),
        "mac-address": F(MAC_KIND),
        "profile": F(ref("/ip/hotspot/user/profile"), "default"),
        "routes": F(clear=True),
        "email": F(clear=True),
        "limit-uptime": F(TIME_KIND),
        **{f"limit-bytes-{way}": F(Int(0, 2**64 - 1)) for way in ("in", "out", "total")},
        **ENDS,
    },
    live={"uptime": "0s", **dict.fromkeys(COUNTERS, "0"), "dynamic": "false"},
    required=("name",),
    unique=(Unique(("name", "server"), "already have user with this name for this server"),),
    builtin=((0, TRIAL),),
    complete=drop_all,
    secret=frozenset({"password"}),
    volatile=frozenset({"uptime", *COUNTERS}),
)

USER_PROFILE = Menu(
    "/ip/hotspot/user/profile",
    {
        "name": NAME,
        "address-pool": F(POOL),
        "session-timeout": F(TIME_KIND),
        "idle-timeout": F(TIMEOUT, "none"),
        "keepalive-timeout": F(TIMEOUT, "2m"),
        "status-autorefresh": F(TIMEOUT, "1m"),
        "shared-users": F(Either((words("unlimited"), Int(1, 2**32 - 1))), "1"),
        "add-mac-cookie": F(BOOL, "true"),
        "mac-cookie-timeout": F(TIME_KIND, "3d"),
        "rate-limit": F(Text(), clear=True),
        "address-list": F(Text(), ""),
        "parent-queue": F(ref("/queue/simple", extra="none")),
        "queue-type": F(PairOrOne(ref("/queue/type"))),
        "insert-queue-before": F(ref("/queue/simple", extra="first bottom")),
        **texts(
            "incoming-filter outgoing-filter incoming-packet-mark outgoing-packet-mark"
            " advertise-url on-login on-logout"
        ),
        "open-status-page": F(words("always http-login")),
        "advertise": F(BOOL),
        "transparent-proxy": F(BOOL, "false"),
    },
    live={"default": "false"},
    required=("name",),
    unique=named(),
    builtin=((0, {"name": "default", "default": "true"}),),
)

ACTIVE = Menu(
    "/ip/hotspot/active",
    texts(
        "server user domain address mac-address login-by uptime idle-time session-time-left",
        clear=False,
    ),
    live={"radius": "false", "blocked": "false"},
    only_dynamic=True,
    volatile=frozenset({"uptime", "idle-time", "session-time-left"}),
)
HOST = Menu("/ip/hotspot/host", {}, only_dynamic=True, open=True)
COOKIE = Menu("/ip/hotspot/cookie", {}, only_dynamic=True, open=True)

BINDING = Menu(
    "/ip/hotspot/ip-binding",
    {
        "mac-address": F(MAC_KIND),
        "address": F(NAT_KIND),
        "to-address": F(NAT_KIND),
        "server": F(SERVER),
        "type": F(words("regular bypassed blocked"), "regular"),
        **ENDS,
    },
    live={"bypassed": "false", "blocked": "false"},
    ordered=True,
)
GARDEN = Menu(
    "/ip/hotspot/walled-garden",
    {
        "action": F(words("allow deny"), "allow"),
        **texts("server src-address method dst-host dst-port path"),
        **ENDS,
    },
    live={"hits": "0", "dynamic": "false"},
    ordered=True,
)
GARDEN_IP = Menu(
    "/ip/hotspot/walled-garden/ip",
    {
        "action": F(words("accept drop reject"), "accept"),
        **texts("server src-address dst-address protocol dst-port dst-host"),
        **texts("src-address-list dst-address-list"),
        **ENDS,
    },
    live={"invalid": "false", "dynamic": "false"},
    ordered=True,
)

MENUS = (SERVERS, PROFILE, USER, USER_PROFILE, ACTIVE, HOST, COOKIE, BINDING, GARDEN, GARDEN_IP)
