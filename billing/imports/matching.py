# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose payment a row is: by id, name, phone, e-mail, tax id or invoice, and by nothing less.

Pure. Imports of the project: invoices, the ledger's model and numbers, its neighbours, inventory,
models.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from billing.imports.rows import first_group
from billing.imports.table import Row
from billing.invoices.model import Invoice
from billing.ledger.invoices import parse_number
from billing.ledger.model import Ledger
from reconciler.inventory import Inventory
from reconciler.models import Client
from reconciler.models.paymentmap import ClientColumn, FoundBy

_LEAST_DIGITS, _PHONE_DIGITS = 7, 10


class Match(NamedTuple):
    """The clients whom a row names, and the invoices by which; one client alone is an answer."""

    clients: Sequence[str]
    invoices: Sequence[Invoice]


class Directory:
    """All clients by what a bank may print of them."""

    def __init__(self, inventory: Inventory, ledger: Ledger) -> None:
        self._known: dict[FoundBy, dict[str, set[str]]] = {by: defaultdict(set) for by in _SPELLED}
        for client in inventory.clients.values():
            for by, spelled in _SPELLED.items():
                for text in _texts(client, by):
                    if key := spelled(text):
                        self._known[by][key].add(client.id)
        self._ids = {one.id.casefold(): one for one in ledger.invoices}
        self._numbers: dict[tuple[str, int], Invoice] = {}
        for one in ledger.invoices:
            if one.number and (number := parse_number(one.number)):
                self._numbers[number[0].casefold(), number[1]] = one
        self._series = sorted({name for name, _ in self._numbers})

    def match(self, row: Row, ways: Iterable[ClientColumn]) -> Match:
        """Everybody whom any of the ways finds in a row."""
        clients: dict[str, None] = {}
        invoices: dict[str, Invoice] = {}
        for way in ways:
            for text in _finds(row.text(way.column), way.pattern):
                if way.by is FoundBy.INVOICE:
                    for one in self._invoices(text):
                        clients[one.client] = None
                        invoices[one.id] = one
                elif key := _SPELLED[way.by](text):
                    clients.update(dict.fromkeys(sorted(self._known[way.by].get(key, ()))))
        return Match(list(clients), list(invoices.values()))

    def _invoices(self, text: str) -> Iterator[Invoice]:
        text = text.strip().casefold()
        if (one := self._ids.get(text)) is not None:
            yield one
        # `A-000017` may be printed as `A17`, but only for a series that there is: with A and A1
        # it is two invoices, and so perhaps two clients, which is no answer.
        for series in self._series:
            rest = text.removeprefix(series).lstrip("- ") if text.startswith(series) else ""
            if re.fullmatch(r"\d{1,12}", rest, re.ASCII):
                numbered = self._numbers.get((series, int(rest)))
                yield from [numbered] if numbered is not None else []


def _finds(text: str, pattern: str | None) -> Iterator[str]:
    if pattern is None:
        yield text
        return
    for found in re.finditer(pattern, text, re.IGNORECASE):
        yield first_group(found)


def _texts(client: Client, by: FoundBy) -> Iterator[str]:
    if by is FoundBy.ID:
        yield from (client.id, *client.former_ids)
    elif by is FoundBy.NAME:
        yield client.name
    elif client.contact is not None:
        contact = client.contact
        text = {
            FoundBy.PHONE: contact.phone, FoundBy.EMAIL: contact.email,
            FoundBy.TAX_ID: contact.tax_id,
        }[by]  # fmt: skip
        yield from [text] if text else []


def _letters(text: str) -> str:
    """Without case, accents and signs: `ANA LOPEZ` is `ana-lopez`."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if letter.isalnum())


def _words(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(one if one.isalnum() else " " for one in parts
                            if not unicodedata.combining(one)).split())  # fmt: skip


def _phone(text: str) -> str:
    """The last ten digits: country codes and prefixes before them are written or not."""
    digits = "".join(one for one in text if one.isdecimal())
    return digits[-_PHONE_DIGITS:] if len(digits) >= _LEAST_DIGITS else ""


_SPELLED: dict[FoundBy, Callable[[str], str]] = {
    FoundBy.ID: _letters,
    FoundBy.NAME: _words,
    FoundBy.PHONE: _phone,
    FoundBy.EMAIL: lambda text: text.strip().casefold(),
    FoundBy.TAX_ID: _letters,
}
