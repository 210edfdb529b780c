# SPDX-License-Identifier: GPL-3.0-or-later
"""/ip/firewall and /ipv6/firewall: filter, nat, mangle, raw, address lists, connections. Data.

Rules: rows recorded from 7.21.4 and 7.23.7 (matchers only when set; disabled, log and log-prefix
only once written; RouterOS 6 prints them always). Address lists: recorded v6 and 7.23.7 rows.
"""

from reconciler.emulator.facts.model import (
    BOOL,
    COMMENT,
    F,
    Fields,
    Menu,
    Unique,
    texts,
)  # fmt: skip
from reconciler.emulator.kinds.base import Int, Text, words
from reconciler.emulator.kinds.combine import Either, Negatable, ref
from reconciler.emulator.kinds.net import (
    HOURS_KIND,
    LIST6_KIND,
    LIST_KIND,
    NAT_KIND,
    NEGATED_MAC_KIND,
    PORTS_KIND,
    RULE6_KIND,
    RULE_KIND,
)  # fmt: skip
from reconciler.emulator.kinds.units import TIME_KIND
from reconciler.emulator.version import Version

INTERFACE = Negatable(ref("/interface", extra="all-ethernet all-ppp all-vlan all-wireless"))
INTERFACE_LIST = Negatable(ref("/interface/list"))
PROTOCOL_WORDS = words(
    "dccp ddp egp encap etherip ggp gre hmp icmp icmpv6 idpr-cmtp igmp ipencap ipip ipsec-ah"
    " ipsec-esp ipv6-encap ipv6-frag ipv6-nonxt ipv6-opts ipv6-route iso-tp4 l2tp ospf pim pup"
    " rdp rspf rsvp sctp st tcp udp udp-lite vmtp vrrp xns-idp xtp"
)
REJECTIONS = words(
    "icmp-admin-prohibited icmp-host-prohibited icmp-host-unreachable icmp-net-prohibited"
    " icmp-network-unreachable icmp-port-unreachable icmp-protocol-unreachable tcp-reset"
    " icmp-no-route icmp-address-unreachable"
)
BASE_ACTIONS = (
    "accept add-dst-to-address-list add-src-to-address-list drop jump log passthrough return"
)
FILTER_ACTIONS = f"{BASE_ACTIONS} fasttrack-connection reject tarpit"
NAT_ACTIONS = (
    "accept add-dst-to-address-list add-src-to-address-list dst-nat jump log masquerade netmap"
    " passthrough redirect return same src-nat endpoint-independent-nat socksify"
)
MANGLE_ACTIONS = (
    "accept add-dst-to-address-list add-src-to-address-list change-dscp change-mss change-ttl"
    " clear-df fasttrack-connection jump log mark-connection mark-packet mark-routing passthrough"
    " return route set-priority sniff-pc sniff-tzsp strip-ipv4-options"
)
RAW_ACTIONS = f"{BASE_ACTIONS} notrack"
MATCHERS_BEFORE = texts("dst-address-type src-address-type src-address-list dst-address-list")
MATCHERS_AFTER = texts(
    "connection-bytes connection-limit connection-mark connection-nat-state connection-rate"
    " connection-state connection-type content dscp dst-limit fragment hotspot icmp-options"
    " in-bridge-port in-bridge-port-list ingress-priority ipsec-policy ipv4-options"
    " layer7-protocol limit nth out-bridge-port out-bridge-port-list p2p packet-mark packet-size"
    " per-connection-classifier priority psd random realm routing-table tcp-flags"
    " tcp-mss tls-host tos ttl"
)
MARKS = ("mark-connection", "mark-packet", "mark-routing")


PROTOCOL = Negatable(Either((Int(0, 255), PROTOCOL_WORDS)))


def complete_rule(fields: Fields, _version: Version) -> None:
    """What the action implies is printed: passthrough of marks, the kind of a rejection."""
    action = fields.get("action")
    if action in MARKS:
        fields.setdefault("passthrough", "true")
    if action == "reject":
        fields.setdefault("reject-with", "icmp-network-unreachable")


def rules(path: str, actions: str, extra: dict[str, F]) -> Menu:
    address = RULE6_KIND if path.startswith("/ipv6") else RULE_KIND
    properties = {
        "chain": F(Text(required=True)),
        "action": F(words(actions), "accept"),
        **extra,
        "jump-target": F(clear=True),
        "address-list": F(clear=True),
        "address-list-timeout": F(clear=True),
        "src-address": F(address, clear=True),
        "dst-address": F(address, clear=True),
        **MATCHERS_BEFORE,
        "protocol": F(PROTOCOL, clear=True),
        "src-port": F(PORTS_KIND, clear=True),
        "dst-port": F(PORTS_KIND, clear=True),
        "port": F(PORTS_KIND, clear=True),
        "src-mac-address": F(NEGATED_MAC_KIND, clear=True),
        "in-interface": F(INTERFACE, clear=True),
        "out-interface": F(INTERFACE, clear=True),
        "in-interface-list": F(INTERFACE_LIST, clear=True),
        "out-interface-list": F(INTERFACE_LIST, clear=True),
        **MATCHERS_AFTER,
        "routing-mark": F(Negatable(ref("/routing/table", extra="main")), clear=True),
        "time": F(HOURS_KIND, clear=True),
        "log": F(BOOL, v6="false"),
        "log-prefix": F(Text(), v6=""),
        "disabled": F(BOOL, v6="false"),
        "comment": COMMENT,
    }
    return Menu(
        path,
        properties,
        live={"bytes": "0", "packets": "0", "invalid": "false", "dynamic": "false"},
        required=("chain",),
        ordered=True,
        complete=complete_rule,
    )


NAT_EXTRA = {
    "to-addresses": F(NAT_KIND, clear=True),
    "to-ports": F(PORTS_KIND, clear=True),
    "randomise-ports": F(BOOL),
    "same-not-by-dst": F(BOOL),
}
FILTER_EXTRA = {"reject-with": F(REJECTIONS), "hw-offload": F(BOOL)}
MANGLE_EXTRA = {
    "new-connection-mark": F(clear=True),
    "new-packet-mark": F(clear=True),
    "new-routing-mark": F(ref("/routing/table"), clear=True),
    "passthrough": F(BOOL),
    **texts("new-dscp new-mss new-priority new-ttl route-dst sniff-id sniff-target"),
}

ALREADY = "already have such entry"
LIST_UNIQUE = (Unique(("list", "address"), ALREADY, enabled=True),)
LIST_PROPERTIES = {
    "list": F(Text(required=True)),
    "address": F(LIST_KIND),
    "creation-time": F(),
    "timeout": F(TIME_KIND),
    "dynamic": F(BOOL, "false"),
    "disabled": F(BOOL, "false"),
    "comment": COMMENT,
}


def address_list(path: str) -> Menu:
    six = path.startswith("/ipv6")
    return Menu(
        path,
        LIST_PROPERTIES | {"address": F(LIST6_KIND if six else LIST_KIND)},
        required=("list", "address"),
        unique=LIST_UNIQUE,
        volatile=frozenset({"creation-time", "timeout"}),
    )


CONNECTION = Menu(
    "/ip/firewall/connection",
    texts(
        "protocol src-address dst-address reply-src-address reply-dst-address tcp-state timeout"
        " connection-mark",
        clear=False,
    ),
    live={"expected": "false", "assured": "true", "confirmed": "true", "seen-reply": "true"},
    only_dynamic=True,
    open=True,
    volatile=frozenset({"timeout", "tcp-state"}),
)
TRACKING = Menu(
    "/ip/firewall/connection/tracking", {"enabled": F(Text(), "auto")}, single=True, open=True
)
LAYER7 = Menu("/ip/firewall/layer7-protocol", {}, open=True)
SERVICE_PORT = Menu("/ip/firewall/service-port", {}, open=True)

MENUS = (
    rules("/ip/firewall/filter", FILTER_ACTIONS, FILTER_EXTRA),
    rules("/ip/firewall/nat", NAT_ACTIONS, NAT_EXTRA),
    rules("/ip/firewall/mangle", MANGLE_ACTIONS, MANGLE_EXTRA),
    rules("/ip/firewall/raw", RAW_ACTIONS, {}),
    address_list("/ip/firewall/address-list"),
    CONNECTION,
    TRACKING,
    LAYER7,
    SERVICE_PORT,
    rules("/ipv6/firewall/filter", FILTER_ACTIONS, FILTER_EXTRA),
    rules("/ipv6/firewall/nat", NAT_ACTIONS, NAT_EXTRA),
    rules("/ipv6/firewall/mangle", MANGLE_ACTIONS, MANGLE_EXTRA),
    rules("/ipv6/firewall/raw", RAW_ACTIONS, {}),
    address_list("/ipv6/firewall/address-list"),
)
