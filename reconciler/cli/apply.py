# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile apply`: do what was planned, then read back and say what is not as wanted."""

import getpass
import json
import socket
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import click

from reconciler import __version__
from reconciler.changeset import PlanFile, essence
from reconciler.cli.context import (
    Repo,
    allow_options,
    confirm,
    first_code,
    lockout_option,
    on_option,
    print_data,
    print_lines,
    say,
    scope_options,
    tidy_option,
)
from reconciler.cli.plan import change_set, known_clients, status_codes
from reconciler.confirm import Confirmation, pending
from reconciler.errors import ReconcileError, UsageError
from reconciler.fleet import PARALLEL, Fleet
from reconciler.guards import Allow, Guarded, check
from reconciler.journal import Event, Journal, journal_file, new_run_id
from reconciler.lease import Held
from reconciler.lockout import ManagementPath, addresses_of, lockouts, needs_lists
from reconciler.outcome import outcome_codes, outcome_lines
from reconciler.rehearsal import is_wrong, rehearsal_lines
from reconciler.rehearse import rehearse as rehearse_works
from reconciler.render import describe, text_lines
from reconciler.resume import LAST, OpenRun, fates, read_run, resume_lines
from reconciler.review import check_expected, keep_reviewed
from reconciler.router import AnswerState, Session
from reconciler.run import Scope, limits_of_routers, make_targets
from reconciler.state import State
from reconciler.survey import read_lists, seen_from
from reconciler.tidy import is_tidied, tidying
from reconciler.undo import Keeper, Seal
from reconciler.wording import counted
from reconciler.work import Planner, Work, planner

_SHOWN = 20


@click.command()
@click.argument(
    "planfile", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False
)
@scope_options
@on_option
@click.option("--adopt", is_flag=True, help="Take over rows without our mark that hold a key.")
@tidy_option
@click.option("--rehearse", is_flag=True, help="First on a copy of each router; stop if refused.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@allow_options
@click.option(
    "--resume",
    is_flag=False,
    flag_value=LAST,
    metavar="[RUN]",
    help="Only what the last journaled run, or RUN, left open.",
)
@lockout_option
@click.option(
    "--confirm",
    "confirm_within",
    type=click.IntRange(20, 86_400),
    metavar="SECONDS",
    help="Routers undo the run by themselves unless it is proven within this time.",
)
@click.option("--expect", metavar="FINGERPRINT", help="Refuse any other change set (exit 6).")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="json: the events of the journal, one a line, as they happen.",
)
@click.option("--parallel", type=click.IntRange(1, 512), default=PARALLEL, show_default=True)
@click.pass_obj
def apply(
    repo: Repo,
    /,
    planfile: Path | None,
    routers: tuple[str, ...],
    zones: tuple[str, ...],
    clients: tuple[str, ...],
    on: date | None,
    adopt: bool,
    tidy: bool,
    rehearse: bool,
    yes: bool,
    resume: str | None,
    expect: str | None,
    form: str,
    parallel: int,
    allow_lockout: bool,
    confirm_within: int | None,
    **allow: int | None,
) -> None:
    """Make the routers hold what the files say; with PLANFILE exactly the changes in it.

    \b
    Examples:  reconcile apply --yes
               reconcile plan --out change.plan && reconcile apply change.plan
    """
    scope = Scope(routers, zones, clients)
    if resume and (planfile or scope != Scope()):
        raise UsageError("--resume goes on with a whole run: give no plan file and no narrowing.")
    chosen = read_run(repo.root, resume) if resume else read_plan_file(repo, planfile)
    adopt = adopt or (chosen is not None and chosen.adopts)
    tidy = tidy or (chosen is not None and is_tidied(chosen.entries))
    resumed = chosen if isinstance(chosen, OpenRun) else None
    if resumed and not resumed.open:
        print_lines(resume_lines(resumed, []))
        return
    scope = Scope(routers=resumed.routers) if resumed else scope
    targets = make_targets(repo.loaded, scope, adopt=adopt)
    planned = tidying if tidy else planner
    with Fleet(targets, parallel=parallel, plan=planned) as fleet:
        works = fleet.survey()
        known_clients(repo, scope, works)
        if expect:
            check_expected(change_set(repo, works), expect)
        if isinstance(chosen, PlanFile):
            keep_only_reviewed(works, chosen)
        elif chosen:
            _keep_only_open(repo, works, chosen)
        changes = change_set(repo, works)
        if form == "text":
            print_lines(text_lines(changes))
        check_limits(repo, works, Allow(**allow))
        check_lockout(works, allow_lockout)
        if rehearse:
            _rehearse(works, planned)
        if not changes.is_empty:
            confirm(f"Apply {counted(len(changes.changes), 'change')}?", yes)
        code = carry_out(
            repo,
            fleet,
            _state(repo, on),
            whole=scope.is_whole,
            stream=form == "json",
            resumes=resumed.run if resumed else None,
            confirm_within=confirm_within,
        )
    raise SystemExit(code)


def read_plan_file(repo: Repo, file: Path | None) -> PlanFile | None:
    """Raises Stale where it is damaged; bytes that are no text are damage too."""
    if file is None:
        return None
    text = file.read_text(encoding="utf-8", errors="replace")
    return PlanFile.parse(text, repo.loaded.secrets.fingerprint)


def carry_out(
    repo: Repo,
    fleet: Fleet,
    state: State | None = None,
    *,
    whole: bool = True,
    stream: bool = False,
    undoes: str | None = None,
    resumes: str | None = None,
    confirm_within: int | None = None,
) -> int:
    """Under lease and journal: keep the inverse, write, read back, say what is not as wanted; the
    exit code.

    `stream`: the journal's events go to stdout instead of lines for people. `undoes`, `resumes`:
    the run that is taken back, or gone on with. `confirm_within`: seconds after which routers undo
    the run by themselves, unless it was proven.
    """
    now = datetime.now(UTC)
    meant = [work.plan for work in fleet.works]
    fleet.hold(owner(), now)
    fleet.prepare(refuse_pending)
    run = new_run_id(now)
    Keeper(
        repo.root,
        run,
        now.isoformat(timespec="seconds"),
        repo.commit,
        seal_of(repo),
        state if whole else None,
        undoes,
    ).keep(fleet)
    with journal_file(repo.root, run) as sink:
        journal = Journal(
            run, [sink, *([_to_stdout] if stream else [])], repo.loaded.secrets.redact
        )
        journal.emit("begin", commit=repo.commit, owner=owner(), undoes=undoes, resumes=resumes)
        for work, plan in zip(fleet.works, meant, strict=True):
            # Of a router that was lost since, what was meant for it: it is not tried.
            if not (work.is_ready and confirm_within):
                journal.planned(work.plan if work.is_ready else plan)
        codes = []
        if confirm_within:
            most = repo.loaded.inventory.settings.limits.confirm_bytes
            confirmation = Confirmation(run, confirm_within, most)
            codes = confirmed_apply(fleet, confirmation, state, journal, whole=whole)
        else:
            fleet.apply(state, whole=whole, log=journal.of)
        # Asked now: a session that is over cannot tell any more how it went.
        code = first_code([*codes, *status_codes(fleet.works), *outcome_codes(fleet.works)])
        journal.emit("end", exit_code=code)
    if not stream:
        for work in fleet.works:
            _progress(work)
        print_lines(outcome_lines(fleet.works))
    return code


def confirmed_apply(
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


def refuse_pending(work: Work, session: Session) -> None:
    """Raises Held where a router still waits to undo an earlier run by itself."""
    for one in pending(session):
        if one.scheduled:
            when = f" at {one.next_run} of its clock" if one.next_run else ""
            raise Held(
                f"{work.plan.router}: the run {one.run} was never confirmed, and the router undoes"
                f" it by itself{when}. Nothing was written. Wait, or remove the scheduler"
                f" {one.name} on the router to keep what it did"
            )
        work.troubles.append(
            f"the script {one.name} is left over from a run that was confirmed: remove it"
        )


def check_lockout(works: Sequence[Work], allowed: bool) -> None:
    """Raises Guarded where a plan would cut the way on which routers are reached."""
    ready = [work for work in works if work.is_ready and work.plan.changes]
    hosts = [work.target.endpoint.host for work in works]
    problems = []
    for work in [] if allowed else ready:
        assert work.session is not None
        addresses = addresses_of([*hosts, *seen_from(work.session)])
        path = ManagementPath(addresses, work.target.endpoint.port)
        lists = read_lists(work.session) if needs_lists(work.plan) else ()
        problems += lockouts(work.target.router, work.plan, path, lists)
    if problems:
        raise Guarded(problems)


def seal_of(repo: Repo) -> Seal:
    secrets = repo.loaded.secrets
    return Seal(secrets.key if secrets.has_key else None)


def _to_stdout(event: Event) -> None:
    print_data(json.dumps(event))


def owner() -> str:
    """Who holds a lease, without blanks: `maria@oficina`."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "somebody"
    return "".join(f"{user}@{socket.gethostname()}".split())


def _rehearse(works: list[Work], planned: Planner) -> None:
    rehearsal = rehearse_works(works, planned)
    if is_wrong(rehearsal):
        print_lines(rehearsal_lines(rehearsal))
        raise ReconcileError("The rehearsal went wrong. Nothing was written to a router.")


def keep_only_reviewed(works: list[Work], reviewed: PlanFile) -> None:
    plans = [work.plan for work in works]
    for work, (plan, left) in zip(works, keep_reviewed(plans, reviewed), strict=True):
        work.plan, work.left = plan, left
    _say_left(works, "in the plan file")


def _say_left(works: list[Work], among: str) -> None:
    left = [(work, change) for work in works for change in work.left]
    if left:
        say(f"{len(left)} differences are not {among}, and are left:")
    for work, change in left[:_SHOWN]:
        say(f"  {work.plan.router}: {change.action.value} {describe(change)}")


def _keep_only_open(repo: Repo, works: list[Work], run: OpenRun) -> None:
    found = fates(run, [work.plan for work in works], repo.commit)
    for line in resume_lines(run, found):
        say(line.text)
    open_ = {essence(entry) for entry in run.entries}
    for work in works:
        work.keep_only(open_)
    _say_left(works, f"of the run {run.run}")


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


def _state(repo: Repo, on: date | None) -> State | None:
    return State(repo.commit, repo.today(on), __version__) if repo.commit else None


def _progress(work: Work) -> None:
    if work.plan.changes and work.pen:
        done = work.count(AnswerState.DONE)
        say(f"{work.plan.router}: {done} of {len(work.plan.changes)} written")
