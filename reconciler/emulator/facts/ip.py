# SPDX-License-Identifier: GPL-3.0-or-later
"""/ip: arp, addresses, pools, DHCP, services, proxy; /radius. Data; may import kinds, facts.model.

Leases, ARP and the texts of their clashes: recorded from 7.21.4 and 7.23.7. Services and proxy:
a 6.49 verbose export.
"""

import contextlib
import ipaddress

from reconciler.emulator.facts.model import (
    BOOL,
    COMMENT,
    DISABLED,
    ENDS,
    NAME,
    F,
    Fields,
    Menu,
    Unique,
    drop_all,
    named,
    texts,
)  # fmt: skip
from reconciler.emulator.kinds.base import Int, Text, words
from reconciler.emulator.kinds.combine import Either, PairOrOne, ref
from reconciler.emulator.kinds.net import (
    INTERFACE_ADDRESS_KIND,
    IP4_KIND,
    IP_KIND,
    MAC_KIND,
    POOL_KIND,
    PORTS_KIND,
    PREFIX_KIND,
    PREFIXES_KIND,
)  # fmt: skip
from reconciler.emulator.kinds.units import TIME_KIND
from reconciler.emulator.version import Version

INTERFACE = ref("/interface")

ARP = Menu(
    "/ip/arp",
    {
        "address": F(IP4_KIND, "0.0.0.0"),
        "mac-address": F(MAC_KIND, "00:00:00:00:00:00"),
        "interface": F(INTERFACE),
        "published": F(BOOL, "false"),
        **ENDS,
    },
    live={"invalid": "false", "DHCP": "false", "dynamic": "false", "complete": "true"},
    required=("interface",),
    unique=(Unique(("address", "interface"), "already have such address"),),
    volatile=frozenset({"complete", "status"}),
)


def network_of(fields: Fields, _version: Version) -> None:
    """The network is computed from the address unless it was written.

    An export may hold an address that is none; it is kept, and has no network.
    """
    fields["actual-interface"] = fields.get("interface", "")
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_interface(fields.get("address", "0.0.0.0/0"))
        fields.setdefault("network", str(address.network[0]))


ADDRESS = Menu(
    "/ip/address",
    {
        "address": F(INTERFACE_ADDRESS_KIND),
        "network": F(IP4_KIND),
        "interface": F(INTERFACE),
        "broadcast": F(IP4_KIND),
        "netmask": F(),
        "actual-interface": F(),
        **ENDS,
    },
    live={"invalid": "false", "dynamic": "false"},
    required=("address", "interface"),
    unique=(Unique(("address", "interface"), "already have such address"),),
    complete=network_of,
)
POOL = Menu(
    "/ip/pool",
    {
        "name": NAME,
        "ranges": F(POOL_KIND),
        "next-pool": F(ref("/ip/pool", extra="none"), clear=True),
        "comment": COMMENT,
    },
    required=("name", "ranges"),
    unique=named(),
)
POOL_USED = Menu("/ip/pool/used", {}, only_dynamic=True, open=True)

DHCP_SERVER = Menu(
    "/ip/dhcp-server",
    {
        "name": NAME,
        "interface": F(INTERFACE),
        "relay": F(IP4_KIND),
        "lease-time": F(TIME_KIND, "10m"),
        "address-pool": F(ref("/ip/pool", extra="static-only"), "static-only"),
        "authoritative": F(words("yes no after-2sec-delay after-10sec-delay"), "yes"),
        "use-radius": F(words("yes no accounting"), "no"),
        "lease-script": F(Text(), ""),
        "parent-queue": F(ref("/queue/simple", extra="none")),
        "disabled": F(BOOL, "false", v6="true"),
        "comment": COMMENT,
    },
    live={"dynamic": "false", "invalid": "false"},
    required=("interface",),
    unique=named("server with such name already exists"),
    name_prefix="dhcp",
)


def same_server(one: Fields, other: Fields) -> bool:
    """A lease without server counts for all of them."""
    servers = one.get("server", "all"), other.get("server", "all")
    enabled = "true" not in (one.get("disabled"), other.get("disabled"))
    return enabled and ("all" in servers or servers[0] == servers[1])


LEASE = Menu(
    "/ip/dhcp-server/lease",
    {
        "address": F(Either((IP4_KIND, ref("/ip/pool")))),
        "mac-address": F(MAC_KIND, clear=True),
        "client-id": F(clear=True),
        "address-lists": F(Text(), ""),
        "server": F(ref("/ip/dhcp-server", extra="all"), clear=True),
        "lease-time": F(TIME_KIND),
        "dhcp-option": F(Text(), ""),
        "rate-limit": F(clear=True),
        "block-access": F(BOOL),
        "always-broadcast": F(BOOL),
        "use-src-mac": F(BOOL),
        "queue-type": F(PairOrOne(ref("/queue/type"))),
        **ENDS,
    },
    live={
        "status": "waiting",
        "last-seen": "never",
        "radius": "false",
        "dynamic": "false",
        "blocked": "false",
    },
    unique=(
        Unique(("mac-address",), "already have static lease for this client", clash=same_server),
        Unique(("address",), "already have static lease with this IP address"),
    ),
    complete=drop_all,
    volatile=frozenset({"status", "last-seen", "expires-after", "age"}),
)
NETWORK = Menu(
    "/ip/dhcp-server/network",
    {
        "address": F(PREFIX_KIND),
        **{name: F(Text(), "") for name in "gateway dns-server wins-server ntp-server".split()},
        **texts("netmask boot-file-name domain next-server caps-manager dhcp-option"),
        "comment": COMMENT,
    },
    live={"dynamic": "false"},
)

SERVICES = (
    ("telnet", "23"), ("ftp", "21"), ("www", "80"), ("ssh", "22"), ("www-ssl", "443"),
    ("api", "8728"), ("winbox", "8291"), ("api-ssl", "8729"),
)  # fmt: skip
SERVICE = Menu(
    "/ip/service",
    {
        "name": NAME,
        "port": F(Int(1, 65535)),
        "address": F(PREFIXES_KIND, ""),
        "certificate": F(),
        "tls-version": F(words("any only-1.2")),
        "vrf": F(),
        "max-sessions": F(Int(1, 1000)),
        "disabled": DISABLED,
    },
    live={"invalid": "false"},
    unique=named(),
    builtin=tuple(
        (
            number,
            {"name": name, "port": port}
            | ({"certificate": "none", "tls-version": "any"} if name.endswith("-ssl") else {})
            | ({"disabled": "true"} if name == "www-ssl" else {}),
        )
        for number, (name, port) in enumerate(SERVICES)
    ),
    fixed=True,
)
PROXY = Menu(
    "/ip/proxy",
    {
        "enabled": F(BOOL, "false"),
        "src-address": F(IP_KIND, "::"),
        "port": F(PORTS_KIND, "8080"),
        "anonymous": F(BOOL, "false"),
        "parent-proxy": F(IP_KIND, "::"),
        "parent-proxy-port": F(Int(0, 65535), "0"),
        "cache-administrator": F(Text(), "webmaster"),
        "max-cache-size": F(Text(), "unlimited"),
        "max-cache-object-size": F(Text(), "2048KiB"),
        "cache-on-disk": F(BOOL, "false"),
        "max-client-connections": F(Int(), "600"),
        "max-server-connections": F(Int(), "600"),
        "max-fresh-time": F(TIME_KIND, "3d"),
        "serialize-connections": F(BOOL, "false"),
        "always-from-cache": F(BOOL, "false"),
        "cache-hit-dscp": F(Int(0, 63), "4"),
        "cache-path": F(Text(), "web-proxy"),
    },
    single=True,
)
PROXY_ACCESS = Menu(
    "/ip/proxy/access",
    {
        **texts("src-address dst-address dst-port local-port dst-host path method"),
        "action": F(words("allow deny redirect url-append"), "allow"),
        "action-data": F(clear=True),
        **ENDS,
    },
    live={"hits": "0"},
    ordered=True,
)
RADIUS = Menu(
    "/radius",
    {
        "service": F(Text(), ""),
        "called-id": F(Text(), ""),
        "domain": F(Text(), ""),
        "address": F(IP_KIND, "0.0.0.0"),
        "secret": F(Text(), ""),
        "authentication-port": F(Int(1, 65535), "1812"),
        "accounting-port": F(Int(1, 65535), "1813"),
        "timeout": F(TIME_KIND, "300ms"),
        **ENDS,
    },
    ordered=True,
    secret=frozenset({"secret"}),
)

MENUS = (
    ARP, ADDRESS, POOL, POOL_USED, DHCP_SERVER, LEASE, NETWORK, SERVICE, PROXY, PROXY_ACCESS,
    RADIUS,
)  # fmt: skip
