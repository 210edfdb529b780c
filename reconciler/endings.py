# SPDX-License-Identifier: GPL-3.0-or-later
"""Ending what hangs on changes that are made: live sessions, and connections of the suspended.

What goes on although it was to end makes the run one in part, and is left to the next one, which
knows of it by the journal. Imports apply, change, lease, normal, router, sessions, survey, wording
and work.
"""

from collections.abc import Callable, Sequence
from time import monotonic

from reconciler.apply import connections_beyond, cut_connections, drop_sessions
from reconciler.change import Change
from reconciler.lease import read_holders
from reconciler.normal import seconds
from reconciler.router import AnswerState
from reconciler.router import Session as RouterSession
from reconciler.sessions import SERVICES, Earlier, Ending, Lingering, SessionKind, over
from reconciler.survey import read_rows
from reconciler.wording import counted, listing
from reconciler.work import Work, guarded

# A change is felt by who logs in after it was made, and nobody knows that moment to the second.
MARGIN = 10.0


def is_done(work: Work, change: Change) -> bool:
    return work.answer(change).state is AnswerState.DONE


def end_sessions(work: Work, session: RouterSession, is_made: Callable[[Change], bool]) -> None:
    """End what hangs on the changes that are made, each once; nothing where the router is lost."""
    ending = [s for s in work.plan.sessions if id(s) not in work.ended and is_made(s.cause)]
    if ending and session.alive and _end(work, session, ending):
        work.ended |= {id(one) for one in ending}


def _end(work: Work, session: RouterSession, ending: Sequence[Ending]) -> bool:
    """Whether it was all tried: what goes on is noted, what is over is told to the journal."""
    left = drop_sessions(session, ending)
    cutting = [one for one in ending if one.kind is SessionKind.CONNECTIONS]
    warning = None
    if cutting:
        warning = connections_beyond(session, work.target.router.connections.maximum)
        left += [] if warning else cut_connections(session, cutting)
    if not session.alive:
        return False
    work.troubles += [warning] if warning else []
    work.lingering += left
    if work.pen:
        work.pen.log.ended(over(ending, left))
    return True


def end_the_rest(work: Work) -> None:
    """End what hangs on changes that are made, although the router was lost over them.

    The next run sees no difference any more.
    """
    remaining = {work.essence(change) for change in work.remaining}

    def is_made(change: Change) -> bool:
        if work.verified:
            return work.essence(change) not in remaining
        return work.answer(change).state in (AnswerState.DONE, AnswerState.UNKNOWN)

    if work.verified and work.may_write:
        guarded(work, lambda session: end_sessions(work, session, is_made))
    work.lingering += [
        Lingering(one.kind, one.client, "the router was lost")
        for one in work.plan.sessions
        if id(one) not in work.ended and is_made(one.cause) and not one.waits
    ]


def end_the_earlier(work: Work) -> None:
    """End what an earlier run was to end, where it is still the same session.

    One that began after the change has the new settings already. Connections are cut only while
    the service is still suspended.
    """

    def act(session: RouterSession) -> None:
        if not work.lease and read_holders(session):
            return
        open_ = [one for one in work.earlier if _is_open(work, one)]
        old = _still_live(session, open_)
        if _end(work, session, old) and work.pen:
            work.pen.log.ended([one for one in work.earlier if one not in old])
            work.earlier = ()
            if old:
                count = counted(len(old), "session")
                names = listing(sorted({one.client for one in old}))
                work.troubles.append(f"an earlier run had left {count} to end: {names}.")

    if work.earlier and work.verified and work.may_write:
        guarded(work, act)


def _is_open(work: Work, earlier: Earlier) -> bool:
    """Whether nothing else has ended it: this very run, or the end of a suspension."""
    if earlier.kind is SessionKind.CONNECTIONS:
        return earlier.client in work.plan.census.to_suspend
    return (earlier.kind, earlier.name) not in {(s.kind, s.name) for s in work.plan.sessions}


def _still_live(session: RouterSession, earlier: Sequence[Earlier]) -> list[Earlier]:
    found = [one for one in earlier if one.kind is SessionKind.CONNECTIONS]
    for service in SERVICES:
        mine = {one.name: one for one in earlier if one.kind is service.kind}
        rows = read_rows(session, service.active, (service.user_field, "uptime")) if mine else ()
        for row in rows:
            one = mine.get(row.get(service.user_field, ""))
            if one and _is_older(row.get("uptime", ""), one):
                found.append(one)
    return found


def _is_older(uptime: str, earlier: Earlier) -> bool:
    """Whether a session began before the change; one that tells no time is left alone."""
    up = seconds(uptime)
    return up is not None and up > earlier.age + monotonic() - earlier.clock - MARGIN
