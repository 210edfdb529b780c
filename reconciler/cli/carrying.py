# SPDX-License-Identifier: GPL-3.0-or-later
"""Carrying out what was planned: limits, lease, undo file, journal, writing, and what it came to.

What `apply`, `detach`, `undo` and their kin share. May import anything.
"""

import getpass
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import TypeVar

from reconciler.cli.context import Repo, first_code, print_data, print_lines, say
from reconciler.cli.progress import Progress
from reconciler.cli.surveying import status_codes
from reconciler.cli.windows import Override
from reconciler.confirm import Confirmation
from reconciler.executor import Executor
from reconciler.executor.questions import Inverse, Lockouts
from reconciler.fleet import Fleet, Waves, at_once
from reconciler.guards import Allow, Guarded, check
from reconciler.journal import Journal, journal_file, new_run_id, texts_of
from reconciler.outcome import outcome_codes, outcome_lines
from reconciler.plandata import problem_of
from reconciler.router import AnswerState
from reconciler.run import limits_of_routers
from reconciler.state import State
from reconciler.undo import Keeper
from reconciler.unfinished import Unfinished, read_unfinished
from reconciler.wording import counted
from reconciler.work import Work

Awaited = TypeVar("Awaited")
Made = TypeVar("Made")


def carry_out(
    repo: Repo,
    fleet: Executor,
    state: State | None = None,
    *,
    whole: bool = True,
    stream: bool = False,
    undoes: str | None = None,
    resumes: str | None = None,
    confirm_within: int | None = None,
    waves: Callable[[Journal], Waves] | None = None,
    override: Override | None = None,
    ends_earlier: bool = False,
    before: Callable[[], None] = lambda: None,
) -> int:
    """Under lease and journal: keep the inverse, write, read back, say what is not as wanted; the
    exit code.

    `stream`: the journal's events go to stdout instead of lines for people. `undoes`, `resumes`:
    the run that is taken back, or gone on with. `confirm_within`: seconds after which routers undo
    the run by themselves, unless it was proven. `waves`: given the journal, in which waves to
    write. `override`: the change windows that somebody set aside, which is noted. `ends_earlier`:
    end the sessions that the run before was to end. `before`: what is done before the first write,
    while the leases are taken.
    """
    now = datetime.now(UTC)
    repo.seen.works = fleet.works
    meant = [work.plan for work in fleet.works]
    run = new_run_id(now)
    question = Inverse(run, state.comment if state and whole else None)

    def aside() -> dict[int, str]:
        before()
        return texts_of(meant)

    inverse, ready = meanwhile(partial(fleet.secure, owner(), now, question), aside)
    Keeper(repo.root, run, now.isoformat(timespec="seconds"), repo.commit, undoes).keep(inverse)
    earlier = read_unfinished(repo.root)
    if ends_earlier:
        _take_on(fleet.works, earlier, now)
    with journal_file(repo.root, run) as sink:
        sinks = [sink, _to_stdout] if stream else [sink]
        journal = Journal(run, sinks, repo.loaded.secrets.redact)
        journal.emit(
            "begin",
            commit=repo.commit,
            owner=owner(),
            undoes=undoes,
            resumes=resumes,
            override=override and override.as_data(journal.redacted),
            unfinished=[one.as_data() for one in earlier],
        )
        for work in fleet.works:
            journal.router(work.plan)
        for work, plan in zip(fleet.works, meant, strict=True):
            # Of a router that was lost since, what was meant for it: it is not tried.
            if not (work.is_ready and confirm_within):
                journal.planned(work.plan if work.is_ready else plan, ready)
        codes = []
        if confirm_within and isinstance(fleet, Fleet):
            most = repo.loaded.inventory.settings.limits.confirm_bytes
            confirmation = Confirmation(run, confirm_within, most)
            codes = _write_confirmed(fleet, confirmation, state, journal, whole=whole)
        else:
            in_waves = waves(journal) if waves else at_once
            _write(fleet, state, journal, in_waves, whole=whole)
        # Asked now: a session that is over cannot tell any more how it went.
        code = first_code([*codes, *status_codes(fleet.works), *outcome_codes(fleet.works)])
        lines = list(outcome_lines(fleet.works))
        repo.seen.outcome = tuple(line.text for line in lines)
        journal.emit("end", exit_code=code)
    if not stream:
        _tell_written(fleet.works)
        print_lines(lines)
    return code


def _take_on(works: Sequence[Work], earlier: Sequence[Unfinished], now: datetime) -> None:
    """Give each router the sessions that an earlier run was to end on it."""
    clock = monotonic()
    for work in works:
        mine = [one for one in earlier if one.router == work.plan.router]
        work.earlier = tuple(one.earlier(now, clock) for one in mine)


def _write(
    fleet: Executor, state: State | None, journal: Journal, waves: Waves, *, whole: bool
) -> None:
    with Progress(work.plan for work in fleet.works if work.is_ready) as progress:
        fleet.apply(state, whole=whole, log=progress.beside(journal.of), waves=waves)


def _write_confirmed(
    fleet: Fleet,
    confirmation: Confirmation,
    state: State | None,
    journal: Journal,
    *,
    whole: bool,
) -> list[int]:
    """Write, prove, and write what waited for the proof; what is not proven ends with 5."""
    plan = fleet.planner
    if confirmation.first_half(fleet, journal.planned, journal.of):
        confirmation.second_half(fleet, plan)
        for work in fleet.works:
            journal.planned(work.plan)
        fleet.apply(state, whole=whole, log=journal.of)
        confirmation.count_both(fleet)
        return []
    for router, reason in confirmation.unproven.items():
        say(f"{router}: not confirmed: {reason}.", "bold red")
    seconds = counted(confirmation.seconds, "second")
    say(
        "The run was not confirmed: every router that was not confirmed undoes it by itself within"
        f" {seconds} of its beginning. Look with `reconcile plan` then.",
        "bold red",
    )
    return [5]


def meanwhile(wait: Callable[[], Awaited], act: Callable[[], Made]) -> tuple[Awaited, Made]:
    """Two things at once: what waits for routers, in a thread of its own, and what only computes.

    Raises what either raises, once both have ended.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="waiting") as aside:
        awaited = aside.submit(wait)
        made = act()
    return awaited.result(), made


def check_lockout(fleet: Executor, allowed: bool, act: Callable[[], Made]) -> Made:
    """What `act` makes while routers are asked whether it would cut the way to them.

    Raises Guarded where a plan would.
    """
    hosts = tuple(work.target.endpoint.host for work in fleet.works)
    found, made = meanwhile(lambda: {} if allowed else fleet.ask(Lockouts(hosts)), act)
    problems = [problem_of(problem) for router in sorted(found) for problem in found[router]]
    if problems:
        raise Guarded(problems)
    return made


def _to_stdout(lines: Sequence[str]) -> None:
    print_data("\n".join(lines))


def owner() -> str:
    """Who holds a lease, without blanks: `maria@oficina`."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "somebody"
    return "".join(f"{user}@{socket.gethostname()}".split())


def check_limits(repo: Repo, works: list[Work], allow: Allow) -> None:
    """Raises Guarded where what is chosen goes beyond a limit on any router."""
    inventory = repo.loaded.inventory
    problems = check(
        [work.plan for work in works],
        limits_of_routers(inventory),
        inventory.settings.limits,
        allow,
    )
    if problems:
        raise Guarded(problems)


def _tell_written(works: Sequence[Work]) -> None:
    for work in works:
        if work.plan.changes and work.was_begun:
            done = work.count(AnswerState.DONE)
            say(f"{work.plan.router}: {done} of {len(work.plan.changes)} written")
