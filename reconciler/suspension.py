# SPDX-License-Identifier: GPL-3.0-or-later
"""Which cuts and restores of the files have not reached their router yet. Pure.

A router that was away is cut by the next run; until then people must be able to see whom the files
call suspended while the Internet still works. Imports change, desired, inventory, kinds, marks,
models, planning and wording.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from reconciler.change import Action, Change
from reconciler.desired import Wanted
from reconciler.inventory import Subscription
from reconciler.kinds import ADDRESS_LIST, SUSPENDED_PROFILE, Kind
from reconciler.marks import is_service_mark
from reconciler.models import Router, Status
from reconciler.planning import RouterPlan
from reconciler.planning import Status as Reach
from reconciler.wording import counted, listing

_Values = Mapping[str, str | None]
_ON = "true"


@dataclass(frozen=True, order=True)
class Waiting:
    """A service that is suspended in the files alone (`is_cut`), or on its router alone.

    `is_known` is false where the router was not reached, so that it may be there already; `since`:
    the day of the suspension.
    """

    service: str
    router: str
    is_cut: bool
    is_known: bool = True
    since: date | None = None


def waiting(subs: Iterable[Subscription], plan: RouterPlan) -> Iterator[Waiting]:
    """What waits on the router of a plan; `subs`: all services, or those that were asked for."""
    reached = plan.status is not Reach.UNREACHABLE
    changed: dict[str, list[Change]] = {}
    for change in plan.changes:
        changed.setdefault(change.source.id, []).append(change)
    for sub in subs:
        if sub.router.id != plan.router or sub.service.status is Status.CANCELLED:
            continue
        suspended = sub.service.suspended
        since = suspended.since if suspended else None
        is_cut = sub.service.status is Status.SUSPENDED
        if not reached:
            if is_cut:
                yield Waiting(sub.id, plan.router, is_cut, is_known=False, since=since)
        elif any(
            _turns(change, sub.router.lists.suspended, is_cut=is_cut)
            for name in (sub.id, *sub.former_ids)
            for change in changed.get(name, ())
        ):
            yield Waiting(sub.id, plan.router, is_cut, since=since)


def suspended_in(wanted: Wanted, router: Router) -> list[str]:
    """The services that a router must block."""
    rows = (row for row in wanted.rows if _suspends(row.kind, row.values, router.lists.suspended))
    return sorted({row.source.id for row in rows if is_service_mark(row.mark)})


def sentences(router: str, found: Iterable[Waiting]) -> Iterator[str]:
    """What waits on one router, in words."""
    several = list(found)
    for is_cut, is_known, text in (
        (True, True, "{count} not carried out yet: {names}"),
        (False, True, "{count} not carried out yet: {names}"),
        (True, False, "not reached, so whether {count} got there is not known: {names}"),
    ):
        some = [one for one in several if (one.is_cut, one.is_known) == (is_cut, is_known)]
        if some:
            count = counted(len(some), "cut" if is_cut else "restore")
            names = (one.service + (f" (since {one.since})" if one.since else "") for one in some)
            yield f"{router}: {text.format(count=count, names=listing(names))}"


def _turns(change: Change, suspended_list: str, *, is_cut: bool) -> bool:
    """Whether a change suspends a service on its router, or lifts that."""
    after = {**change.key, **change.after}
    if is_cut:
        return change.action is not Action.REMOVE and _suspends(change.kind, after, suspended_list)
    before = {**change.key, **change.before}
    return change.action is not Action.ADD and _suspends(change.kind, before, suspended_list)


def _suspends(kind: Kind, values: _Values, suspended_list: str) -> bool:
    """A row of the list, the profile of who is suspended, or a user that is switched off."""
    if kind is ADDRESS_LIST:
        return values.get("list") == suspended_list
    return values.get("disabled") == _ON or (values.get("profile") or "").startswith(
        SUSPENDED_PROFILE
    )
