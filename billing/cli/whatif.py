# SPDX-License-Identifier: GPL-3.0-or-later
"""`billing what-if`: the difference that other rules would make, with nothing written."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import click

from billing.books.bill import bill
from billing.cli.common import Session, chosen_clients, open_ledger, show_json, show_rows, today_of
from billing.ledger.loading import load_sound
from billing.locale import Formats
from billing.money import Rounding
from billing.whatif import difference
from reconciler.cli.context import Repo, say
from reconciler.cli.options import format_option, narrowing_options, on_option
from reconciler.edit import Put
from reconciler.errors import FilesError, UsageError
from reconciler.inventory import Inventory
from reconciler.inventory.overlay import load_with
from reconciler.models import Client, Plan, Zone, ZoneBilling
from reconciler.models.base import Model
from reconciler.staging import EditFile, stage
from reconciler.wording import unknown


@click.command("what-if")
@click.option(
    "--set",
    "settings",
    multiple=True,
    required=True,
    metavar="KEY=VALUE",
    help="zone.ID.KEY, plan.ID.KEY or client.ID.KEY and its value; may be given several times.",
)
@narrowing_options
@on_option
@format_option()
@click.pass_obj
def what_if(
    repo: Repo,
    settings: Sequence[str],
    clients: Sequence[str],
    zones: Sequence[str],
    on: date | None,
    form: str,
) -> None:
    """Compute with other values of zones, plans or clients, and show what differs.

    Issued invoices stay as they are: what changes are drafts, so take a date to come.

    \b
    Example:  reconcile billing what-if --set zone.norte.grace_days=5 --on 2026-12-31
    """
    session = open_ledger(repo)
    inventory = session.inventory
    names = chosen_clients(inventory, clients, zones)
    day = on or max((today_of(inventory, zone) for zone in inventory.zones.values()), default=None)
    if day is None:
        raise UsageError("There is no zone, so there is nothing to compute.")
    other = _other(repo, session, settings)
    ledger, _ = load_sound(repo.root, other)
    money = Rounding(inventory.settings.minor_digits)
    before = bill(inventory, session.ledger, day, set(names))
    data = {
        "set": list(settings),
        **difference(before, bill(other, ledger, day, set(names)), money),
    }
    if form == "json":
        show_json(data)
    else:
        _show(data, session.formats)


def _show(data: dict[str, Any], formats: Formats) -> None:
    rows = [{"what": what, **data[what]} for what in ("billed", "open")]
    columns = ("what", "before", "after", "difference")
    show_rows(rows, columns, "text", formats, columns[1:])
    if data["invoices"]:
        heads = ("invoice", "before", "after")
        show_rows(data["invoices"], heads, "text", formats, heads[1:])
    cuts = data["cuts"]
    for name in ("more", "fewer"):
        for service in cuts[name]:
            say(f"{'cut' if name == 'more' else 'not cut'}: {service}")
    say(f"cuts on {data['on']}: {cuts['before']} now, {cuts['after']} then; nothing was written")


def _other(repo: Repo, session: Session, settings: Sequence[str]) -> Inventory:
    """The repository with these values. Raises FilesError where it would not be sound."""
    acts = [_act(session.inventory, text) for text in settings]
    together: dict[str, EditFile] = {}
    for act in acts:
        known = together.get(act.file)
        edits = (*known.edits, *act.edits) if known else act.edits
        together[act.file] = EditFile(act.file, edits, model=act.model)
    overlay = {one.file: one.after for one in stage(repo.root, together.values())}
    inventory, problems = load_with(repo.root, overlay)
    errors = [problem for problem in problems if problem.is_error]
    if inventory is None or errors:
        raise FilesError(errors)
    return inventory


def _act(inventory: Inventory, text: str) -> EditFile:
    key, equals, value = text.partition("=")
    kind, _, rest = key.partition(".")
    name, _, path = rest.partition(".")
    kinds: dict[str, tuple[type[Model], Any]] = {
        "zone": (Zone, inventory.zones),
        "plan": (Plan, inventory.plans),
        "client": (Client, inventory.clients),
    }
    if not equals or not path or not value or kind not in kinds:
        raise UsageError(f"{text!r} is no setting: write --set zone.norte.grace_days=5.")
    model, known = kinds[kind]
    if name not in known:
        raise UsageError(unknown(kind, name, known))
    parts = tuple(path.split("."))
    if kind == "zone" and parts[0] in ZoneBilling.model_fields:
        parts = ("billing", *parts)
    return EditFile(inventory.where(known[name]).file, (Put(parts, value),), model=model)
