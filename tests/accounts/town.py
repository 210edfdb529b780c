# SPDX-License-Identifier: GPL-3.0-or-later
"""Small inventories for the tests of billing, made of the models without files."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from billing.books.bill import Books, ClientBooks, bill
from billing.invoices.model import Invoice
from billing.ledger.files import LedgerFile
from billing.ledger.invoices import read_invoices
from billing.ledger.model import Credit, Ledger, Payment, grouped
from billing.ledger.writing import drafts_of, issue_lines
from billing.money import Rounding
from reconciler.inventory import Inventory
from reconciler.models import Client, Plan, Settings, Zone

ZONE = {"issue_day": 25, "notice_day": 28, "due_day": 1, "cut_day": 5}


def day(text: str) -> date:
    return date.fromisoformat(text)


def zone(id_: str = "norte", taxes: Mapping[str, Any] | None = None, **billing: Any) -> Zone:
    merged = {**ZONE, **billing}
    value: dict[str, Any] = {"id": id_, "router": "rb", "billing": merged}
    return Zone.model_validate({**value, "taxes": taxes} if taxes else value)


def client(id_: str = "ana", services: Sequence[Mapping[str, Any]] = (), **rest: Any) -> Client:
    made = [{"plan": "p10", "address": "10.0.0.2", **one} for one in services]
    return Client.model_validate(
        {"id": id_, "name": id_, "zone": "norte", "services": made, **rest}
    )


def town(
    *clients: Client,
    zones: Sequence[Zone] = (),
    plans: Mapping[str, str] | None = None,
    currency: str = "MXN",
) -> Inventory:
    known = zones or [zone()]
    prices = {"p10": "350.00", "p5": "220.00", "p20": "500.00", **(plans or {})}
    return Inventory(
        root=Path("/nowhere"),
        settings=Settings.model_validate({"format": 1, "currency": currency}),
        zones={one.id: one for one in known},
        plans={
            id_: Plan.model_validate(
                {
                    "id": id_,
                    "mode": "simple-queue",
                    "download": "1M",
                    "upload": "1M",
                    "price": price,
                }
            )
            for id_, price in prices.items()
        },
        clients={one.id: one for one in sorted(clients, key=lambda one: one.id)},
    )


def payment(on: str, amount: str, who: str = "ana", **rest: Any) -> Payment:
    values: dict[str, Any] = {
        "date": day(on), "client": who, "amount": Decimal(amount), "method": "cash",
        "reference": "", "invoice": "", "note": "", "file": f"ledger/payments/{on[:7]}.csv",
        "row": 2, **rest,
    }  # fmt: skip
    return Payment(**values)


def ledger(
    payments: Sequence[Payment] = (),
    invoices: Sequence[Invoice] = (),
    notes: Sequence[Credit] = (),
) -> Ledger:
    return Ledger(
        payments=payments,
        invoices=invoices,
        credits=notes,
        by_client=grouped(payments, invoices, notes),
    )


def books(inventory: Inventory, on: str, *payments: Payment, **rest: Any) -> Books:
    return bill(inventory, ledger(payments, **rest), day(on))


def one(inventory: Inventory, on: str, *payments: Payment, **rest: Any) -> ClientBooks:
    (only,) = books(inventory, on, *payments, **rest).clients
    return only


def shown(account: Any) -> tuple[str, str, str, str, str, str]:
    """Period, issue, due, cut and total of an invoice."""
    made = account.invoice
    return (
        str(made.start), str(made.end), str(made.issued_on), str(made.due_on), str(made.cut_on),
        str(made.total),
    )  # fmt: skip


def lines_of(account: Any) -> list[tuple[str | None, str]]:
    """The lines of an invoice as item and amount."""
    return [(line.item, str(line.amount)) for line in account.invoice.lines]


def credit(on: str, kind: str, invoice: str, amount: str, **rest: Any) -> Credit:
    values: dict[str, Any] = {
        "id": f"{kind}/{invoice}/{on}", "date": day(on), "kind": kind, "invoice": invoice,
        "amount": Decimal(amount), "into": None, "reason": None,
        "client": invoice.partition("/")[0], "file": f"ledger/credits/{on[:7]}.jsonl", "row": 1,
        **rest,
    }  # fmt: skip
    return Credit(**values)


class Writer:
    """A ledger in memory to which drafts are issued, through the lines that files would hold."""

    def __init__(self, payments: Sequence[Payment] = (), notes: Sequence[Credit] = ()) -> None:
        self.payments, self.credits = payments, notes
        self.files: dict[str, list[str]] = {}

    def read(self, inventory: Inventory) -> Ledger:
        names = {
            name: client.id
            for client in inventory.clients.values()
            for name in (client.id, *client.former_ids)
        }
        files = [
            LedgerFile(file, file[-13:-6], "".join(f"{line}\n" for line in lines))
            for file, lines in sorted(self.files.items())
        ]
        settings = inventory.settings
        found = read_invoices(files, names, settings.minor_digits, settings.currency)
        assert not found.problems
        return Ledger(
            payments=self.payments,
            invoices=found.invoices,
            credits=self.credits,
            last_invoice_line=found.last_line,
            last_numbers=found.numbers,
            by_client=grouped(self.payments, found.invoices, self.credits),
        )

    def issue(self, inventory: Inventory, on: date) -> list[Invoice]:
        ledger = self.read(inventory)
        drafts = drafts_of(bill(inventory, ledger, on))
        money = Rounding(inventory.settings.minor_digits)
        done = issue_lines(drafts, ledger, on, "A", money)
        for file, lines in done.lines.items():
            self.files.setdefault(file, []).extend(lines)
        return done.invoices
