# SPDX-License-Identifier: GPL-3.0-or-later
"""Types of addresses: IPv4, IPv6, MAC and host names. See scalars.

Imports of the project: addresses, scalars.
"""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Annotated

import netaddr
from pydantic import BeforeValidator

from reconciler.addresses import AddressRange
from reconciler.models.scalars import must_be_text, text_schema, wrong

_MAC_DIGITS = 12
_MAC = re.compile(r"[0-9A-F]{2}(?::[0-9A-F]{2}){5}")
_HOST = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9_-]{1,63}(?<!-))*\.?")


def _ipv4(value: object) -> IPv4Address:
    if isinstance(value, IPv4Address):
        return value
    try:
        return IPv4Address(must_be_text(value))
    except ValueError as error:
        hint = "Leave out the /…" if "/" in str(value) else "Write it as 10.20.0.7"
        raise wrong("is not an IPv4 address", hint) from error


def _network(value: object) -> IPv4Network:
    if isinstance(value, IPv4Network):
        return value
    value = must_be_text(value)
    try:
        return IPv4Network(value)
    except ValueError as error:
        try:
            hint = f"The network is {IPv4Network(value, strict=False)}"
        except ValueError:
            hint = "Write it as 10.20.0.0/24"
        raise wrong("is not an IPv4 network", hint) from error


def _pool(value: object) -> IPv4Network | AddressRange:
    if isinstance(value, IPv4Network | AddressRange):
        return value
    first, dash, last = must_be_text(value).partition("-")
    if not dash:
        return _network(value)
    try:
        found = AddressRange(IPv4Address(first.strip()), IPv4Address(last.strip()))
    except ValueError as error:
        raise wrong("is not a range of addresses", "Write it as 10.20.1.10-10.20.1.99") from error
    if found.last < found.first:
        raise wrong("ends before it begins", f"Write it as {found.last}-{found.first}")
    return found


def _ipv6(value: object) -> IPv6Network:
    if isinstance(value, IPv6Network):
        return value
    try:
        return IPv6Network(must_be_text(value))
    except ValueError as error:
        raise wrong("is not an IPv6 prefix", "Write it as 2001:db8:7::/48") from error


def _mac(value: object) -> str:
    upper = must_be_text(value).upper()
    if not _MAC.fullmatch(upper):
        upper = _respelled(upper)
    if int(upper[:2], 16) & 1 or upper == "00:00:00:00:00:00":
        raise wrong("is not the MAC address of one device")
    return upper


def _respelled(value: str) -> str:
    """A MAC address as switches, phones and labels spell it: 0211.2233.4455, 02-11-22-33-44-55."""
    try:
        found = netaddr.EUI(value, version=48, dialect=netaddr.mac_unix_expanded)
    except (netaddr.AddrFormatError, ValueError, TypeError) as error:
        raise wrong("is not a MAC address", "Write it as 02:11:22:33:44:55") from error
    if value.isdecimal() and len(value) != _MAC_DIGITS:
        raise wrong("is not a MAC address", "Write it as 02:11:22:33:44:55")
    return str(found).upper()


def _host(value: object) -> str:
    value = must_be_text(value)
    try:
        return str(IPv6Address(value)) if ":" in value else _named_host(value)
    except ValueError as error:
        raise wrong("is neither an address nor a host name") from error


def _named_host(value: str) -> str:
    if re.fullmatch(r"[0-9.]+", value):
        return str(IPv4Address(value))
    if len(value) > 253 or not _HOST.fullmatch(value):
        raise ValueError(value)
    return value


AllowedAddress = IPv4Address | IPv4Network | AddressRange | IPv6Address | IPv6Network | str


def _allowed(value: object) -> AllowedAddress:
    if not isinstance(value, str):
        return value if isinstance(value, AllowedAddress) else must_be_text(value)
    if re.fullmatch(r"[0-9.]+ *- *[0-9.]+", value):
        return _pool(value)
    if "/" in value:
        return _ipv6(value) if ":" in value else _network(value)
    host = _host(value)
    if ":" in host:
        return IPv6Address(host)
    return IPv4Address(host) if re.fullmatch(r"[0-9.]+", host) else host


_POOL_PATTERN = r"^[0-9.]+(/[0-9]{1,2}|\s*-\s*[0-9.]+)?$"
Ipv4 = Annotated[IPv4Address, BeforeValidator(_ipv4), text_schema(format="ipv4")]
Network = Annotated[IPv4Network, BeforeValidator(_network), text_schema(r"^[0-9.]+(/[0-9]{1,2})?$")]
AddressPool = Annotated[
    IPv4Network | AddressRange, BeforeValidator(_pool), text_schema(_POOL_PATTERN)
]
Ipv6 = Annotated[
    IPv6Network, BeforeValidator(_ipv6), text_schema(r"^[0-9a-fA-F:.]+(/[0-9]{1,3})?$")
]
Mac = Annotated[
    str,
    BeforeValidator(_mac),
    text_schema(
        r"^[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}$|^[0-9A-Fa-f]{4}(\.[0-9A-Fa-f]{4}){2}$"
        r"|^[0-9A-Fa-f]{12}$"
    ),
]
Host = Annotated[str, BeforeValidator(_host), text_schema(minLength=1)]
Allowed = Annotated[AllowedAddress, BeforeValidator(_allowed), text_schema(minLength=1)]
