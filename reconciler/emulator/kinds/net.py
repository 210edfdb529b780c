# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses, prefixes, ranges, MACs, ports, names of hosts. May import kinds.base, kinds.units.

Recorded: an address list drops /32 and turns an aligned range into a prefix; a queue's target
adds /32 to a host; a firewall rule's host has no /32.
"""

import ipaddress
import re
import socket
from collections.abc import Callable

from reconciler.emulator import traps
from reconciler.emulator.kinds.base import Kind, Lookup, Shaped
from reconciler.emulator.kinds.units import read_time

HOST = re.compile(r"(?=.{1,253}$)(?=.*[A-Za-z])([A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?\.?)+")
MAC = re.compile(r"[0-9A-Fa-f]{2}(?:[:-]?[0-9A-Fa-f]{2}){5}")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


def ip4(text: str) -> str | None:
    try:
        return socket.inet_ntop(socket.AF_INET, socket.inet_pton(socket.AF_INET, text))
    except (OSError, ValueError):
        return None


def ip6(text: str) -> str | None:
    try:
        return socket.inet_ntop(socket.AF_INET6, socket.inet_pton(socket.AF_INET6, text))
    except (OSError, ValueError):
        return None


def ip(text: str) -> str | None:
    return ip4(text) or ip6(text)


def ip_prefix(text: str, *, host_bits: bool = False, masked: bool = True) -> str | None:
    """An address or prefix of either family; `host_bits` prints /32 and /128 too."""
    address, slash, size = text.partition("/")
    found = ip(address)
    if found is None:
        return None
    full = 128 if ":" in found else 32
    if not slash:
        return f"{found}/{full}" if host_bits else found
    if not re.fullmatch(r"[0-9]{1,3}", size) or int(size) > full:
        return None
    if int(size) == full:
        return f"{found}/{full}" if host_bits else found
    if not masked:
        return f"{found}/{int(size)}"
    return str(ipaddress.ip_network(f"{found}/{size}", strict=False))


def ip_range(text: str, *, merge: bool = False) -> str | None:
    """`a-b`; with `merge` an aligned range becomes its prefix and a range of one its address."""
    low, dash, high = text.partition("-")
    first, last = ip(low), ip(high)
    if not dash or first is None or last is None or (":" in first) != (":" in last):
        return None
    start, end = ipaddress.ip_address(first), ipaddress.ip_address(last)
    if int(start) > int(end):
        return None
    if not merge:
        return f"{first}-{last}"
    networks = list(ipaddress.summarize_address_range(start, end))
    if len(networks) > 1:
        return f"{first}-{last}"
    return ip_prefix(str(networks[0]))


def list_address(text: str) -> str | None:
    """A row of an address list: address, prefix, range or the name of a host."""
    found = ip_prefix(text) or ip_range(text, merge=True)
    return found or (text if is_host(text) else None)


def list_address6(text: str) -> str | None:
    """The same in the IPv6 menu, which prints a host's /128."""
    found = ip_prefix(text, host_bits=True) or ip_range(text)
    return found if found and ":" in found else (text if is_host(text) else None)


def is_host(text: str) -> bool:
    return HOST.fullmatch(text) is not None


def rule_address(text: str) -> str | None:
    """A matcher's address: `!` first where negated, then a host, prefix or range."""
    rest = text.removeprefix("!")
    found = ip_prefix(rest) or ip_range(rest)
    return found and text[: len(text) - len(rest)] + found


def rule_address6(text: str) -> str | None:
    """The same in the IPv6 menus, which print a host's /128."""
    rest = text.removeprefix("!")
    found = ip_prefix(rest, host_bits=True) or ip_range(rest)
    return text[: len(text) - len(rest)] + found if found and ":" in found else None


def mac(text: str) -> str | None:
    if not MAC.fullmatch(text):
        return None
    digits = re.sub("[:-]", "", text).upper()
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def negated_mac(text: str) -> str | None:
    found = mac(text.removeprefix("!"))
    return found and ("!" if text.startswith("!") else "") + found


def hours(text: str) -> str | None:
    """`18h-21h,mon,tue`: two times of day, then days, printed sunday first."""
    span, *days = text.split(",")
    first, dash, last = span.partition("-")
    begin, end = read_time(first), read_time(last)
    if not dash or begin is None or end is None or not set(days) <= set(DAYS):
        return None
    return ",".join([f"{begin}-{end}", *(day for day in DAYS if day in days)])


class Ports(Kind):
    """`53`, `80,8000-8100`, negated by a leading `!`; each 0 to 65535."""

    def read(self, text: str, argument: str, lookup: Lookup) -> str:
        body = text.removeprefix("!")
        for part in body.split(","):
            for port in part.split("-", 1):
                if not re.fullmatch(r"[0-9]{1,10}", port):
                    raise traps.invalid(argument)
                if int(port) > 65535:
                    raise traps.out_of_range(argument, 0, 65535)
        return text


def nat_address(text: str) -> str | None:
    return ip_prefix(text) or ip_range(text)


def many(shape: Callable[[str], str | None], text: str) -> str | None:
    """All between commas, or None where one has not the shape."""
    found = [shape(part) for part in text.split(",")]
    return None if None in found else ",".join(part for part in found if part)


IP4_KIND = Shaped(ip4)
IP6_PREFIX_KIND = Shaped(lambda text: ip_prefix(text, host_bits=True) if ":" in text else None)
IP_KIND = Shaped(ip)
PREFIX_KIND = Shaped(ip_prefix)
LIST6_KIND = Shaped(list_address6)
RULE6_KIND = Shaped(rule_address6)
LIST_KIND = Shaped(list_address)
RULE_KIND = Shaped(rule_address)
MAC_KIND = Shaped(mac)
NEGATED_MAC_KIND = Shaped(negated_mac)
HOURS_KIND = Shaped(hours)
POOL_KIND = Shaped(lambda text: many(nat_address, text))
NAT_KIND = Shaped(nat_address)
IPS_KIND = Shaped(lambda text: many(ip, text) if text else "")
PREFIXES_KIND = Shaped(lambda text: many(ip_prefix, text) if text else "")
INTERFACE_ADDRESS_KIND = Shaped(lambda text: ip_prefix(text, host_bits=True, masked=False))
PORTS_KIND = Ports()
