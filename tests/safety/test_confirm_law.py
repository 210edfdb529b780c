# SPDX-License-Identifier: GPL-3.0-or-later
"""Nobody confirms: the router is as it was, whatever its files, names and comments are."""

from itertools import chain, repeat

from end_to_end.case import Case, cases, few, rewrite
from end_to_end.generated import Files, repositories
from end_to_end.mess import Mess, make_mess, messes
from end_to_end.world import World, assert_applied
from hypothesis import assume, given
from hypothesis import strategies as st
from safety.test_undo_law import assert_as_before, dangles
from safety.valley import contents, without_copies

from reconciler.confirm import Confirmation
from reconciler.fleet import Fleet
from reconciler.run import Scope, make_targets
from reconciler.work import silent

SECONDS = 60


def apply_unconfirmed(world: World) -> None:
    """The first half of a run whose proof comes too late."""
    late = chain([0.0], repeat(1e9))
    with Fleet(make_targets(world.load(), Scope())) as fleet:
        fleet.survey()
        run = Confirmation("one", SECONDS, 10**6, clock=lambda: next(late))
        proven = run.first_half(fleet, lambda _plan: None, silent)
        changed = any(work.plan.changes for work in fleet.works)
        assert proven is not changed, run.unproven


@few
@given(cases, repositories(), messes(), st.booleans())
def test_an_unconfirmed_run_is_undone_by_the_router(
    case: Case, second: Files, mess: Mess, begins: bool
) -> None:
    with case.served() as (world, device):
        if begins:
            assert_applied(world.apply())
            make_mess(device, mess)
        without_copies(device)
        assume(not dangles(device))
        rewrite(world, second)
        before = contents(device)
        apply_unconfirmed(world)
        with device.lock:
            device.clock.advance(SECONDS + 1)
            device.tick()
        assert_as_before(device, before)
