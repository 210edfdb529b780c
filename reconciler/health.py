# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a router is well after it was written to: its sessions are back and its CPU has room.

Imports change, models, planning, router, sessions and wording.
"""

from dataclasses import dataclass

from reconciler.change import Action
from reconciler.models import WaveSettings
from reconciler.planning import RouterPlan
from reconciler.router import Read
from reconciler.router import Session as RouterSession
from reconciler.sessions import SERVICES, Session, SessionKind
from reconciler.wording import counted

_RESOURCE = Read("/system/resource", ("cpu-load",))
_MOST_DIGITS = 3


@dataclass(frozen=True)
class Pulse:
    """Live PPP and HotSpot sessions, and the load of the CPU in percent, None where not told."""

    sessions: int
    cpu: int | None


def take_pulse(session: RouterSession) -> Pulse:
    """Raises Refused or Unreachable."""
    sessions = sum(session.count(service.active) for service in SERVICES)
    (rows,) = session.read([_RESOURCE])
    load = rows[0].get("cpu-load", "") if rows else ""
    is_number = load.isdecimal() and len(load) <= _MOST_DIGITS
    return Pulse(sessions, int(load) if is_number else None)


def expected_sessions(before: Pulse, plan: RouterPlan, bounds: WaveSettings) -> int:
    """How many must be live again: a share of those before that the plan does not end for good."""
    ending = sum(_ends_for_good(session) for session in plan.sessions)
    return max(0, before.sessions - ending) * bounds.sessions_percent // 100


def ailment(pulse: Pulse, expected: int, bounds: WaveSettings) -> str | None:
    """What is wrong with a router, None where nothing is."""
    if pulse.sessions < expected:
        return f"{counted(pulse.sessions, 'session')} live, and {expected} must be back"
    if pulse.cpu is not None and pulse.cpu > bounds.cpu_percent:
        return f"its CPU has a load of {pulse.cpu} %, and the most is {bounds.cpu_percent} %"
    return None


def _ends_for_good(session: Session) -> bool:
    """Whose login goes or is disabled does not come back; everybody else logs in again."""
    if session.kind is SessionKind.CONNECTIONS:
        return False
    cause = session.cause
    return cause.action is Action.REMOVE or cause.after.get("disabled") == "true"
