# SPDX-License-Identifier: GPL-3.0-or-later
"""Small inventories for the tests of billing, made of the models without files."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from billing.books.bill import Books, ClientBooks, bill
from billing.invoices.model import Invoice
from billing.ledger.model import Credit, Ledger, Payment, grouped
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
    return Client.model_validate({"id": id_, "name": id_, "zone": "norte", "services": made, **rest})


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
                {"id": id_, "mode": "simple-queue", "download": "1M", "upload": "1M",
                 "price": price}  # fmt: skip
            )
            for id_, price in prices.items()
        },
        clients={one.id: one for one in sorted(clients, key=lambda one: one.id)},
    )


def payment(on: str, amount: str, who: str = "ana", **rest: Any) -> Payment:
    from decimal import Decimal

    values: dict[str, Any] = {
        "date": day(on), "client": who, "amount": Decimal(amount), "method": "cash",
        "reference": "", "invoice": "", "note": "", "file": f"ledger/payments/{on[:7]}.csv",
        "row": 2, **rest,
    }  # fmt: skip
    return Payment(**values)


def ledger(
    payments: Sequence[Payment] = (),
    invoices: Sequence[Invoice] = (),
    credits: Sequence[Credit] = (),
) -> Ledger:
    return Ledger(
        payments=payments,
        invoices=invoices,
        credits=credits,
        by_client=grouped(payments, invoices, credits),
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
