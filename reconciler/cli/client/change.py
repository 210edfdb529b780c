# SPDX-License-Identifier: GPL-3.0-or-later
"""`client set`: any field of one client or of many, another plan, another id."""

from collections.abc import Sequence
from datetime import date

import click

from reconciler.cli.client.common import Selection, finish, given, selection_options, today_in
from reconciler.cli.client.ledger import issued_by_day
from reconciler.cli.client.passwords import with_random
from reconciler.cli.client.states import address_given
from reconciler.cli.context import Repo
from reconciler.cli.options import complete_plans, on_option, together, write_options
from reconciler.clients.addressing import Allocator
from reconciler.clients.create import AUTO
from reconciler.clients.equipment import lend_edits, take_back_edits
from reconciler.clients.fields import BY_NAME, FIELDS, NONE, field_edits
from reconciler.clients.migrate import Move, migrate
from reconciler.clients.outcome import Outcome
from reconciler.clients.plans import change_plan, find_plan
from reconciler.clients.rename import rename
from reconciler.clients.select import Chosen, Filters, choose, find_client, only_service
from reconciler.edit import Append, Edit
from reconciler.errors import UsageError
from reconciler.staging import Act, EditFile

# An option for each field of the file; `none` takes a field out.
field_options = together(
    *(click.option(one.option, one.name, metavar="VALUE", help=one.help) for one in FIELDS)
)


@click.command("set")
@selection_options(plan="of-plan")
@on_option
@click.option("--id", "new_id", metavar="NEW", help="A new id; logins and sessions stay.")
@click.option(
    "--plan",
    metavar="ID",
    shell_complete=complete_plans,
    help="Another plan, with the old one noted for billing.",
)
@field_options
@click.option(
    "--pause", multiple=True, metavar="FROM..TO", help="Days without service on request, credited."
)
@click.option("--lend", multiple=True, metavar="ITEM[:SERIAL[:QUANTITY]]", help="Lent equipment.")
@click.option("--returned", multiple=True, metavar="ITEM|SERIAL", help="Equipment that came back.")
@write_options
@click.pass_obj
def set_fields(
    repo: Repo,
    /,
    selection: Selection,
    on: date | None,
    new_id: str | None,
    plan: str | None,
    pause: Sequence[str],
    lend: Sequence[str],
    returned: Sequence[str],
    dry_run: bool,
    yes: bool,
    **fields: str | None,
) -> None:
    """Change fields of clients; `none` as a value takes a field out.

    `--zone`, `--of-plan`, `--status` and `--file` choose clients; another zone is `migrate`'s.

    \b
    Examples:  reconcile client set ana-lopez --plan hogar-20 --phone "+52 555 111 9999"
               reconcile client set ana-lopez --id ana-garcia --onu none
               reconcile client set --zone norte --of-plan basico-5 --plan hogar-10 --dry-run
    """
    values = with_random(repo, given(fields))
    if not (values or plan or new_id or pause or lend or returned):
        raise UsageError("Say what to set: --plan, --name, --phone … (see --help).")
    inventory = repo.loaded.inventory
    chosen = selection.services(inventory)
    work = _Setting(repo, chosen, values, plan, on, selection.ids, pause)
    acts = work.acts(lend, returned)
    if new_id is not None:
        acts = [_renamed(repo, selection.ids, new_id, acts)]
    finish(repo, acts, work.notes, dry_run=dry_run, yes=yes, ask=len(acts) > 1)


class _Setting:
    """What is set on which services; notes for people."""

    def __init__(
        self,
        repo: Repo,
        chosen: Sequence[Chosen],
        values: dict[str, str],
        plan: str | None,
        on: date | None,
        ids: Sequence[str],
        pauses: Sequence[str] = (),
    ) -> None:
        self.notes: list[str] = []
        self._repo = repo
        self._chosen = chosen
        self._values = values
        self._plan = plan
        self._on = on
        self._ids = ids
        self._pauses = [_pause(text) for text in pauses]
        self._allocator = Allocator(repo.loaded.inventory)
        self._issued = issued_by_day(repo.root)

    def acts(self, lent: Sequence[str], returned: Sequence[str]) -> list[Act]:
        inventory = self._repo.loaded.inventory
        by_client: dict[str, list[Chosen]] = {name: [] for name in self._ids}
        for one in self._chosen:
            by_client.setdefault(one.sub.client.id, []).append(one)
        acts: list[Act] = []
        for name, ones in by_client.items():
            client = find_client(inventory, name)
            edits = [
                *self._of_client(),
                *self._of_services(client.id, ones),
                *lend_edits(lent),
                *take_back_edits(client, returned),
            ]
            if edits:
                acts.append(EditFile(inventory.where(client).file, tuple(edits)))
        return acts

    def _of_client(self) -> list[Edit]:
        return [
            edit
            for name, value in self._values.items()
            if not BY_NAME[name].of_service
            for edit in field_edits(BY_NAME[name], value, ())
        ]

    def _of_services(self, client: str, ones: Sequence[Chosen]) -> list[Edit]:
        of_service = {name: v for name, v in self._values.items() if BY_NAME[name].of_service}
        if not (of_service or self._plan or self._pauses):
            return []
        if self._ids:
            ones = [only_service(ones, client)]
        edits: list[Edit] = []
        for one in ones:
            values = dict(of_service)
            if values.get("address") == AUTO:
                values["address"] = str(self._allocator.next_in(one.sub.zone))
            if self._plan is not None:
                outcome = self._change_plan(one, self._plan, values.get("address"))
                edits += outcome.edits
                self.notes += outcome.notes
            for name, value in values.items():
                edits += field_edits(BY_NAME[name], value, one.at)
            edits += [Append((*one.at, "pauses"), pause) for pause in self._pauses]
        return edits

    def _change_plan(self, one: Chosen, name: str, address: str | None) -> Outcome:
        """The plan, and what a plan of another kind needs: see `client migrate`."""
        plan = find_plan(self._repo.loaded.inventory, name)
        day = today_in(self._repo, one.sub.zone, self._on)
        issued = self._issued(day)
        if plan.id == one.sub.plan.id or not one.sub.service.has_rows:
            return change_plan(one, plan, day, issued)
        given = None if address in (None, NONE) else address_given(address)
        return migrate(one, Move(one.sub.zone, plan, None, given), self._allocator, day, issued)


def _pause(text: str) -> dict[str, str]:
    """`2026-12-15..2027-01-10` as a pause; the second day is the first one with service again."""
    first, dots, last = text.partition("..")
    if not dots:
        raise UsageError("A pause is written as 2026-12-15..2027-01-10.")
    return {"from": first, "to": last}


def _renamed(repo: Repo, ids: Sequence[str], new_id: str, acts: Sequence[Act]) -> EditFile:
    """The rename with what else is set in the same run."""
    if len(ids) != 1:
        raise UsageError("--id renames exactly one client: name it by its id.")
    inventory = repo.loaded.inventory
    client = find_client(inventory, ids[0])
    renamed = rename(inventory, client, choose(inventory, ids, Filters()), new_id)
    others = [edit for act in acts if isinstance(act, EditFile) for edit in act.edits]
    return EditFile(renamed.file, (*renamed.edits, *others), renamed.move_to)
