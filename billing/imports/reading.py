# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of a bank's file as lines of payments; what cannot be one for sure is a problem.

Method and reference identify a payment, in the file and in the ledger, so that importing again
adds nothing. Pure. Imports of the project: errors, wording, models, invoices, the ledger's
model, its neighbours.
"""

import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from billing.imports.cells import local_day
from billing.imports.matching import Directory
from billing.imports.rows import BadRow, Reader
from billing.imports.table import Row, Table
from billing.invoices.model import Invoice
from billing.ledger.model import Ledger, Payment
from reconciler.errors import Problem, Severity, Where
from reconciler.models.paymentmap import Negative
from reconciler.wording import listing, show

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A payment of the file, or one that takes another back; `line`: of the file."""

    line: int
    date: date
    client: str
    amount: Decimal
    method: str
    reference: str
    invoice: str
    note: str

    @property
    def key(self) -> Key:
        return self.method, self.reference


class Importer:
    """Reads a file once. `zone_of`: a client's time zone, the company's for "" (nobody); `today`:
    no payment is later.

    Afterwards: `arrivals`, new, in the order of the file, returns behind; `known`, how many are
    there already; `ignored`, how many rows are none; `problems`, rows that are not written;
    `warnings`.
    """

    def __init__(
        self,
        reader: Reader,
        directory: Directory,
        ledger: Ledger,
        zone_of: Callable[[str], ZoneInfo],
        today: date,
    ) -> None:
        self._reader, self._directory, self._ledger = reader, directory, ledger
        self._zone_of, self._today = zone_of, today
        self._paid: dict[Key, Payment | Arrival] = {
            (one.method, one.reference): one for one in ledger.payments if one.reference
        }
        self._taken_back = {(one.method, one.reference) for one in ledger.returns}
        self.arrivals: list[Arrival] = []
        self.known = self.ignored = 0
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

    def read(self, table: Table, file: str) -> None:
        returns: list[Row] = []
        for row in table.rows:
            with self._listing(file, row):
                if self._reader.is_ignored(row):
                    self.ignored += 1
                elif (amount := self._reader.amount(row)) > 0:
                    self._take(row, amount, Where(file, row.line))
                elif self._reader.how.amount.negative is Negative.IGNORE:
                    self.ignored += 1
                else:
                    returns.append(row)
        for row in returns:  # last, since many banks print the newest row first
            with self._listing(file, row):
                self._take_back(row, -self._reader.amount(row))

    @contextmanager
    def _listing(self, file: str, row: Row) -> Iterator[None]:
        """A row that is no payment for sure is listed, and the next one read."""
        try:
            yield
        except BadRow as bad:
            code = "import-client" if bad.whose else "import-row"
            self.problems.append(Problem(code, str(bad), bad.hint, Where(file, row.line)))

    def _take(self, row: Row, amount: Decimal, where: Where) -> None:
        key = self._reader.key(row)
        known = self._paid.get(key)
        if isinstance(known, Payment):
            if known.amount != amount:
                message = f"{' '.join(key)} is {amount} here and {known.amount} in {known.where}."
                raise BadRow(message, "One of the two is wrong")
            self.known += 1
            return
        one = self._arrival(row, amount, key)
        if known is None:
            self._paid[key] = one
            self.arrivals.append(one)
            self.warnings += self._alike(one, where)
            return
        if (known.amount, known.client, known.date) != (one.amount, one.client, one.date):
            message = f"{' '.join(key)} is another payment in line {known.line}."
            raise BadRow(message, "Let the map take more columns for the reference")
        message = f"{' '.join(key)} is in line {known.line} already: it counts once."
        self.warnings.append(Problem("import-repeat", message, None, where, Severity.WARNING))
        self.known += 1

    def _take_back(self, row: Row, amount: Decimal) -> None:
        if not amount:
            raise BadRow("The amount is zero.", "Let the map ignore such rows")
        key = self._reader.key(row)
        if key in self._taken_back:
            self.known += 1
            return
        first = self._paid.get(key)
        if first is None or first.amount != amount:
            raise BadRow(
                f"No payment {' '.join(key)} of {amount} is there to be taken back.",
                "Let the map ignore what is no payment, or write it by hand with `billing pay`",
            )
        day = self._day(row, first.client)
        if day < first.date:
            raise BadRow(f"{day} is before the payment of {first.date} that it takes back.")
        self._taken_back.add(key)
        note = self._reader.note(row)
        self.arrivals.append(Arrival(row.line, day, first.client, -amount, *key, "", note))

    def _arrival(self, row: Row, amount: Decimal, key: Key) -> Arrival:
        match = self._directory.match(row, self._reader.how.client)
        if len(match.clients) != 1:
            raise self._nobody(row, match.clients, amount, key)
        (client,) = match.clients
        day = self._day(row, client)
        invoice = _named(match.invoices, day)
        return Arrival(row.line, day, client, amount, *key, invoice, self._reader.note(row))

    def _day(self, row: Row, client: str) -> date:
        day = local_day(self._reader.moment(row), self._zone_of(client))
        if day > self._today:
            raise BadRow(f"{day} is after {self._today}.", "Does the map turn day and month round?")
        return day

    def _nobody(self, row: Row, clients: Sequence[str], amount: Decimal, key: Key) -> BadRow:
        """Nobody or several: never guessed, but told how to write it by hand."""
        if clients:
            message = f"The row names {listing(clients)}: whose payment is it?"
        else:
            message = f"No client is named in {show(self._reader.named_in(row))}."
        day = local_day(self._reader.moment(row), self._zone_of(""))
        method, reference = (shlex.quote(text) for text in key)
        hint = (
            f"By hand: reconcile billing pay CLIENT {amount} --on {day}"
            f" --method {method} --reference {reference}"
        )
        return BadRow(message, hint, whose=True)

    def _alike(self, one: Arrival, where: Where) -> Iterator[Problem]:
        """A payment that somebody may have written by hand, without a reference."""
        for known in self._ledger.of(one.client).payments:
            same = (known.date, known.amount) == (one.date, one.amount)
            if same and not known.reference and known.returned_on is None:
                message = (
                    f"{one.client} paid {one.amount} on {one.date} by a line without a reference"
                    f" too ({known.where}): both count."
                )
                hint = "If they are one payment, give that line this method and reference first"
                yield Problem("import-alike", message, hint, where, Severity.WARNING)


def _named(invoices: Sequence[Invoice], day: date) -> str:
    """The invoice that a payment is for, where the row names one that was issued by then."""
    there = [one for one in invoices if one.issued_on <= day]
    return (there[0].number or there[0].id) if len(there) == 1 == len(invoices) else ""
