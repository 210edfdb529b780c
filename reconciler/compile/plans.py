# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows that carry a plan on a router: profiles, queue types, packet marks, queue trees.

Only for plans with `shaping: own` or `queue`; with `external` they are the operator's.
"""

from collections.abc import Iterator

from reconciler.desired import Desired, Source
from reconciler.kinds import (
    HOTSPOT_PROFILE,
    MANGLE,
    PPP_PROFILE,
    QUEUE_TREE,
    QUEUE_TYPE,
    SUSPENDED_PROFILE,
)
from reconciler.marks import with_mark
from reconciler.models import Burst, Mode, Plan, Rates, Router, Shaping
from reconciler.normal import format_rate, format_seconds

Speeds = Plan | Burst | Rates


def pair_text(speeds: Speeds | None) -> str:
    """`up/down` in bits per second, as simple queues take and print it."""
    return f"{speeds.upload}/{speeds.download}" if speeds else "0/0"


def burst_times(burst: Burst) -> str:
    """`up/down`; a direction without burst has none."""
    time = format_seconds(burst.time)
    return "/".join(time if rate else "0s" for rate in (burst.upload, burst.download))


def rate_limit(plan: Plan) -> str:
    """A profile's rate-limit, `rx/tx` first: rx is what the client uploads."""
    parts = [_short(plan)]
    burst = plan.burst
    full = plan.guaranteed is not None or plan.priority != 8
    if burst:
        parts += [_short(burst), _short(burst.threshold), burst_times(burst)]
    elif full:
        parts += ["0/0", "0/0", "0s/0s"]
    if full:
        parts += [str(plan.priority), _short(plan.guaranteed or plan)]
    return " ".join(parts)


def _short(speeds: Speeds) -> str:
    return f"{format_rate(speeds.upload)}/{format_rate(speeds.download)}"


def plan_rows(plan: Plan, source: Source, members: int) -> Iterator[Desired]:
    """The rows of one plan in use on one router; `members`: services on it, suspended ones too."""
    if plan.shaping is Shaping.EXTERNAL:
        return
    if plan.mode is Mode.PPPOE and plan.manages_profile:
        yield _ppp_profile(plan, source)
    elif plan.mode is Mode.HOTSPOT:
        yield _hotspot_profile(plan, source)
    elif plan.mode is Mode.PCQ:
        for direction in ("down", "up"):
            yield from _pcq(plan, source, direction, members)


def _ppp_values(plan: Plan, mark: str, name: str) -> dict[str, str]:
    values = {"name": name, "comment": with_mark(plan.label, mark)}
    if plan.shaping is not Shaping.QUEUE:
        values["rate-limit"] = rate_limit(plan)
        if plan.parent:
            values["parent-queue"] = plan.parent
    if plan.local_address:
        values["local-address"] = str(plan.local_address)
    if plan.pool:
        values["remote-address"] = plan.pool
    return values


def _ppp_profile(plan: Plan, source: Source) -> Desired:
    mark = f"plan/{plan.id}"
    return Desired(PPP_PROFILE, mark, _ppp_values(plan, mark, plan.profile_name), source)


def suspended_profile_name(plan: Plan) -> str:
    return f"{SUSPENDED_PROFILE}{plan.id}"


def suspended_profile(plan: Plan, router: Router, source: Source) -> Desired:
    """The plan's profile, with the session's address put into the suspended list at login."""
    mark = f"plan/{plan.id}/suspended"
    values = _ppp_values(plan, mark, suspended_profile_name(plan))
    values["address-list"] = router.lists.suspended
    return Desired(PPP_PROFILE, mark, values, source)


def _hotspot_profile(plan: Plan, source: Source) -> Desired:
    values = {
        "name": plan.profile_name,
        "rate-limit": rate_limit(plan),
        "shared-users": str(plan.shared_users),
    }
    if plan.parent:
        values["parent-queue"] = plan.parent
    return Desired(HOTSPOT_PROFILE, plan.profile_name, values, source)


def pcq_total_limit(members: int) -> int:
    """KiB: 50 a member, rounded up to the next 1000, at least 2000."""
    return max(2000, -(-50 * members // 1000) * 1000)


def _pcq(plan: Plan, source: Source, direction: str, members: int) -> Iterator[Desired]:
    down = direction == "down"
    name, mark = f"rc-{plan.id}-{direction}", f"plan/{plan.id}/{direction}"
    comment = with_mark(plan.label, mark)
    yield Desired(
        QUEUE_TYPE,
        name,
        {
            "name": name,
            "kind": "pcq",
            "pcq-classifier": "dst-address" if down else "src-address",
            "pcq-total-limit": str(pcq_total_limit(members)),
            **_pcq_rates(plan, down),
        },
        source,
    )
    yield Desired(
        MANGLE,
        mark,
        {
            "chain": "forward",
            "action": "mark-packet",
            "new-packet-mark": name,
            "passthrough": "false",
            "dst-address-list" if down else "src-address-list": plan.list_name,
            "comment": comment,
        },
        source,
    )
    yield Desired(
        QUEUE_TREE,
        mark,
        {
            "name": name,
            "parent": plan.parent or "global",
            "packet-mark": name,
            "queue": name,
            "priority": str(plan.priority),
            "comment": comment,
        },
        source,
    )


def _pcq_rates(plan: Plan, down: bool) -> dict[str, str]:
    def half(speeds: Speeds) -> str:
        return str(speeds.download if down else speeds.upload)

    values = {"pcq-rate": half(plan)}
    if plan.burst:
        values["pcq-burst-rate"] = half(plan.burst)
        values["pcq-burst-threshold"] = half(plan.burst.threshold)
        values["pcq-burst-time"] = format_seconds(plan.burst.time)
    return values
