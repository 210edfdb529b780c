# SPDX-License-Identifier: GPL-3.0-or-later
"""What a printed invoice says, as texts ready to be set: the same for HTML and PDF.

A function of an account, the books' date and the formats. Pure. Imports of the project: money,
the books, invoices, locale, its neighbours, models.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from billing.books.account import Account
from billing.books.bill import ClientBooks
from billing.invoices.model import Invoice
from billing.invoices.totals import totals
from billing.locale import Formats
from billing.money import ZERO
from billing.pages.labels import labels_of
from reconciler.models import Client, Company, Taxes

# A status that is said in large letters: of an issued one there is nothing to say.
_MARKED = ("draft", "void", "transferred", "paid", "overdue")


class Fact(NamedTuple):
    """A label and its value."""

    label: str
    value: str


class Item(NamedTuple):
    """One line of the invoice."""

    description: str
    quantity: str
    unit_price: str
    amount: str


class Picture(NamedTuple):
    """The logo; `kind` is `png` or `jpeg`."""

    kind: str
    data: bytes


class Party(NamedTuple):
    """Who bills or who is billed; what is not known is empty. No secret is in it."""

    name: str
    id: str = ""
    tax_id: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""

    @property
    def details(self) -> list[str]:
        """What stands below the name, a line each."""
        lines = [self.tax_id, *self.address.splitlines(), self.phone, self.email, self.website]
        return [line.strip() for line in lines if line.strip()]


@dataclass(frozen=True, slots=True)
class Document:
    """One invoice on paper.

    `status` is that of `billing invoices`, or `overdue`; `mark` the word for it, empty where there
    is nothing to say; `reference` is what payments name, and what the QR code holds.
    """

    language: str
    labels: Mapping[str, str]
    id: str
    name: str
    issued_on: date
    status: str
    mark: str
    note: str
    company: Party
    logo: Picture | None
    client: Party
    facts: Sequence[Fact]
    lines: Sequence[Item]
    totals: Sequence[Fact]
    total: Fact
    payments: Sequence[Fact]
    open: Fact | None
    account: Fact | None
    as_of: str
    reference: str
    instructions: str


def document_of(
    books: ClientBooks,
    account: Account,
    formats: Formats,
    as_of: str,
    company: Company | None = None,
    taxes: Taxes | None = None,
    logo: Picture | None = None,
) -> Document:
    """The document of one of a client's accounts; `as_of`: the day of the books, in ISO."""
    labels = labels_of(formats.language)
    invoice = account.invoice
    status = _status(account, as_of)
    owed = account.counts and account.open > 0
    return Document(
        language=formats.language,
        labels=labels,
        id=invoice.id,
        name=invoice.number or invoice.id,
        issued_on=invoice.issued_on,
        status=status,
        mark=labels[status] if status in _MARKED else "",
        note=_note(books, account, formats, labels),
        company=_company(company),
        logo=logo,
        client=_client(books.client),
        facts=tuple(_facts(invoice, formats, labels)),
        lines=tuple(_lines(invoice, formats)),
        totals=tuple(_totals(books, invoice, formats, labels, taxes)),
        total=Fact(labels["total"], formats.money(invoice.total)),
        payments=tuple(_payments(books, account, formats, labels)) if account.counts else (),
        open=Fact(labels["open"], formats.money(account.open)) if account.counts else None,
        account=_whole_account(books, account, formats, labels),
        as_of=labels["as_of"].format(day=formats.day(as_of)),
        reference=invoice.number or invoice.id,
        instructions=(company.payment_instructions or "").strip() if company and owed else "",
    )


def _status(account: Account, as_of: str) -> str:
    late = account.status == "issued" and account.open > 0 and str(account.invoice.due_on) < as_of
    return "overdue" if late else account.status


def _company(company: Company | None) -> Party:
    if company is None:
        return Party("")
    return Party(
        company.name,
        tax_id=company.tax_id or "",
        address=company.address or "",
        phone=company.phone or "",
        email=company.email or "",
        website=company.website or "",
    )


def _client(client: Client) -> Party:
    contact = client.contact
    return Party(
        client.name,
        client.id,
        tax_id=contact.tax_id or "",
        address="\n".join(part for part in (contact.address, contact.city) if part),
        phone=contact.phone or "",
        email=contact.email or "",
    )


def _note(books: ClientBooks, account: Account, formats: Formats, labels: Mapping[str, str]) -> str:
    if account.voided_on is not None:
        return labels["void_note"].format(day=formats.day(account.voided_on))
    if account.joined_into is not None:
        return labels["transferred_note"].format(into=_name_of(books, account.joined_into))
    return labels["draft_note"] if account.invoice.is_draft else ""


def _name_of(books: ClientBooks, id_: str) -> str:
    """The number of an invoice of the client, else its id."""
    found = (one.invoice.number for one in books.accounts if one.invoice.id == id_)
    return next(found, None) or id_


def _facts(invoice: Invoice, formats: Formats, labels: Mapping[str, str]) -> Iterator[Fact]:
    yield Fact(labels["issued_on"], formats.day(invoice.issued_on))
    if invoice.is_internet:
        last = invoice.end - timedelta(days=1)
        text = labels["range"].format(first=formats.day(invoice.start), last=formats.day(last))
        yield Fact(labels["period"], text)
    yield Fact(labels["due"], formats.day(invoice.due_on))
    if invoice.is_internet:
        yield Fact(labels["cut"], formats.day(invoice.cut_on))


def _lines(invoice: Invoice, formats: Formats) -> Iterator[Item]:
    for line in invoice.lines:
        yield Item(
            formats.sentence(line.description),
            line.quantity,
            formats.amount(line.unit_price),
            formats.amount(line.amount),
        )


def _totals(
    books: ClientBooks,
    invoice: Invoice,
    formats: Formats,
    labels: Mapping[str, str],
    taxes: Taxes | None,
) -> Iterator[Fact]:
    """Subtotal and tax; nothing where no tax is in it."""
    if not invoice.tax:
        return
    name, label = labels["tax"], labels["untaxed"]
    amounts = (invoice.subtotal, invoice.tax, invoice.total)
    lines = sum((line.amount for line in invoice.lines), ZERO)
    # The rate is not kept with an invoice: it is named only where today's gives these amounts.
    if taxes is not None and totals(lines, books.terms) == amounts:
        name = f"{taxes.name} {formats.percent(taxes.rate)}"
        if taxes.included:
            name = f"{name} ({labels['included']})"
        else:
            label = labels["subtotal"]
    yield Fact(label, formats.money(invoice.subtotal))
    yield Fact(name, formats.money(invoice.tax))


def _payments(
    books: ClientBooks, account: Account, formats: Formats, labels: Mapping[str, str]
) -> Iterator[Fact]:
    for one in books.allocations:
        if one.account is account:
            paid = one.payment
            name = labels["credit"] if paid is None else f"{paid.method} {paid.reference}".strip()
            yield Fact(f"{formats.day(one.date)}, {name}", formats.money(-one.amount))


def _whole_account(
    books: ClientBooks, account: Account, formats: Formats, labels: Mapping[str, str]
) -> Fact | None:
    """The client's balance, where it is not just what is open on this invoice."""
    here = account.open if account.counts else ZERO
    if books.balance == here:
        return None
    if books.balance < 0:
        return Fact(labels["in_favour"], formats.money(-books.balance))
    return Fact(labels["balance"], formats.money(books.balance))
