# SPDX-License-Identifier: GPL-3.0-or-later
"""`client show`: all there is to know of one client on one page."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import click

from billing.shapes import balance_data
from reconciler.cli.client.common import today_in
from reconciler.cli.client.live import Live, look_at
from reconciler.cli.client.money import Owing, owing
from reconciler.cli.context import Repo, print_lines
from reconciler.cli.options import client_argument, format_option
from reconciler.clients.columns import ALL, row_of
from reconciler.clients.select import Chosen, Filters, choose, find_client
from reconciler.filehistory import Revision, history_of
from reconciler.models import Client, PastPlan, Plan
from reconciler.normal import format_rate
from reconciler.render import Line
from reconciler.wording import printable


@click.command("show")
@client_argument
@click.option("--offline", is_flag=True, help="Do not ask the routers.")
@format_option()
@click.pass_obj
def show(repo: Repo, client: str, offline: bool, form: str) -> None:
    """Show a client: state, services, what the router holds, and the history of the file.

    A router that cannot be reached is said so; the rest is shown.

    \b
    Example:  reconcile client show ana-lopez
    """
    inventory = repo.loaded.inventory
    found = find_client(inventory, client)
    chosen = choose(inventory, (client,), Filters())
    live = [] if offline else look_at(repo, chosen)
    revisions = history_of(repo.root, inventory.where(found).file)
    money = owing(repo, found.id, today_in(repo, inventory.zones[found.zone], None))
    if form == "json":
        data = _json(found, chosen, live, revisions, money)
        click.echo(json.dumps(data, ensure_ascii=False, indent=1, default=str))
        return
    file = inventory.where(found).file
    print_lines(_page(found, chosen, live, revisions, money, file))


def _json(
    client: Client,
    chosen: Sequence[Chosen],
    live: Sequence[Live],
    revisions: Sequence[Revision],
    money: Owing,
) -> dict[str, Any]:
    fields = client.model_dump(
        mode="json", by_alias=True, exclude={"services"}, exclude_defaults=True
    )
    services = []
    for one in chosen:
        row = {name: value or None for name, value in row_of(one, ALL).items()}
        history = [past.model_dump(mode="json", by_alias=True) for past in one.sub.service.history]
        services.append({**row, "history": history})
    return {
        **fields,
        "balance": balance_data(money.books) if money.books else None,
        "services": services,
        "router": [vars(one) for one in live],
        "commits": [vars(one) for one in revisions],
    }


def _page(
    client: Client,
    chosen: Sequence[Chosen],
    live: Sequence[Live],
    revisions: Sequence[Revision],
    money: Owing,
    file: str,
) -> Iterator[Line]:
    yield Line("title", printable(f"{client.name} ({client.id})"))
    yield from _pairs([*_about(client, file), ("balance", money.text)])
    for one in chosen:
        yield Line("plain", "")
        state = one.sub.service.status.value
        kind = {"active": "add", "free": "move", "suspended": "set"}.get(state, "remove")
        yield Line(kind, f"Service {one.sub.service.id}: {state}")
        yield from _pairs(_service(one))
        for past in one.sub.service.history:
            what = f"plan {past.plan}" if isinstance(past, PastPlan) else _suspension(past)
            yield Line("source", f"  {past.from_} – {past.to}  {what}")
    yield from _possessions(client)
    for seen in live:
        yield Line("plain", "")
        yield Line("title", f"Router {seen.router}: {seen.state}")
        for text in (*seen.sessions, *seen.changes):
            yield Line("plain", f"  {text}")
    if revisions:
        yield Line("plain", "")
        yield Line("title", "History of the file")
    for one_commit in revisions:
        text = f"  {one_commit.commit}  {one_commit.date}  {one_commit.author}: "
        yield Line("source", printable(text + one_commit.subject))


def _pairs(pairs: Sequence[tuple[str, object]]) -> Iterator[Line]:
    for name, value in pairs:
        if value not in (None, "", ()):
            yield Line("plain", printable(f"  {name:<16}{value}"))


def _about(client: Client, file: str) -> list[tuple[str, object]]:
    contact, billing = client.contact, client.billing
    location = contact.location and ", ".join(str(part) for part in contact.location)
    discount = billing.discount
    promises = [f"{one.made_on} – {one.until}" for one in billing.promises]
    return [
        ("zone", client.zone),
        ("former ids", ", ".join(client.former_ids)),
        ("managed", None if client.manage else "no: its rows are nobody's"),
        ("phone", contact.phone),
        ("e-mail", contact.email),
        ("address", ", ".join(part for part in (contact.address, contact.city) if part)),
        ("tax id", contact.tax_id),
        ("location", location),
        (
            "discount",
            discount and (f"{discount.percent}%" if discount.percent else discount.amount),
        ),
        ("promises", ", ".join(promises)),
        ("notes", client.notes),
        ("file", file),
    ]


def _service(one: Chosen) -> list[tuple[str, object]]:
    sub, service = one.sub, one.sub.service
    suspended, cancelled = service.suspended, service.cancelled
    return [
        ("plan", f"{sub.plan.label} ({sub.plan.id}, {sub.plan.mode.value}) {_speed(sub.plan)}"),
        ("price", sub.plan.price),
        ("since", service.since),
        ("suspended", suspended and f"since {suspended.since}, {suspended.cause.value}"),
        ("cancelled", cancelled and f"on {cancelled.on}, address {cancelled.address.value}"),
        ("released", cancelled and cancelled.released),
        ("router", sub.router.id),
        ("address", service.address),
        ("targets", ", ".join(str(target) for target in service.targets)),
        ("name", sub.name),
        ("mac", service.mac),
        ("radio", service.cpe and service.cpe.model),
        ("wifi", service.wifi and service.wifi.ssid),
        ("onu", service.onu and service.onu.serial),
    ]


def _speed(plan: Plan) -> str:
    return f"{format_rate(plan.download)} down, {format_rate(plan.upload)} up"


def _suspension(past: Any) -> str:
    waived = ", no fee" if past.fee else ""
    return f"suspended ({past.cause.value}{waived})"


def _possessions(client: Client) -> Iterator[Line]:
    for title, texts in (
        ("Items", [f"{one.name}: {one.price} {one.charge.value}" for one in client.items]),
        (
            "Equipment lent",
            [
                f"{one.quantity} × {one.item}" + (f" ({one.serial})" if one.serial else "")
                for one in client.equipment
            ],
        ),
    ):
        if texts:
            yield Line("plain", "")
            yield Line("title", title)
        for text in texts:
            yield Line("plain", printable(f"  {text}"))
