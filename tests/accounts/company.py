# SPDX-License-Identifier: GPL-3.0-or-later
"""A company that lives day by day: clients pay, fail, promise, move, leave and come back.

Everything is done with what the commands do it with, on files of a real repository; the dice are
the seed's alone, so that every run of a seed is the same to the byte.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from billing.books.bill import Books, ClientBooks, bill
from billing.books.byhand import Wish, by_hand
from billing.books.corrections import joined, reissue_of, void_of
from billing.cuts import cut_list
from billing.invoices.model import OTHER, Invoice
from billing.ledger.files import LedgerFile
from billing.ledger.model import CREDIT, Credit, Ledger, grouped
from billing.ledger.payments import read_payments
from billing.ledger.writing import (
    Issued,
    credit_lines,
    drafts_of,
    issue_lines,
    with_lines,
    with_payments,
)
from billing.money import Rounding
from billing.terms import TermsBook
from reconciler.clients.addressing import Allocator, address_back
from reconciler.clients.migrate import Move, migrate, move_client
from reconciler.clients.outcome import Impossible, Outcome
from reconciler.clients.plans import change_plan
from reconciler.clients.select import Chosen, all_services
from reconciler.clients.state import activate, cancel, come_back, suspend
from reconciler.edit import Append, Put
from reconciler.inventory import Inventory, load
from reconciler.models import AddressFate, Cause, Status
from reconciler.staging import EditFile, stage, write

ZONES = {
    "norte": (
        "addresses: [10.1.0.0/20]\nbilling:\n  start: 2026-01-01\n  issue_day: 25\n"
        "  notice_day: 28\n  due_day: 1\n  cut_day: 5\n  cut_weekdays: [mon, tue, wed, thu]\n"
        "  holidays: MX\n  late_fee: {amount: '50.00'}\n  reconnection_fee: {amount: '80.00'}\n"
        "taxes: {name: IVA, rate: '16', included: true}\n"
    ),
    "sur": (
        "addresses: [10.2.0.0/20]\nbilling:\n  start: 2026-01-01\n  timing: postpaid\n"
        "  issue_day: 10\n  due_day: 15\n  cut_day: 20\n  grace_days: 3\n  min_debt: '20.00'\n"
        "  suspended_time: credit_days\n  late_fee: {percent: '5'}\n"
        "taxes: {name: IVA, rate: '8', included: false}\n"
    ),
    "valle": (
        "addresses: [10.3.0.0/20]\nbilling:\n  start: 2026-01-01\n  issue_day: 20\n  due_day: 31\n"
        "  cut_day: 3\n  proration: 30\n  first_invoice: {charge: with_next, due_days: 5}\n"
        "  reconnection_fee: {amount: '100.00'}\n"
    ),
}
PLANS = {"p5": "220.00", "p10": "350.00", "p20": "499.99"}
SETTINGS = (
    "format: 1\ncurrency: MXN\ntimezone: America/Mexico_City\nlocale: es_MX\n"
    "company: {name: WISP Ñandú}\nsecrets: {allow_plain: true}\n"
)
ROUTER = "id: rb\nhost: 127.0.0.1\nusername: u\npassword: {plain: x}\nblock_rules: false\n"
# How clients pay: the days after the due date, and which part of what is open.
HABITS = {
    "punctual": ((-3, 0), (100,)),
    "late": ((4, 20), (100,)),
    "partial": ((0, 12), (50, 30, 100)),
    "ahead": ((-5, 2), (250, 0, 100)),
    "odd": ((-10, 30), (37, 90, 140)),
    "rarely": ((20, 70), (100,)),
}


def client_text(number: int, dice: random.Random, first: date) -> str:
    """The file of a new client."""
    zone = dice.choice(list(ZONES))
    name = f"client-{number:03d}"
    since = first + timedelta(days=dice.randrange(0, 200) if number % 2 else -60)
    base = {"norte": 1, "sur": 2, "valle": 3}[zone]
    lines = [
        f"id: {name}", f"name: 'Niño \"{number}\"'", f"zone: {zone}", "services:",
        f"  - plan: {dice.choice(list(PLANS))}", "    status: active", f"    since: {since}",
        f"    address: 10.{base}.{number // 200}.{number % 200 + 1}",
    ]  # fmt: skip
    if number % 11 == 0:
        lines += [
            "  - id: casa-2", "    plan: p5", "    status: active",
            f"    since: {since + timedelta(days=40)}",
            f"    address: 10.{base}.{8 + number // 200}.{number % 200 + 1}",
        ]  # fmt: skip
    if number % 13 == 0:
        lines += [
            "billing:", "  own: {timing: prepaid, issue_day: 19, due_day: 22, cut_day: 29}",
            "  recharge: true",
        ]  # fmt: skip
    elif number % 7 == 0:
        given = "{percent: '12.5'}" if number % 2 else "{amount: '30.00'}"
        lines += ["billing:", f"  discount: {given}", "  free_periods: [2026-07]"]
    if number % 4 == 0:
        lines += [
            "items:",
            "  - {id: inst, name: Instalación, price: '1000.00', charge: instalments, count: 7}",
            "  - {id: router, name: Router, price: '600.00', charge: once}",
        ]  # fmt: skip
    if number % 5 == 0:
        if number % 4:
            lines.append("items:")
        lines.append("  - {id: tv, name: TV, price: '150.00', charge: recurring}")
    return "\n".join(lines) + "\n"


@dataclass
class Company:
    """`root` is its repository; `live` takes it through the days.

    `missed`: on how many percent of them nobody looks.
    """

    root: Path
    count: int
    first: date = date(2026, 1, 1)
    seed: int = 7
    missed: int = 15
    dice: random.Random = field(init=False)
    inventory: Inventory = field(init=False)
    allocator: Allocator = field(init=False)
    invoices: list[Invoice] = field(default_factory=list)
    credits: list[Credit] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    last_invoice: str | None = None
    last_credit: str | None = None
    numbers: dict[str, int] = field(default_factory=dict)
    plans: defaultdict[date, list[Callable[[date], None]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    done: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    was_away: bool = False
    back: defaultdict[str, set[date]] = field(default_factory=lambda: defaultdict(set))
    _ledger: Ledger | None = None
    known: dict[str, ClientBooks] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        files = {"reconcile.yaml": SETTINGS, "inventory/routers/rb.yaml": ROUTER}
        for name, text in ZONES.items():
            files[f"inventory/zones/{name}.yaml"] = f"id: {name}\nrouter: rb\n{text}"
        for name, price in PLANS.items():
            files[f"plans/{name}.yaml"] = (
                f"id: {name}\nmode: simple-queue\ndownload: 10M\nupload: 2M\nprice: '{price}'\n"
            )
        for number in range(self.count):
            files[f"inventory/clients/client-{number:03d}.yaml"] = client_text(
                number, self.dice, self.first
            )
        for file, text in files.items():
            (self.root / file).parent.mkdir(parents=True, exist_ok=True)
            (self.root / file).write_text(text, encoding="utf-8")
        self.habits = [self.dice.choice(list(HABITS)) for _ in range(self.count)]
        self.reload()

    def reload(self) -> None:
        """The files as they are now; every one of them sound."""
        inventory, problems = load(self.root, self.root / ".cache")
        assert inventory is not None
        errors = [str(one) for one in problems if one.is_error]
        assert not errors
        self.inventory = inventory

    @property
    def ledger(self) -> Ledger:
        """What the files of the ledger hold, without reading the lines of issued ones again."""
        if self._ledger is None:
            self._ledger = self._read()
        return self._ledger

    def _read(self) -> Ledger:
        files = [
            LedgerFile(file, file[-11:-4], text)
            for file, text in sorted(self.texts.items())
            if file.endswith(".csv")
        ]
        read = read_payments(files, {name: name for name in self.inventory.clients}, 2)
        assert not [str(one) for one in read.problems if one.is_error]
        return Ledger(
            payments=read.counted, returns=read.returns, invoices=self.invoices,
            credits=self.credits, last_invoice_line=self.last_invoice,
            last_credit_line=self.last_credit, last_numbers=self.numbers,
            by_client=grouped(read.counted, self.invoices, self.credits),
        )  # fmt: skip

    def live(self, days: int, each_month: Callable[[date], object] = str) -> Books:
        """That many days, on some of which nobody looks; the books of the last."""
        day = self.first
        books = None
        for number in range(days):
            for plan in self.plans.pop(day, []):
                plan(day)
            is_last = number == days - 1
            away = 200 <= number % 365 < 206 or self.dice.randrange(100) < self.missed
            self.was_away = away and not is_last
            if not self.was_away:
                books = self.look(day)
            if (day + timedelta(days=1)).day == 1 or is_last:
                each_month(day)
            day += timedelta(days=1)
        assert books is not None
        return books

    def look(self, day: date) -> Books:
        """What the office does on a day: acts on clients, issue, cuts and restores."""
        self.acts(day)
        ledger = self.ledger
        books = bill(self.inventory, ledger, day)
        self.known = {one.client.id: one for one in books.clients}
        issued = issue_lines(drafts_of(books), ledger, day, "A", Rounding(2))
        self.add(issued)
        for invoice in issued.invoices:
            self.expect_payment(invoice, day)
        self.cut(books, day)
        self.correct(day)
        return books

    def add(self, issued: Issued, notes: Iterable[Credit] = ()) -> None:
        """New lines at the ends of the ledger's files."""
        notes = list(notes)
        lines = dict(issued.lines)
        written = credit_lines(notes, self.ledger, Rounding(2)) if notes else {}
        if notes:
            self.last_credit = next(reversed(written.values()))[-1]
            self.credits += [replace(one, file="ledger/credits", row=1) for one in notes]
            self._ledger = None
        for file, some in (lines | written).items():
            self.put(file, with_lines(self.texts.get(file, ""), some))
        for some in lines.values():
            self.last_invoice = some[-1]
        for invoice in issued.invoices:
            self.invoices.append(invoice)
            if invoice.number is not None:
                self.numbers["A"] = int(invoice.number.removeprefix("A-"))
            self.done[f"issued {invoice.kind}"] += 1
        self._ledger = None

    def put(self, file: str, text: str) -> None:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        self.texts[file] = text
        self._ledger = None

    # Money

    def expect_payment(self, invoice: Invoice, day: date) -> None:
        """A payment some day around the due date, as its client is used to."""
        number = int(invoice.client.removeprefix("client-"))
        (least, most), parts = HABITS[self.habits[number]]
        when = invoice.due_on + timedelta(days=self.dice.randrange(least, most + 1))
        part = self.dice.choice(parts)
        client, id_ = invoice.client, invoice.number or invoice.id
        name = id_ if self.dice.random() < 0.3 else ""
        if part and invoice.total > 0:
            self.plans[max(when, day + timedelta(days=1))].append(
                lambda on: self.pay(on, client, part, name)
            )

    def pay(self, on: date, client: str, part: int, invoice: str) -> None:
        """A part of what was open when somebody last looked; now and then twice, or returned."""
        known = self.known.get(client)
        amount = (known.open * part / 100).quantize(Decimal("0.01")) if known else Decimal(0)
        if amount <= 0:
            return
        if not invoice and self.dice.random() < 0.05:
            # The bank's file came late, or the bookkeeper.
            on = max(on - timedelta(days=self.dice.randrange(1, 15)), self.first)
            self.done["late entries"] += 1
        method = self.dice.choice(["cash", "oxxo", "Transferencia"])
        reference = "" if method == "cash" else f"R{self.done['payments']}"
        self.write_payment(on, client, amount, method, reference, invoice)
        self.done["payments"] += 1
        chance = self.dice.random()
        if reference and chance < 0.02:
            self.write_payment(on, client, amount, method, reference, invoice)
            self.done["repeated"] += 1
        elif reference and chance < 0.07:
            back = on + timedelta(days=self.dice.randrange(1, 40))
            self.plans[back].append(
                lambda day: self.write_payment(day, client, -amount, method, reference, "")
            )
            self.done["returned"] += 1

    def write_payment(
        self, on: date, client: str, amount: Decimal, method: str, reference: str, invoice: str
    ) -> None:
        file = f"ledger/payments/{on:%Y-%m}.csv"
        values = {
            "date": str(on), "client": client, "amount": str(amount), "method": method,
            "reference": reference, "invoice": invoice, "note": "pagó, \"bien\"",
        }  # fmt: skip
        self.put(file, with_payments(self.texts.get(file, ""), [values]))

    def correct(self, day: date) -> None:
        """Voids with and without a reissue, credit notes, joins, sales."""
        if self.dice.random() < 0.25:
            self.void(day)
        if self.dice.random() < 0.2:
            self.note(day)
        if self.dice.random() < 0.5:
            self.join(day)
        if self.dice.random() < 0.2:
            self.sell(day)

    def any_books(self, day: date) -> tuple[ClientBooks, Ledger]:
        ledger = self.ledger
        client = self.dice.choice(list(self.inventory.clients))
        return bill(self.inventory, ledger, day, (client,)).clients[0], ledger

    def void(self, day: date) -> None:
        books, ledger = self.any_books(day)
        found = [one.invoice for one in books.accounts if one.counts and one.invoice.is_internet]
        if not found:
            return
        void = void_of(found[-1], day, "error de captura")
        made = None
        if self.dice.random() < 0.7:
            made = reissue_of(found[-1], void, self.inventory, ledger)
        issued = Issued()
        if made is not None:
            issued = issue_lines([((0,), made)], ledger, day, "A", Rounding(2))
            self.done["reissued"] += 1
        self.add(issued, [void])
        self.done["voids"] += 1

    def note(self, day: date) -> None:
        books, _ = self.any_books(day)
        found = [
            one.invoice
            for one in books.accounts
            if one.counts and one.invoice.total > 30 and not one.invoice.is_joined
        ]
        if found and not any(one.invoice == found[-1].id for one in self.credits):
            invoice = found[-1]
            note = Credit(
                f"credit/{invoice.id}", day, CREDIT, invoice.id, Decimal("25.50"), None,
                "cortesía", invoice.client, "", 0,
            )  # fmt: skip
            self.add(Issued(), [note])
            self.done["credit notes"] += 1

    def join(self, day: date) -> None:
        owing = [one for one in self.known.values() if sum(x.open > 0 for x in one.accounts) > 1]
        if not owing:
            return
        client, ledger = self.dice.choice(owing).client.id, self.ledger
        found = joined(self.inventory, ledger, client, day)
        if found is None or any(one.id == found[0].id for one in self.invoices):
            return
        made, transfers = found
        self.add(issue_lines([((0,), made)], ledger, day, "A", Rounding(2)), transfers)
        self.done["joins"] += 1

    def sell(self, day: date) -> None:
        books, ledger = self.any_books(day)
        wish = Wish(OTHER, [("Antena", Decimal("1450.00"))], day)
        part = ledger.of(books.client.id)
        made = by_hand(books.client, wish, TermsBook(self.inventory), part)
        self.add(issue_lines([((0,), made)], ledger, day, "A", Rounding(2)))
        self.done["sales"] += 1

    # Files

    def write_all(self, acts: Iterable[EditFile]) -> None:
        staged = stage(self.root, acts)
        if staged:
            write(self.root, staged)
            self.reload()

    def cut(self, books: Books, day: date) -> None:
        """Cuts and restores, as `cuts --write` makes them."""
        lists = cut_list(books, settled=True)
        deeds: dict[tuple[str, str], bool] = {}
        deeds |= {(one.client, one.service): True for one in lists.cuts}
        deeds |= {(one.client, one.service): False for one in lists.restores}
        edits: dict[str, list[EditFile]] = {}
        for one in all_services(self.inventory):
            cutting = deeds.get((one.sub.client.id, one.sub.service.id))
            if cutting is None:
                continue
            outcome = suspend(one, day, Cause.DEBT) if cutting else activate(one, day)
            edits.setdefault(one.file, []).append(EditFile(one.file, outcome.edits))
        self.write_all(
            EditFile(file, tuple(edit for act in acts for edit in act.edits))
            for file, acts in edits.items()
        )
        self.done["cuts"] += len(lists.cuts)
        self.done["restores"] += len(lists.restores)
        self.done["held"] += len(lists.held)

    def acts(self, day: date) -> None:
        """Some clients want something: each act on another one."""
        services = all_services(self.inventory)
        self.allocator = Allocator(self.inventory)
        wanted = max(1, self.count // 25)
        chosen = self.dice.sample(services, min(wanted, len(services)))
        by_file: dict[str, EditFile] = {}
        for one in chosen:
            act = self.dice.choice(
                [self.promise, self.change, self.pause, self.move, self.leave, self.add_item]
            )
            if one.sub.service.status is Status.CANCELLED:
                act = self.come_back
            try:
                made = act(one, day)
            except Impossible:
                continue
            if made is not None and made.edits:
                by_file.setdefault(one.file, made)
                self.done[act.__name__] += 1
        self.write_all(by_file.values())

    def plain(self, one: Chosen, outcome: Outcome) -> EditFile:
        return EditFile(one.file, outcome.edits)

    def promise(self, one: Chosen, day: date) -> EditFile | None:
        made = one.sub.client.billing.promises
        if any(day <= promise.until for promise in made) or len(made) > 6:
            return None
        value = {"made_on": day, "until": day + timedelta(days=self.dice.randrange(1, 8))}
        return EditFile(one.file, (Append(("billing", "promises"), value),))

    def change(self, one: Chosen, day: date) -> EditFile:
        plan = self.inventory.plans[self.dice.choice(list(PLANS))]
        issued = {
            (f"{invoice.client}/{invoice.service}", day)
            for invoice in self.invoices
            if invoice.issued_on == day
        }
        return self.plain(one, change_plan(one, plan, day, issued))

    def pause(self, one: Chosen, day: date) -> EditFile | None:
        pauses = one.sub.service.pauses
        start = day + timedelta(days=self.dice.randrange(0, 20))
        if any(start <= each.to for each in pauses):
            return None
        end = start + timedelta(days=self.dice.randrange(1, 25))
        return EditFile(one.file, (Append((*one.at, "pauses"), {"from": start, "to": end}),))

    def move(self, one: Chosen, day: date) -> EditFile | None:
        client = one.sub.client
        if len(client.services) > 1:
            return None
        zone = self.inventory.zones[self.dice.choice(list(ZONES))]
        outcome = migrate(one, Move(zone), self.allocator, day)
        edits = (*outcome.edits, Put(("zone",), zone.id))
        return EditFile(one.file, edits, move_client(one.file, client.zone, zone.id, client.id))

    def leave(self, one: Chosen, day: date) -> EditFile | None:
        if self.dice.random() < 0.5:
            return None
        return self.plain(one, cancel(one, day, self.dice.choice(list(AddressFate))))

    def come_back(self, one: Chosen, day: date) -> EditFile:
        sub = one.sub
        self.back[sub.client.id].add(day)
        address = address_back(self.allocator, sub.zone, sub.plan, sub.service)
        return self.plain(one, come_back(one, day, address))

    def add_item(self, one: Chosen, day: date) -> EditFile | None:
        client = one.sub.client
        if any(item.id == "extra" for item in client.items):
            return None
        item = {"id": "extra", "name": "Extra", "price": "100.00", "charge": "instalments",
                "count": 24, "start": day}  # fmt: skip
        return EditFile(one.file, (Append(("items",), item),))
