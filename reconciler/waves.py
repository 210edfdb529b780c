# SPDX-License-Identifier: GPL-3.0-or-later
"""An apply in waves: a few routers first, and the next ones only while all is well.

A wave is well when its routers were read back as wanted and are healthy within the time that the
settings give. Who exchanges services with another router goes in one wave with it, for a service is
made on the new one before it goes from the old one. Imports change, errors, fleet, health, models,
outcome, planning, router, survey, wording and work.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from math import ceil
from typing import Any, Protocol, TypeVar

from reconciler.change import Change
from reconciler.errors import Problem, RouterError, Unreachable
from reconciler.fleet import Fleet
from reconciler.health import Pulse, ailment, expected_sessions, take_pulse
from reconciler.models import BY_ZONE, WaveSettings
from reconciler.outcome import outcome_codes
from reconciler.planning import RouterPlan
from reconciler.router import Session
from reconciler.survey import read_router
from reconciler.wording import counted
from reconciler.work import Work, revive

SECONDS_BETWEEN_LOOKS = 5.0

T = TypeVar("T")


class Tell(Protocol):
    """Who is told of waves and health, as the journal is of events."""

    def __call__(self, event: str, **more: Any) -> None: ...


def divide(
    works: Sequence[Work], by: str | int, canary: Sequence[str], zones: Mapping[str, str]
) -> list[list[Work]]:
    """The waves, smallest first. `by`: "zone", or the percent of all routers in one wave; `zones`:
    the zone of each router. What needs no change goes with the first.
    """
    groups = _tied(works)
    idle = [work for group in groups if not _services(group)[0] for work in group]
    busy = sorted((group for group in groups if _services(group)[0]), key=_services)
    first = [group for group in busy if any(work.plan.router in canary for work in group)]
    if not first and by != BY_ZONE:
        first = busy[:1]
    rest = [group for group in busy if group not in first]
    waves = [[work for group in first for work in group]] if first else []
    waves += _by_zone(rest, zones) if by == BY_ZONE else _by_share(rest, int(by), len(works))
    return [[*idle, *waves[0]], *waves[1:]] if waves else [idle]


def _services(group: Sequence[Work]) -> tuple[int, int, str]:
    """Whether anything changes, how many services are at stake, and a name, to sort by."""
    is_busy = any(work.plan.changes for work in group)
    held = sum(len(work.plan.census.held) for work in group)
    return int(is_busy), held, min(work.plan.router for work in group)


def _tied(works: Sequence[Work]) -> list[list[Work]]:
    """Groups of routers between which services move."""
    groups = {work.plan.router: [work] for work in works}
    for work in works:
        for home in {work.plan.moves_to(change) for change in work.plan.changes}:
            mine, other = groups[work.plan.router], groups.get(home or "")
            if other is not None and other is not mine:
                mine += other
                groups |= {one.plan.router: mine for one in other}
    return list({id(group): group for group in groups.values()}.values())


def _by_zone(groups: Sequence[list[Work]], zones: Mapping[str, str]) -> list[list[Work]]:
    found: dict[str, list[Work]] = {}
    for group in groups:
        zone = min(zones.get(work.plan.router, "") for work in group)
        found.setdefault(zone, []).extend(group)
    return sorted(found.values(), key=_services)


def _by_share(groups: Sequence[list[Work]], percent: int, total: int) -> list[list[Work]]:
    most = max(1, ceil(total * percent / 100))
    waves: list[list[Work]] = []
    for group in groups:
        if waves and len(waves[-1]) + len(group) <= most:
            waves[-1] += group
        else:
            waves.append(list(group))
    return waves


@dataclass
class Rollout:
    """Gives a fleet wave after wave, looking between them; what is left is marked as not tried.

    `closed`: why plans may not be written now; asked before each wave but the first.
    """

    fleet: Fleet
    by: str | int
    settings: WaveSettings
    zones: Mapping[str, str]
    closed: Callable[[Sequence[RouterPlan]], Sequence[Problem]]
    tell: Tell
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    failed: dict[str, str] = field(default_factory=dict)

    def __call__(self, ready: Sequence[Work]) -> Iterator[Sequence[Work]]:
        waves = divide(ready, self.by, self.settings.canary, self.zones)
        for number, wave in enumerate(waves, 1):
            name = f"wave {number} of {len(waves)}"
            if number > 1:
                reason = self._why_not(wave)
                if reason:
                    self._leave(waves[number - 1 :], f"{name} was not begun: {reason}")
                    return
                self.fleet.each(wave, self._look_again)
            going = [work for work in wave if work.untried is None]
            routers = [work.plan.router for work in going]
            self.tell("wave", wave=number, of=len(waves), routers=routers)
            before = self._pulses([work for work in going if work.plan.changes])
            yield going
            self._judge(going, before)

    def _why_not(self, wave: Sequence[Work]) -> str | None:
        """Why no further wave is begun."""
        if len(self.failed) > self.settings.failures:
            listed = "; ".join(f"{router}: {why}" for router, why in self.failed.items())
            return f"{counted(len(self.failed), 'router')} failed ({listed})"
        problems = self.closed([work.plan for work in wave])
        return str(problems[0]) if problems else None

    def _leave(self, waves: Sequence[Sequence[Work]], reason: str) -> None:
        for work in (work for wave in waves for work in wave):
            work.untried = reason

    def _look_again(self, work: Work) -> None:
        """A plan that waited is written only where every row is still the one it was made for."""
        try:
            now = self.fleet.planner(work.target, _asked(work, read_router))
            found = {_exactly(work, change) for change in now.changes}
            if not {_exactly(work, change) for change in work.plan.changes} <= found:
                work.untried = "it changed while it waited for its wave"
            elif work.pen and work.session:
                work.pen.session = work.session
        except RouterError as error:
            work.untried = f"it was lost while it waited for its wave: {error}"
        if work.untried:
            self.failed[work.plan.router] = work.untried

    def _pulses(self, works: Sequence[Work]) -> dict[str, Pulse]:
        """Of each router that answers."""
        found: dict[str, Pulse] = {}

        def ask(work: Work) -> None:
            with suppress(RouterError):
                found[work.plan.router] = _asked(work, take_pulse)

        self.fleet.each(works, ask)
        return found

    def _judge(self, wave: Sequence[Work], before: Mapping[str, Pulse]) -> None:
        """Wait until the wave is well, or the time is over."""
        for work in wave:
            if outcome_codes([work]):
                self.failed[work.plan.router] = "it is not as wanted"
        looked_at = [work for work in wave if work.plan.router in before]
        expected = {
            work.plan.router: expected_sessions(before[work.plan.router], work.plan, self.settings)
            for work in looked_at
        }
        ailing = looked_at
        deadline = self.clock() + self.settings.wait
        while True:
            pulses = self._pulses(ailing)
            ills = {work.plan.router: self._ill(work, pulses, expected) for work in ailing}
            over = self.clock() >= deadline
            for work in ailing:
                router, ill = work.plan.router, ills[work.plan.router]
                if over or ill is None:
                    self._tell_health(work, before[router], pulses.get(router), ill)
            ailing = [work for work in ailing if ills[work.plan.router]]
            if over or not ailing:
                return
            self.sleep(min(SECONDS_BETWEEN_LOOKS, deadline - self.clock()))

    def _ill(
        self, work: Work, pulses: Mapping[str, Pulse], expected: Mapping[str, int]
    ) -> str | None:
        router = work.plan.router
        if router not in pulses:
            return "it does not answer"
        return ailment(pulses[router], expected[router], self.settings)

    def _tell_health(self, work: Work, before: Pulse, now: Pulse | None, ill: str | None) -> None:
        router = work.plan.router
        if ill:
            work.unhealthy = ill
            self.failed.setdefault(router, ill)
        self.tell(
            "health",
            router=router,
            healthy=ill is None,
            reason=ill,
            sessions_before=before.sessions,
            sessions=now.sessions if now else None,
            cpu=now.cpu if now else None,
        )


def _asked(work: Work, ask: Callable[[Session], T]) -> T:
    """An answer, over a new session where the one that waited was lost. Raises RouterError."""
    try:
        return ask(revive(work))
    except Unreachable:
        return ask(revive(work))


def _exactly(work: Work, change: Change) -> tuple[str, str | None, str | None]:
    """The change and the very rows on the router that it names."""
    before = change.place.before_id if change.place else None
    return work.essence(change), change.row_id, before
