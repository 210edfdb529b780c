# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run has to tell people, and whom: events against rules, quiet where nothing is new. Pure.

What was told last is kept by the caller (`Told`), so that a router that is away for a week is told
of twice: when it goes and when it comes back. Imports models and wording.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reconciler.models.notification import Notification, Occasion
from reconciler.wording import counted, listing, printable


@dataclass(frozen=True)
class Event:
    """Something worth telling; `router` is None where it is of no single one."""

    occasion: Occasion
    router: str | None
    text: str


@dataclass(frozen=True)
class Seen:
    """What a run saw: routers that answered, those that did not and why, drift by router.

    `drift` is None where nobody looked for it; of a router a fingerprint and a text, None where it
    has none. `failures` are lines of an apply that did not come to its end.
    """

    reached: frozenset[str] = frozenset()
    away: tuple[tuple[str, str], ...] = ()
    drift: tuple[tuple[str, str | None, str], ...] | None = None
    failures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Told:
    """What people know already: routers that are away, and the drift of others by fingerprint."""

    away: frozenset[str] = frozenset()
    drift: tuple[tuple[str, str], ...] = ()


def events_of(seen: Seen, told: Told) -> tuple[list[Event], Told]:
    """What is new, and what people know afterwards."""
    events = []
    if seen.failures:
        events.append(Event(Occasion.FAILED, None, "\n".join(seen.failures)))
    for router, why in seen.away:
        if router not in told.away:
            events.append(Event(Occasion.UNREACHABLE, router, f"{router} is away: {why}"))
    events += [
        Event(Occasion.RECOVERED, router, f"{router} answers again.")
        for router in sorted(told.away & seen.reached)
    ]
    known = dict(told.drift)
    for router, print_, text in seen.drift or ():
        if print_ is None:
            known.pop(router, None)
        elif known.get(router) != print_:
            known[router] = print_
            events.append(Event(Occasion.DRIFT, router, text))
    away = (told.away - seen.reached) | {router for router, _ in seen.away}
    return events, Told(away, tuple(sorted(known.items())))


def cut_list_event(zones: Sequence[tuple[str, int]], restores: int) -> Event:
    """A list of cuts was written: how many in which zone."""
    total = sum(count for _, count in zones)
    where = listing(f"{count} in {zone}" for zone, count in zones)
    text = f"A cut list is ready: {counted(total, 'client')}" + (f" ({where})" if where else "")
    return Event(Occasion.CUTS, None, f"{text}, {counted(restores, 'restore')}.")


def messages(
    rules: Iterable[Notification], events: Sequence[Event], company: str
) -> Iterator[tuple[Notification, str, str]]:
    """One message a rule: the rule, a title and a body; none where nothing is for it."""
    for rule in rules:
        mine = [
            event
            for event in events
            if (not rule.when or event.occasion in rule.when)
            and (not rule.routers or event.router is None or event.router in rule.routers)
        ]
        if mine:
            kinds = listing(dict.fromkeys(event.occasion.value for event in mine))
            yield (
                rule,
                printable(f"{company}: {kinds}"),
                "\n".join(printable(line) for event in mine for line in event.text.splitlines()),
            )
