# SPDX-License-Identifier: GPL-3.0-or-later
"""/interface and what lies below it. Data; may import kinds and facts.model.

`/interface` shows every interface of the menus in INTERFACE_TYPES, under the same `.id`.
Their own arguments are not in the published inspections used here, so these menus are open.
"""

from reconciler.emulator.facts.model import (
    BOOL,
    COMMENT,
    ENDS,
    NAME,
    F,
    Menu,
    Unique,
    named,
    texts,
)  # fmt: skip
from reconciler.emulator.kinds.base import Int, Text, words
from reconciler.emulator.kinds.combine import Either, Many, ref
from reconciler.emulator.kinds.net import MAC_KIND
from reconciler.emulator.kinds.units import TIME_KIND

TAKEN = "already have interface with such name"
INTERFACE = ref("/interface")

# menu -> the type that /interface prints
INTERFACE_TYPES = {
    "/interface/ethernet": "ether",
    "/interface/bridge": "bridge",
    "/interface/vlan": "vlan",
    "/interface/wireless": "wlan",
    "/interface/wifi": "wifi",
    "/interface/bonding": "bond",
    "/interface/pppoe-client": "pppoe-out",
    "/interface/pppoe-server": "pppoe-in",
    "/interface/l2tp-client": "l2tp-out",
    "/interface/l2tp-server": "l2tp-in",
    "/interface/pptp-client": "pptp-out",
    "/interface/pptp-server": "pptp-in",
    "/interface/sstp-client": "sstp-out",
    "/interface/sstp-server": "sstp-in",
    "/interface/ovpn-client": "ovpn-out",
    "/interface/ovpn-server": "ovpn-in",
    "/interface/eoip": "eoip",
    "/interface/gre": "gre-tunnel",
    "/interface/ipip": "ipip-tunnel",
    "/interface/wireguard": "wg",
    "/interface/vrrp": "vrrp",
    "/interface/lte": "lte",
    "/interface/vxlan": "vxlan",
    "/interface/veth": "veth",
    "/interface/macvlan": "macvlan",
}
MTU = {"ether": "1500", "bridge": "auto", "vlan": "1500", "wg": "1420"}


def interface_menu(path: str, kind: str) -> Menu:
    specific = {"/interface/vlan": {"vlan-id": F(Int(1, 4095)), "interface": F(INTERFACE)}}
    return Menu(
        path,
        {
            "name": NAME,
            "default-name": F(),
            "mtu": F(Text(), MTU.get(kind)),
            "mac-address": F(MAC_KIND),
            **specific.get(path, {}),
            **ENDS,
        },
        live={"running": "true"},
        required=() if path == "/interface/ethernet" else ("name",),
        open=True,
    )


ALL = Menu(
    "/interface",
    {
        "name": NAME,
        "default-name": F(),
        "type": F(),
        "mtu": F(Text(), "auto"),
        "mac-address": F(MAC_KIND),
        **ENDS,
    },
    live={"running": "true", "dynamic": "false"},
    unique=named(TAKEN),
    fixed=True,
)
LISTS = Menu(
    "/interface/list",
    {"name": NAME, "include": F(Text(), ""), "exclude": F(Text(), ""), "comment": COMMENT},
    live={"builtin": "false", "dynamic": "false"},
    unique=named(),
    builtin=tuple(
        (
            0x2000000 + number,
            {
                "name": name,
                "builtin": "true",
                "comment": f"contains {'no' if name == 'none' else name} interfaces",
            },
        )
        for number, name in enumerate(("all", "none", "dynamic", "static"))
    ),
)
MEMBERS = Menu(
    "/interface/list/member",
    {
        "list": F(ref("/interface/list")),
        "interface": F(INTERFACE),
        **ENDS,
    },
    live={"dynamic": "false"},
    required=("list", "interface"),
    unique=(Unique(("list", "interface"), "already have such entry"),),
)
PORTS = Menu(
    "/interface/bridge/port",
    {
        "interface": F(Either((INTERFACE, ref("/interface/list")))),
        "bridge": F(ref("/interface/bridge")),
        **ENDS,
    },
    live={"dynamic": "false", "inactive": "false"},
    required=("interface", "bridge"),
    open=True,
)
PPPOE_SERVER = Menu(
    "/interface/pppoe-server/server",
    {
        "service-name": F(Text(), ""),
        "interface": F(INTERFACE),
        "max-mtu": F(Text(), "auto"),
        "max-mru": F(Text(), "auto"),
        "mrru": F(Text(), "disabled"),
        "authentication": F(Many(words("pap chap mschap1 mschap2")), "pap,chap,mschap1,mschap2"),
        "keepalive-timeout": F(Text(), "10"),
        "one-session-per-host": F(BOOL, "false"),
        "max-sessions": F(Text(), "unlimited"),
        "pado-delay": F(TIME_KIND, "0s"),
        "default-profile": F(ref("/ppp/profile"), "default"),
        "disabled": F(BOOL, "true"),
        "comment": COMMENT,
    },
    live={"invalid": "false"},
    required=("interface",),
)
SECURITY = Menu(
    "/interface/wireless/security-profiles",
    {"name": NAME, **texts("comment")},
    builtin=((0, {"name": "default", "default": "true"}),),
    open=True,
)

MENUS = (
    ALL,
    LISTS,
    MEMBERS,
    PORTS,
    PPPOE_SERVER,
    SECURITY,
    *(interface_menu(path, kind) for path, kind in INTERFACE_TYPES.items()),
)
