# SPDX-License-Identifier: GPL-3.0-or-later
"""`billing explain`: the rule, file and line behind every date and amount of a client."""

from datetime import date
from typing import Any

import click

from billing.books.bill import Books, ClientBooks
from billing.cli.common import asked_for, books_by_day, show_json
from billing.cuts import cut_list
from billing.explain import Explanation, explain, holidays_of
from billing.items import item_data
from billing.shapes import balance_data, cut_data
from reconciler.cli.context import Repo, print_data
from reconciler.cli.options import client_argument, format_option, on_option
from reconciler.wording import counted, printable


@click.command("explain")
@client_argument
@on_option
@click.option("--invoice", metavar="ID", help="Only this invoice: id or number.")
@format_option()
@click.pass_obj
def explain_client(
    repo: Repo, client: str, on: date | None, invoice: str | None, form: str
) -> None:
    """Explain a client's invoices, payments and cut: which rule of which line gives what.

    \b
    Example:  reconcile billing explain jose-ibarra --on 2026-11-10
    """
    session, names = asked_for(repo, (client,))
    (books,) = books_by_day(session, names, on)
    (one,) = books.clients
    told = [
        each
        for each in explain(one, session.inventory)
        if invoice in (None, each.account.invoice.id, each.account.invoice.number)
    ]
    if form == "json":
        show_json(_data(books, one, told))
    else:
        print_data("\n".join(_text(books, one, told)))


def _data(books: Books, one: ClientBooks, told: list[Explanation]) -> dict[str, Any]:
    return {
        "on": str(books.on),
        **balance_data(one),
        "holidays": [{"date": str(day), "name": name} for day, name in holidays_of(one, books)],
        "items": item_data(one, books.on),
        "invoices": [
            {
                "id": each.account.invoice.id,
                "number": each.account.invoice.number,
                "status": each.account.status,
                "reasons": [
                    {
                        "what": reason.what,
                        "value": reason.value,
                        "rule": reason.rule,
                        "where": [
                            {"file": place.file, "line": place.line} for place in reason.where
                        ],
                    }
                    for reason in each.reasons
                ],
            }
            for each in told
        ],
        **{
            name: rows
            for name, rows in cut_data(cut_list(books), one.terms.rounding).items()
            if name != "on"
        },
    }


def _text(books: Books, one: ClientBooks, told: list[Explanation]) -> list[str]:
    lines: list[str] = []
    for each in told:
        number = f" {each.account.invoice.number}" if each.account.invoice.number else ""
        lines.append(f"{each.account.invoice.id}{number} ({each.account.status})")
        for reason in each.reasons:
            places = ", ".join(str(place) for place in reason.where)
            end = f"  [{places}]" if places else ""
            lines.append(printable(f"  {reason.what}: {reason.value}  {reason.rule}{end}"))
        lines.append("")
    money = one.terms.rounding
    lines.append(
        f"On {books.on}: open {money.text(one.open)}, credit {money.text(one.credit)},"
        f" balance {money.text(one.balance)}"
    )
    for row in item_data(one, books.on):
        left = f", {row['left']} left" if row["left"] else ""
        lines.append(
            printable(
                f"item {row['id']}, {row['name']}: charged {counted(row['charged'], 'time')},"
                f" {row['amount']}{left}; {row['state']}"
            )
        )
    found = cut_data(cut_list(books), money)
    listed = holidays_of(one, books)
    if listed:
        lines.append("holidays: " + ", ".join(f"{day} {name}" for day, name in listed))
    for name, deed in (("cuts", "is cut"), ("restores", "is restored"), ("held", "is not cut")):
        lines += [
            f"{row['client']}/{row['service']} {deed}: {row['reason']}" for row in found[name]
        ]
    return lines
