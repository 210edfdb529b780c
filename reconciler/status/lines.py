# SPDX-License-Identifier: GPL-3.0-or-later
"""What `status` shows: a line a router, sessions and services below, and the same as JSON.

Imports lease, planning, render, suspension, wording and model.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from reconciler.lease import Holder
from reconciler.planning import Status
from reconciler.render import Line
from reconciler.status.model import Applied, Login, RouterStatus, ServiceStatus
from reconciler.suspension import sentences
from reconciler.wording import counted, printable

_HEAD = ("router", "version", "uptime", "applied", "changes", "PPP", "HotSpot")


def status_lines(
    routers: Sequence[RouterStatus], services: Sequence[ServiceStatus], now: datetime
) -> Iterator[Line]:
    """A table of routers, what is wrong with them, then sessions and services."""
    table = [_HEAD, *(_cells(one) for one in routers)]
    widths = [max(len(row[at]) for row in table) for at in range(len(_HEAD))]
    for at, row in enumerate(table):
        text = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield Line(_kind(routers[at - 1]) if at else "title", text.rstrip())
    for one in routers:
        yield from _notes(one, now)
    for one in routers:
        if one.logins is not None and not services:
            yield from _sessions(one)
    for service in services:
        yield from _service(service)


def _cells(one: RouterStatus) -> tuple[str, ...]:
    if not one.is_reachable:
        return (printable(one.router), "unreachable", *[""] * (len(_HEAD) - 2))
    pending = "conflict" if one.status is Status.CONFLICT else str(one.pending or "none")
    cells = (one.router, one.version or "-", one.uptime or "-", _applied(one.applied), pending)
    return tuple(printable(cell) for cell in (*cells, str(one.ppp), str(one.hotspot)))


def _kind(one: RouterStatus) -> str:
    if not one.is_reachable or one.status is Status.CONFLICT:
        return "error"
    return "set" if one.pending else "plain"


def _applied(applied: Applied | None) -> str:
    if applied is None:
        return "never from a commit"
    behind = "not in this clone" if applied.behind is None else f"{applied.behind} behind"
    distance = "" if applied.behind == 0 else f", {behind}"
    return f"{applied.short} {_ago(applied.days)}{distance}"


def _ago(days: int) -> str:
    return {0: "today", 1: "yesterday"}.get(days) or f"{days} days ago"


def _notes(one: RouterStatus, now: datetime) -> Iterator[Line]:
    # A refusal is both an error and, with the router's name before it, a problem.
    texts = one.problems or ((one.error,) if one.error else ())
    for text in texts:
        # The text of a problem begins with the router's name.
        place = "" if text.startswith(one.router) else f"{one.router}: "
        yield Line("error", printable(place + text))
    for text in sentences(one.router, one.waiting):
        yield Line("set", printable(text))
    for holder in one.leases:
        yield Line("warning", printable(f"{one.router}: the lease is {holder.describe(now)}"))


def _sessions(one: RouterStatus) -> Iterator[Line]:
    logins = one.logins or ()
    yield Line("plain", "")
    yield Line("title", printable(f"{one.router}: {counted(len(logins), 'session')}"))
    for login in logins:
        yield Line("plain", printable(f"  {_login(login)}"))


def _login(login: Login) -> str:
    whose = f" ({login.service})" if login.service else " (in no file)"
    caller = f" from {login.caller}" if login.caller else ""
    return (
        f"{login.kind.value:<8}{login.user}{whose}  {login.address or '-'}{caller},"
        f" up {login.uptime or '-'}"
    )


def _service(one: ServiceStatus) -> Iterator[Line]:
    yield Line("plain", "")
    yield Line("title", f"{one.service} on {one.router}: {one.wanted} in the files")
    if one.rows is None or one.changes is None:
        yield Line("error", "  The router was not reached.")
        return
    held = "as the files say" if not one.changes else f"{counted(len(one.changes), 'change')} wait"
    yield Line("set" if one.changes else "add", f"  router: {held}")
    yield from (Line("plain", printable(f"    {text}")) for text in one.changes)
    yield from (Line("source", printable(f"  holds {text}")) for text in one.rows)
    for entry in one.suspended:
        state = "in" if entry.is_in_list else "not in"
        yield Line("plain", f"  {entry.address} is {state} the suspended list")
    for login in one.logins:
        yield Line("plain", printable(f"  session {_login(login)}"))
    if not one.logins:
        yield Line("source", "  no PPP or HotSpot session")


def status_data(
    routers: Sequence[RouterStatus], services: Sequence[ServiceStatus]
) -> dict[str, Any]:
    """For machines; what is absent is null."""
    return {
        "routers": [_router_data(one) for one in routers],
        "services": [_service_data(one) for one in services],
    }


def _router_data(one: RouterStatus) -> dict[str, Any]:
    applied = one.applied
    return {
        "router": one.router,
        "reachable": one.is_reachable,
        "status": one.status.value,
        "version": one.version,
        "uptime": one.uptime,
        "applied": applied
        and {
            "commit": applied.state.commit,
            "date": applied.state.day.isoformat(),
            "tool": applied.state.tool,
            "behind": applied.behind,
        },
        "leases": [_lease_data(holder) for holder in one.leases],
        "pending": one.pending,
        "waiting": [
            {
                "service": found.service,
                "action": "cut" if found.is_cut else "restore",
                "known": found.is_known,
                "since": found.since and found.since.isoformat(),
            }
            for found in one.waiting
        ],
        "sessions": {"ppp": one.ppp, "hotspot": one.hotspot} if one.is_reachable else None,
        "logins": None if one.logins is None else [asdict(login) for login in one.logins],
        "error": one.error,
        "problems": list(one.problems),
    }


def _lease_data(holder: Holder) -> dict[str, Any]:
    since = holder.since.isoformat() if holder.since else None
    return {"owner": holder.owner, "since": since, "seconds_left": holder.left}


def _service_data(one: ServiceStatus) -> dict[str, Any]:
    return {
        "service": one.service,
        "router": one.router,
        "wanted": one.wanted,
        "rows": None if one.rows is None else list(one.rows),
        "changes": None if one.changes is None else list(one.changes),
        "sessions": [asdict(login) for login in one.logins],
        "suspended_list": {entry.address: entry.is_in_list for entry in one.suspended},
    }
