# SPDX-License-Identifier: GPL-3.0-or-later
"""Rates of queues and profiles as the files say them, where the files can say them exactly.

Pure. Imports compile (to hold a rate-limit against what would be written), kinds, models, normal.
"""

from ipaddress import IPv4Address, IPv4Network, ip_network
from typing import Any

from reconciler import normal
from reconciler.compile.plans import rate_limit
from reconciler.kinds import QUEUE_SIMPLE
from reconciler.marks import Row
from reconciler.models import Plan
from reconciler.normal import format_rate, format_seconds


class NotSaid(Exception):
    """The files cannot say this exactly; the text is the reason, as a part of a sentence."""


def hosts_of(target: str) -> tuple[list[IPv4Address], list[IPv4Network]]:
    """The hosts and the wider networks of a queue's target. Raises NotSaid for anything else."""
    hosts: list[IPv4Address] = []
    networks: list[IPv4Network] = []
    for part in target.split(","):
        if not part:
            continue
        try:
            network = ip_network(part, strict=False)
        except ValueError:
            raise NotSaid("its target is an interface") from None
        if not isinstance(network, IPv4Network):
            raise NotSaid("its target is an IPv6 prefix")
        if network.prefixlen == network.max_prefixlen:
            hosts.append(network.network_address)
        else:
            networks.append(network)
    if not hosts:
        raise NotSaid("its target holds no host address")
    return hosts, networks


def queue_shape(row: Row) -> dict[str, Any]:
    """`download`, `upload`, `guaranteed`, `burst`, `priority` of a simple queue."""

    def pair(name: str) -> tuple[str, str]:
        up, _, down = (QUEUE_SIMPLE.by_name[name].canonical(row.get(name)) or "").partition("/")
        return up, down

    up, down = pair("max-limit")
    if "0" in (up, down):
        raise NotSaid("it has no limit")
    shape: dict[str, Any] = {"download": _rate(down), "upload": _rate(up)}
    least = pair("limit-at")
    if least != ("0", "0"):
        shape["guaranteed"] = {"download": _rate(least[1]), "upload": _rate(least[0])}
    burst = pair("burst-limit")
    if burst != ("0", "0"):
        shape["burst"] = _burst(burst, pair("burst-threshold"), pair("burst-time"))
    first, second = pair("priority")
    if first != second:
        raise NotSaid("its priorities up and down differ")
    if first != "8":
        shape["priority"] = int(first)
    return shape


def _burst(
    burst: tuple[str, str], threshold: tuple[str, str], times: tuple[str, str]
) -> dict[str, Any]:
    told = {time for rate, time in zip(burst, times, strict=True) if rate != "0"}
    silent = {time for rate, time in zip(burst, times, strict=True) if rate == "0"}
    if len(told) != 1 or silent - {"0s"}:
        raise NotSaid("its burst times up and down differ")
    time = told.pop()
    if not normal.seconds(time):
        raise NotSaid("its burst has no time")
    return {
        "download": _rate(burst[1]),
        "upload": _rate(burst[0]),
        "threshold": {"download": _rate(threshold[1]), "upload": _rate(threshold[0])},
        "time": time,
    }


def _rate(bits: str) -> str:
    return format_rate(int(bits))


def profile_rates(text: str) -> dict[str, Any] | None:
    """The rates of a profile's rate-limit, None where they cannot be said exactly."""
    try:
        return profile_shape(text)
    except NotSaid:
        return None


def profile_shape(text: str) -> dict[str, Any]:
    """`download`, `upload`, `burst`, `priority`, `guaranteed` of a rate-limit. Raises NotSaid."""
    unlike = NotSaid("its rate-limit is none that a plan can say")
    wanted = normal.rate_limit(text)
    words = wanted.split()
    pairs = [tuple(word.split("/")) for word in words[:4]]
    if not words or any(len(pair) != 2 for pair in pairs):
        raise unlike
    try:
        shape: dict[str, Any] = {"download": _rate(pairs[0][1]), "upload": _rate(pairs[0][0])}
        if len(words) > 1 and pairs[1] != ("0", "0"):
            times = (pairs[3][0], pairs[3][1])
            burst, threshold = (pairs[1][0], pairs[1][1]), (pairs[2][0], pairs[2][1])
            shape["burst"] = _burst(burst, threshold, times)
        if len(words) == 6:
            shape["priority"] = int(words[4])
            up, _, down = words[5].partition("/")
            shape["guaranteed"] = {"download": _rate(down), "upload": _rate(up)}
        plan = Plan.model_validate({"id": "x", "mode": "pppoe", **shape})
    except ValueError:
        raise unlike from None
    if normal.rate_limit(rate_limit(plan)) != wanted:
        raise unlike
    return shape


def pcq_rates(row: Row) -> dict[str, str]:
    """`rate` and, where it bursts, `burst`, `threshold`, `time` of a PCQ queue type."""
    found = {"rate": normal.rate(row.get("pcq-rate", "0"))}
    if normal.rate(row.get("pcq-burst-rate", "0")) != "0":
        found["burst"] = normal.rate(row["pcq-burst-rate"])
        found["threshold"] = normal.rate(row.get("pcq-burst-threshold", "0"))
        found["time"] = format_seconds(normal.seconds(row.get("pcq-burst-time", "10s")) or 10)
    return found
