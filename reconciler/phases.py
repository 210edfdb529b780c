# SPDX-License-Identifier: GPL-3.0-or-later
"""The phases of an apply for one router: first adds and sets, then removals, then what is left.

Each ends the sessions and connections that its changes end. Imports apply, arrange, change,
endings, lease, router, state and work.
"""

from collections.abc import Sequence
from functools import partial

from reconciler.apply import write_state, write_waves
from reconciler.arrange import break_waves, held_back, make_waves
from reconciler.change import Action, Change
from reconciler.endings import end_sessions, is_done
from reconciler.lease import read_holders
from reconciler.router import Session as RouterSession
from reconciler.state import State
from reconciler.work import Work, guarded


def receivers(works: Sequence[Work]) -> list[Work]:
    """The routers to which services move that another one is to let go of."""
    homes = {work.plan.moves_to(change) for work in works for change in work.plan.changes}
    return [work for work in works if work.plan.router in homes]


def make(work: Work) -> None:
    """Adds, sets and moves, and the sessions and connections that end with them.

    What needs the place of a service that moves to another router waits until it stands there.
    """
    moving = held_back(work.plan.changes, lambda change: work.plan.moves_to(change) is not None)
    later = {id(change) for change in moving}

    def act(session: RouterSession) -> None:
        assert work.pen is not None
        answered = work.pen.answers
        now = [c for c in work.plan.changes if id(c) not in later and id(c) not in answered]
        write_waves(work.pen, make_waves(now))
        end_sessions(work, session, partial(is_done, work))

    guarded(work, act)


def take_away(work: Work, standing: dict[str, set[str]]) -> None:
    """Removals, but for services that do not stand yet where they are to stand."""

    def is_homeless(change: Change) -> bool:
        home = work.plan.moves_to(change)
        return home is not None and (home not in standing or change.mark in standing[home])

    owed = held_back(work.plan.changes, is_homeless)
    homes = ", ".join(sorted({home for c in owed if (home := work.plan.moves_to(c))}))
    work.owed += [(change, f"until {homes} is seen to carry it") for change in owed]
    left = {id(change) for change in owed}

    def act(session: RouterSession) -> None:
        pen = work.pen
        assert pen is not None
        rest = [c for c in work.plan.changes if id(c) not in left and id(c) not in pen.answers]
        write_waves(pen, make_waves(rest))
        unmade = _unmade_marks(work)
        kept = {id(change) for change in held_back(rest, lambda c: c.mark in unmade)}
        going = [c for c in rest if id(c) not in pen.answers and id(c) not in kept]
        write_waves(pen, break_waves(going))
        end_sessions(work, session, partial(is_done, work))

    guarded(work, act)


def _unmade_marks(work: Work) -> set[str]:
    """Marks of which something was to be made and is not: no row of theirs goes yet."""
    makes = (change for change in work.plan.changes if change.action is not Action.REMOVE)
    return {change.mark for change in makes if not is_done(work, change)}


def unsettled_marks(work: Work) -> set[str]:
    return {change.mark for change in work.remaining if change.action is not Action.REMOVE}


def note_commit(work: Work, commit: State) -> None:
    """Note the applied commit where the whole router was read back as wanted.

    A router that needed no change has no lease of ours; under somebody else's the note is theirs.
    """

    def act(session: RouterSession) -> None:
        if work.lease or not read_holders(session):
            write_state(session, work.state, commit)

    is_noted = work.state is not None and work.state.comment == commit.comment
    if work.is_as_wanted and work.may_write and not is_noted:
        guarded(work, act)
