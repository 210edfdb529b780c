# SPDX-License-Identifier: GPL-3.0-or-later
"""`drift --adopt`: hand-made changes offered as edits of the files. May import anything."""

from collections.abc import Mapping, Sequence
from datetime import date

import click

from reconciler.change import Change
from reconciler.cli.client.common import print_diff, today_in
from reconciler.cli.client.ledger import issued_on
from reconciler.cli.context import Repo, is_interactive, say
from reconciler.clients.outcome import Impossible
from reconciler.errors import UsageError
from reconciler.planning import RouterPlan
from reconciler.render import describe
from reconciler.sealing import can_seal, find_recipients, seal_line
from reconciler.staging import check, stage, write
from reconciler.survey import Actual
from reconciler.triage import Proposal, Refusal, Scene, acts_of, propose, proven
from reconciler.wording import counted, printable
from reconciler.work import planner

_ASK = "Write it into the files? y yes, n no, a all from here on, q no more"


def offer(
    repo: Repo,
    plans: Sequence[RouterPlan],
    actuals: Mapping[str, Actual],
    on: date | None,
    *,
    yes: bool,
) -> bool:
    """Show what can be adopted and what cannot, ask, write. Whether all is in the files now."""
    secrets = repo.loaded.secrets
    answers = propose(_scene(repo, actuals, on), plans, secrets)
    answers = proven(repo.root, answers, secrets, actuals, planner)
    proposals = [one for one in answers if isinstance(one, Proposal)]
    refusals = [one for one in answers if isinstance(one, Refusal)]
    if not answers:
        say("Nothing was changed by hand: there is nothing to adopt.")
        return True
    if yes or not is_interactive():
        for one in proposals:
            _show(one)
        taken = proposals
        if proposals:
            print_diff(stage(repo.root, acts_of(taken)))
    else:
        taken = _asked(repo, proposals)
    _tell_refusals(refusals)
    if taken and not (yes or is_interactive()):
        say("Nothing was written: add --yes to write it, or run on a terminal to be asked.")
        return False
    if taken:
        _write(repo, taken)
    return len(taken) == len(proposals) and not refusals


def _scene(repo: Repo, actuals: Mapping[str, Actual], on: date | None) -> Scene:
    def keep(password: str) -> str:
        settings = repo.loaded.inventory.settings.secrets
        if not can_seal(settings):
            raise Impossible(
                "the password can be written only sealed: name a recipient in reconcile.yaml"
                " (`secrets: {age_recipients: [age1…]}`)"
            )
        try:
            return "age:" + seal_line(password, find_recipients(settings, repo.loaded.secrets))
        except (UsageError, UnicodeEncodeError) as error:
            raise Impossible(f"the password cannot be sealed: {error}") from error

    known: dict[date, frozenset[tuple[str, date]]] = {}

    def issued(day: date) -> frozenset[tuple[str, date]]:
        if day not in known:
            known[day] = issued_on(repo.root, {day})
        return known[day]

    return Scene(
        repo.loaded.inventory,
        {router: actual.tables for router, actual in actuals.items()},
        lambda zone: today_in(repo, zone, on),
        issued,
        keep,
    )


def _show(one: Proposal) -> None:
    click.echo(printable(f"{one.router} · {one.subject}: {one.what}"))
    for change in one.changes:
        click.echo(_by_hand(change))
    for note in one.notes:
        say(f"  {note}", "yellow")


def _by_hand(change: Change) -> str:
    deed = f"  [{change.deed.text}]" if change.deed else ""
    return printable(f"  by hand: {describe(change)}{deed}")


def _asked(repo: Repo, proposals: Sequence[Proposal]) -> list[Proposal]:
    """Those that the person on the terminal wants, each shown with the diff of its file."""
    taken: list[Proposal] = []
    for at, one in enumerate(proposals):
        _show(one)
        print_diff(stage(repo.root, [one.act]))
        answer = click.prompt(
            _ASK, type=click.Choice(["y", "n", "a", "q"]), default="n", show_choices=False
        )
        if answer == "a":
            return [*taken, *proposals[at:]]
        if answer == "q":
            return taken
        if answer == "y":
            taken.append(one)
    return taken


def _tell_refusals(refusals: Sequence[Refusal]) -> None:
    for one in refusals:
        click.echo(printable(f"{one.router} · {one.change.source.id}: not for the files to say"))
        click.echo(_by_hand(one.change))
        click.echo(printable(f"  {one.reason}. `reconcile apply` puts it back."))


def _write(repo: Repo, taken: Sequence[Proposal]) -> None:
    staged = stage(repo.root, acts_of(taken))
    for problem in check(repo.root, staged, repo.loaded.problems):
        say(str(problem), "yellow")
    write(repo.root, staged)
    say("\n".join(f"changed {one.file}" for one in staged))
    say(f"{counted(len(staged), 'file')} written. See `reconcile drift`, then commit.")
