# SPDX-License-Identifier: GPL-3.0-or-later
"""What the router lets us do: rights, clock, device mode. Pure.

Facts: MikroTik's manual (user policies, device-mode, clock). Imports marks, models and its
neighbours.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from reconciler.doctor.case import Case, finding
from reconciler.errors import Problem
from reconciler.marks import Row
from reconciler.models import Mode
from reconciler.wording import listing

NEEDED = ("read", "write", "api", "sensitive")
MOST_OFF = timedelta(minutes=3)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_OFFSET = re.compile(r"([+-]?)(\d{1,2}):(\d{2})")
# Kinds of PPP that have a feature of their own in device-mode.
_TUNNELS = {"l2tp", "pptp"}


def rights(case: Case) -> Iterator[Problem]:
    """Where the router shows its users and groups."""
    users = [row for row in case.rows("/user") if row.get("name") == case.router.username]
    names = {row.get("group") for row in users}
    for group in case.rows("/user/group"):
        if group.get("name") not in names:
            continue
        held = [one for one in group.get("policy", "").split(",") if not one.startswith("!")]
        missing = [one for one in NEEDED if one not in held]
        if missing:
            text = (
                f"the user {case.router.username} lacks {listing(missing)}"
                f" (group {group.get('name')})."
            )
            policy = ",".join([*(one for one in held if one), *missing])
            mend = (
                f'On the router: /user group set [find name="{group.get("name")}"] policy={policy}'
            )
            yield finding("api-rights", text, mend)


def clock(case: Case) -> Iterator[Problem]:
    """Hours of the notice, schedulers and logs are by the router's clock."""
    for row in case.rows("/system/clock"):
        local, offset = _moment(row), _offset(row.get("gmt-offset", ""))
        if local is None or offset is None:
            continue
        wrong = (local - offset).replace(tzinfo=UTC) - case.now
        if abs(wrong) > MOST_OFF:
            way = "ahead of" if wrong > timedelta(0) else "behind"
            text = f"the router's clock is {_span(abs(wrong))} {way} ours."
            mend = "On the router: /system ntp client set enabled=yes servers=pool.ntp.org"
            if case.actual.version.startswith("6"):
                mend = "On the router: /system ntp client set enabled=yes primary-ntp=ADDRESS"
            yield finding("clock", text, mend, warning=True)


def clock_zone(case: Case) -> Iterator[Problem]:
    """Only the hours of the notice page depend on the router's local time."""
    notice = case.router.notice
    for row in case.rows("/system/clock") if notice and notice.hours else ():
        offset = _offset(row.get("gmt-offset", ""))
        if offset is not None and offset != case.offset:
            theirs, ours = _signed(offset), _signed(case.offset)
            text = (
                f"the router's local time is {theirs}, the company's {ours}: the hours of the"
                " notice page are wrong."
            )
            mend = "On the router: /system clock set time-zone-autodetect=no time-zone-name=ZONE"
            yield finding("clock-zone", text, mend, warning=True)


def _moment(row: Row) -> datetime | None:
    """`2026-11-21` or, before 7.10, `nov/21/2026`; without a time zone."""
    text = row.get("date", "")
    if match := re.fullmatch(r"([a-z]{3})/(\d{2})/(\d{4})", text):
        if match[1] not in _MONTHS:
            return None
        text = f"{match[3]}-{_MONTHS.index(match[1]) + 1:02}-{match[2]}"
    try:
        return datetime.fromisoformat(f"{text}T{row.get('time', '')}")
    except ValueError:
        return None


def _offset(text: str) -> timedelta | None:
    """`+02:00`, or seconds."""
    if match := _OFFSET.fullmatch(text):
        span = timedelta(hours=int(match[2]), minutes=int(match[3]))
        return -span if match[1] == "-" else span
    digits = text.removeprefix("-").removeprefix("+")
    if not digits.isascii() or not digits.isdigit():
        return None
    span = timedelta(seconds=int(digits))
    return -span if text.startswith("-") else span


def _span(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    if minutes >= 2 * 24 * 60:
        return f"{minutes // (24 * 60)} days"
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


def _signed(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def device_mode(case: Case) -> Iterator[Problem]:
    """What RouterOS 7 forbids the whole device, whatever is configured."""
    for row in case.rows("/system/device-mode"):
        if row.get("flagged") in ("yes", "true"):
            text = (
                "the router has flagged itself: it found a configuration that looks like an attack."
            )
            mend = "Look at its scripts and schedulers; then /system device-mode update flagged=no"
            yield finding("device-mode", text, mend)
        for feature in sorted(_features(case)):
            if row.get(feature) in ("no", "false"):
                text = f"device-mode forbids {feature}, which services on this router need."
                mend = (
                    f"On the router: /system device-mode update {feature}=yes, and press its button"
                    " or cut its power within the time that it tells"
                )
                yield finding("device-mode", text, mend)


def _features(case: Case) -> set[str]:
    """The features that services here need, in device-mode's words."""
    modes = {sub.plan.mode for sub in case.subs}
    needed = {"hotspot"} if Mode.HOTSPOT in modes else set()
    kinds = {str(sub.service.ppp_service) for sub in case.subs if sub.plan.mode is Mode.PPPOE}
    return needed | kinds & _TUNNELS
