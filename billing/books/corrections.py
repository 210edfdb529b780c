# SPDX-License-Identifier: GPL-3.0-or-later
"""What corrects issued invoices: a void, its reissue, and joining open invoices into one.

Pure: values in, new lines of the ledger as values out. Imports of the project: money, terms, the
books, invoices, the ledger's model, inventory.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from billing.books.account import Account
from billing.books.bill import ClientBooks, books_of
from billing.books.drafting import draft_of
from billing.books.facts import Facts
from billing.books.worlds import simulate
from billing.invoices.course import Upcoming
from billing.invoices.model import INTERNET, JOINED, OTHER, WITH_NEXT, Invoice, Line, internet_id
from billing.invoices.totals import totals
from billing.ledger.model import TRANSFER, VOID, ClientLedger, Credit, Ledger
from billing.money import ZERO, proportion
from billing.terms import Terms, TermsBook
from reconciler.inventory import Inventory


def void_of(invoice: Invoice, day: date, reason: str | None) -> Credit:
    """The line that voids an issued invoice."""
    return Credit(
        f"void/{invoice.id}", day, VOID, invoice.id, invoice.total, None, reason,
        invoice.client, "", 0,
    )  # fmt: skip


def reissue_of(
    invoice: Invoice, void: Credit, inventory: Inventory, ledger: Ledger
) -> Invoice | None:
    """The period of a voided invoice with the files of that day, as its next revision.

    None where its service is no longer the client's, or the invoice is not one of a service.
    """
    client = inventory.clients[invoice.client]
    part = ledger.of(client.id)
    facts = Facts(
        client, TermsBook(inventory), inventory.plans, part.invoices, [*part.credits, void],
        part.payments,
    )  # fmt: skip
    state = simulate(facts, void.date)
    books = next((one for one in state.services if one.service.id == invoice.service), None)
    if books is None or not invoice.is_internet:
        return None
    carries = any(line.item == WITH_NEXT for line in invoice.lines)
    up = Upcoming(
        invoice.start, invoice.end, void.date, max(invoice.due_on, void.date),
        max(invoice.cut_on, void.date), books.course.share(invoice.start, invoice.end),
        books.course.is_given_away(invoice.start),
        books.course.first_period if carries else None,
    )  # fmt: skip
    made = draft_of(state, books, up, state.keys(books, up.issue))
    same = [
        one for one in part.invoices if one.service == invoice.service and one.start == up.start
    ]
    revision = len([one for one in same if one.is_internet]) + 1
    return made._replace(id=internet_id(client.id, books.service.id, up.start, revision))


def joined(
    inventory: Inventory, ledger: Ledger, client: str, day: date
) -> tuple[Invoice, list[Credit]] | None:
    """The open issued invoices of a client as one, and the transfers into it; None below two.

    A transfer comes before the payments of its day, so these go to the new invoice.
    """
    books = _before_payments(inventory, ledger, client, day)
    parts = [one for one in books.accounts if one.open > 0 and not one.invoice.is_draft]
    if len(parts) < 2:
        return None
    first = parts[0].invoice
    total = sum((one.open for one in parts), ZERO)
    nets = _nets(parts, books.terms)
    whole = books.terms.tax_included
    lines = [
        _carried(one, one.open if whole else net, books.terms)
        for one, net in zip(parts, nets, strict=True)
    ]
    alike = whole and all(_is_by(one.invoice, books.terms) for one in parts)
    subtotal = totals(total, books.terms).subtotal if alike else sum(nets, ZERO)
    made = Invoice(
        id=f"{books.client.id}/joined/{day}",
        number=None,
        client=books.client.id,
        service=None,
        kind=INTERNET if any(one.invoice.is_internet for one in parts) else OTHER,
        start=min(one.invoice.start for one in parts),
        end=max(one.invoice.end for one in parts),
        issued_on=day,
        due_on=min(one.invoice.due_on for one in parts),
        cut_on=min(one.invoice.cut_on for one in parts),
        lines=tuple(lines),
        subtotal=subtotal,
        tax=total - subtotal,
        total=total,
        currency=first.currency,
    )
    return made, _transfers(parts, made, day)


def _before_payments(inventory: Inventory, ledger: Ledger, client: str, day: date) -> ClientBooks:
    part = ledger.of(client)
    earlier = [one for one in part.payments if one.date < day]
    without = {client: ClientLedger(earlier, part.invoices, part.credits)}
    cut = Ledger(by_client=without)
    return books_of(inventory.clients[client], inventory, cut, day, TermsBook(inventory))


def _is_by(invoice: Invoice, terms: Terms) -> bool:
    """Whether an invoice is taxed as today's would be."""
    amount = invoice.total if terms.tax_included else invoice.subtotal
    return totals(amount, terms) == (invoice.subtotal, invoice.tax, invoice.total)


def _nets(parts: Sequence[Account], terms: Terms) -> list[Decimal]:
    """What is open of each without its tax: by its own share where it was taxed otherwise."""
    money = terms.rounding
    return [
        money.without(one.open, terms.tax)
        if _is_by(one.invoice, terms)
        else money.whole(proportion(one.open, one.invoice.subtotal, one.invoice.total))
        for one in parts
    ]


def _carried(account: Account, amount: Decimal, terms: Terms) -> Line:
    """What is open of an invoice, as a line."""
    name = account.invoice.number or account.invoice.id
    text = terms.words.carried.format(what=name)
    return Line(text, terms.rounding.whole(amount), f"{JOINED}{account.invoice.id}")


def _transfers(parts: Sequence[Account], made: Invoice, day: date) -> list[Credit]:
    return [
        Credit(
            f"transfer/{one.invoice.id}", day, TRANSFER, one.invoice.id, one.open, made.id, None,
            made.client, "", 0,
        )
        for one in parts
    ]  # fmt: skip
