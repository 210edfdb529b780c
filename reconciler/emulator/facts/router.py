# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules that the router itself puts into its firewall. Data only.

Fasttrack: prints of real routers, where the filter's row stands first in a fresh configuration;
that mangle and raw have such rows too is from memory. Hotspot: "Customizing Hotspot" of MikroTik's
manual, without the rows of the walled garden.
"""

Rule = dict[str, str]
FILTER, NAT = "/ip/firewall/filter", "/ip/firewall/nat"

FASTTRACK_COMMENT = "special dummy rule to show fasttrack counters"
FASTTRACK = {
    FILTER: ("forward",),
    "/ip/firewall/mangle": ("prerouting", "forward", "postrouting"),
    "/ip/firewall/raw": ("prerouting",),
}

# chain, action, the target of a jump, then matchers; a jump to a chain without rules is invalid.
HOTSPOT_FILTER = """
forward jump hs-unauth hotspot=from-client,!auth
forward jump hs-unauth-to hotspot=to-client,!auth
input jump hs-input hotspot=from-client
hs-input jump pre-hs-input invalid=true
hs-input accept protocol=udp dst-port=64872
hs-input accept protocol=tcp dst-port=64872-64875
hs-input jump hs-unauth hotspot=!auth
hs-unauth return protocol=icmp
hs-unauth reject protocol=tcp reject-with=tcp-reset
hs-unauth reject reject-with=icmp-net-prohibited
hs-unauth-to return protocol=icmp
hs-unauth-to reject reject-with=icmp-host-prohibited
"""
HOTSPOT_NAT = """
dstnat jump hotspot hotspot=from-client
hotspot jump pre-hotspot invalid=true
hotspot redirect to-ports=64872 dst-port=53 protocol=udp
hotspot redirect to-ports=64872 dst-port=53 protocol=tcp
hotspot redirect to-ports=64873 hotspot=local-dst dst-port=80 protocol=tcp
hotspot redirect to-ports=64875 hotspot=local-dst dst-port=443 protocol=tcp
hotspot jump hs-unauth hotspot=!auth protocol=tcp
hotspot jump hs-auth hotspot=auth protocol=tcp
hs-unauth redirect to-ports=64874 dst-port=80 protocol=tcp
hs-unauth redirect to-ports=64874 dst-port=3128 protocol=tcp
hs-unauth redirect to-ports=64874 dst-port=8080 protocol=tcp
hs-unauth redirect to-ports=64875 dst-port=443 protocol=tcp
hs-unauth jump hs-smtp dst-port=25 protocol=tcp invalid=true
hs-auth redirect to-ports=64874 hotspot=http protocol=tcp
hs-auth jump hs-smtp dst-port=25 protocol=tcp invalid=true
"""


def rule(line: str) -> Rule:
    chain, action, *rest = line.split()
    words = [word if "=" in word else f"jump-target={word}" for word in rest]
    return {"chain": chain, "action": action} | dict(word.split("=", 1) for word in words)


HOTSPOT = {
    FILTER: tuple(map(rule, HOTSPOT_FILTER.strip().splitlines())),
    NAT: tuple(map(rule, HOTSPOT_NAT.strip().splitlines())),
}
