# SPDX-License-Identifier: GPL-3.0-or-later
"""Canonical text of RouterOS values, so that two spellings of one value compare equal.

Every function is total and idempotent: text that it does not understand comes back unchanged, and
applying it twice changes nothing more. Facts: RouterOS prints rates over the API as whole bits per
second and in exports with decimal k, M and G; times compact (`1d2h3m4s`); booleans as true and
false; a host in a queue target with /32, elsewhere without. Imports nothing of the project.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_network, summarize_address_range

Canon = Callable[[str], str]

# Values repeat from row to row, and one is asked for several times while its row is compared.
_remembered = lru_cache(maxsize=4096)

_RATE = re.compile(r"(\d+(?:\.\d+)?)([kKMG]?)(?:bps)?")
_RATE_UNIT = {"": 1, "k": 1_000, "K": 1_000, "M": 1_000_000, "G": 1_000_000_000}
_UNITS = (("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))
_COMPACT = re.compile(r"(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_CLOCK = re.compile(r"(?:(\d+)w)?(?:(\d+)d)?(\d+):(\d{2}):(\d{2})")
_SIZE = re.compile(r"(\d+)(?:KiB)?")
_WEEK = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
# Nearly all addresses are of one host and spelled so already: ipaddress takes ten times as long.
_HOST = re.compile(rf"(?:{_OCTET}\.){{3}}{_OCTET}")
_MAC = re.compile(r"[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}")


def text(value: str) -> str:
    """Free text: already canonical."""
    return value


def flag(value: str) -> str:
    """`yes`, `true` -> `true`; `no`, `false` and nothing -> `false`."""
    return {"yes": "true", "no": "false", "": "false"}.get(value, value)


@_remembered
def rate(value: str) -> str:
    """`10M` -> `10000000` bits per second; `unlimited` is 0 on RouterOS."""
    if value == "unlimited":
        return "0"
    match = _RATE.fullmatch(value)
    if not match:
        return value
    whole, _, fraction = match[1].partition(".")
    unit = _RATE_UNIT[match[2]]
    digits = len(fraction)
    return str(int(whole + fraction) * unit // 10**digits)


def size(value: str) -> str:
    """Queue sizes in KiB: an export prints `50KiB`, the API `50`."""
    match = _SIZE.fullmatch(value)
    return str(int(match[1])) if match else value


def number(value: str) -> str:
    return str(int(value)) if value.isascii() and value.isdigit() else value


def seconds(value: str) -> int | None:
    """Seconds of `1d2h`, `16s`, `00:00:16` or a bare number; None where it is no time."""
    if value.isascii() and value.isdigit():
        return int(value)
    if (match := _CLOCK.fullmatch(value)) or (value and (match := _COMPACT.fullmatch(value))):
        weeks, days, hours, minutes, rest = (int(part or 0) for part in match.groups())
    else:
        return None
    return ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + rest


def format_seconds(total: int) -> str:
    """RouterOS's compact form: 97 -> `1m37s`, 0 -> `0s`."""
    parts = []
    for unit, length in _UNITS:
        count, total = divmod(total, length)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


@_remembered
def duration(value: str) -> str:
    total = seconds(value)
    return value if total is None else format_seconds(total)


def pair(canon: Canon) -> Canon:
    """`up/down` of a simple queue; a single value stands for both directions."""

    @_remembered
    def canonical(value: str) -> str:
        up, slash, down = value.partition("/")
        return f"{canon(up)}/{canon(down if slash else up)}" if up else value

    return canonical


@_remembered
def address(value: str) -> str:
    """An address, prefix or range as address lists print it: hosts without /32.

    A range that is a prefix becomes one; DNS names come back in lower case.
    """
    if _HOST.fullmatch(value):
        return value
    if "-" in value and value.count("-") == 1 and value.replace("-", "").replace(".", "").isdigit():
        first, last = value.split("-")
        try:
            nets = list(summarize_address_range(IPv4Address(first), IPv4Address(last)))
        except ValueError:
            return value
        return _bare(nets[0]) if len(nets) == 1 else f"{IPv4Address(first)}-{IPv4Address(last)}"
    try:
        return _bare(ip_network(value, strict=False))
    except ValueError:
        return value.lower()


def _bare(network: IPv4Network | IPv6Network) -> str:
    single = network.prefixlen == network.max_prefixlen
    return str(network.network_address) if single else str(network)


@_remembered
def prefix(value: str) -> str:
    """An address with its prefix length, as IPv6 address lists and queue targets print it."""
    if _HOST.fullmatch(value.removesuffix("/32")):
        return value if value.endswith("/32") else f"{value}/32"
    try:
        return str(ip_network(value, strict=False))
    except ValueError:
        return value


@_remembered
def targets(value: str) -> str:
    """A queue's target list: hosts with /32, order without meaning."""
    if "," not in value:
        return prefix(value)
    return ",".join(sorted({prefix(part) for part in value.split(",") if part}, key=_target_order))


def _target_order(value: str) -> tuple[int, bytes, str]:
    try:
        network = ip_network(value)
    except ValueError:
        return (0, b"", value)
    return (network.version, network.network_address.packed, value)


def names(value: str) -> str:
    """A comma-separated set of words such as `dst-address,src-address`."""
    return ",".join(sorted({part for part in value.split(",") if part}))


def mac(value: str) -> str:
    return value.upper().replace("-", ":") if _MAC.fullmatch(value) else value


def rate_limit(value: str) -> str:
    """A free-form rate-limit string in one full or shortest form.

    `rx[/tx] [burst[/] [threshold[/] [time[/] [priority [min[/]]]]]]`, rx being what the client
    uploads. Missing parts: one value stands for both directions; the threshold is the rate and the
    time 1s where a burst is given; priority 8; min is the rate. Source: MikroTik's manual,
    RADIUS attribute Mikrotik-Rate-Limit, which the profile's rate-limit follows.
    """
    words = value.split()
    if not 1 <= len(words) <= 6:
        return value
    rates, times = pair(rate), pair(duration)
    limit = rates(words[0])
    burst = rates(words[1]) if len(words) > 1 else "0/0"
    threshold = rates(words[2]) if len(words) > 2 else limit
    time = times(words[3]) if len(words) > 3 else "1s/1s"
    priority = number(words[4].partition("/")[0]) if len(words) > 4 else "8"
    least = rates(words[5]) if len(words) > 5 else limit
    parts = (limit, burst, threshold, least)
    known = all(half.isdigit() for part in parts for half in part.split("/"))
    if not known or not priority.isdigit():
        return value
    if burst == "0/0":
        threshold, time = "0/0", "0s/0s"
    if (burst, priority, least) == ("0/0", "8", limit):
        return limit
    if (priority, least) == ("8", limit):
        return f"{limit} {burst} {threshold} {time}"
    return f"{limit} {burst} {threshold} {time} {priority} {least}"


def format_rate(bits: int) -> str:
    """Bits per second in the shortest exact unit that RouterOS reads: 2500000 -> `2500k`."""
    for unit, factor in (("G", 1_000_000_000), ("M", 1_000_000), ("k", 1_000)):
        if bits and bits % factor == 0:
            return f"{bits // factor}{unit}"
    return str(bits)


def time_range(value: str) -> str:
    """A rule's `time` matcher, `18h-21h,sun,mon`: times compact, days from Sunday on."""
    span, _, days = value.partition(",")
    start, dash, end = span.partition("-")
    if not dash or not set(days.split(",")) <= set(_WEEK):
        return value
    chosen = ",".join(day for day in _WEEK if day in days.split(","))
    return f"{duration(start)}-{duration(end)},{chosen}"
