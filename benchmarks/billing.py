# SPDX-License-Identifier: GPL-3.0-or-later
"""(i) A month's invoices and the cut list of many clients, beside the bare parse of the same files.

A month was issued and most have paid it; the next month is drafted. `python -m benchmarks.billing
parse ROOT` says the seconds of the bare parse: YAML by libyaml, the ledger by `csv` and `json`.
"""

import csv
import json
import sys
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from benchmarks.measure import RECONCILE, Line, Taken, in_turn, process, seconds, settled, timed
from benchmarks.world import ENVIRONMENT, World, client_id
from billing.books.bill import bill
from billing.ledger.model import Ledger
from billing.ledger.payments import HEADER
from billing.ledger.writing import drafts_of, issue_lines, with_lines
from billing.money import Rounding
from reconciler.inventory import load

ISSUED, ON = date(2026, 9, 25), date(2026, 10, 25)
_BILLING = f"""\
billing:
  start: {ISSUED}
  issue_day: 25
  notice_day: 28
  due_day: 1
  cut_day: 5
  holidays: MX
  late_fee: {{amount: "50.00"}}
taxes: {{name: IVA, rate: "16", included: true}}
"""
_LATE = 37  # one client in so many does not pay


def make_books(root: Path, clients: int) -> World:
    """A repository in its second month: one invoice a client in the ledger, most of them paid."""
    routers = max(1, clients // 10_000)
    world = World(root, routers, clients // routers)
    for zone in (root / "inventory/zones").iterdir():
        zone.write_text(zone.read_text(encoding="utf-8") + _BILLING, encoding="utf-8")
    inventory, problems = load(root)
    assert inventory is not None
    assert not problems, problems[:3]
    drafts = drafts_of(bill(inventory, Ledger(), ISSUED))
    issued = issue_lines(drafts, Ledger(), ISSUED, "A", Rounding(2))
    for file, lines in issued.lines.items():
        (root / file).parent.mkdir(parents=True)
        (root / file).write_text(with_lines("", lines), encoding="utf-8")
    folder = root / "ledger/payments"
    folder.mkdir()
    with (folder / f"{ON:%Y-%m}.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(
            (ON.replace(day=number % 5 + 1), client_id(number), "350.00", "spei", number, "", "")
            for number in range(clients)
            if number % _LATE
        )
    return world


def measure(count: int, rounds: int) -> Iterator[Line]:
    with TemporaryDirectory() as folder:
        root, cache = Path(folder, "repository"), Path(folder, "cache")
        make_books(root, count)
        environment = {**ENVIRONMENT, "XDG_CACHE_HOME": str(cache)}

        def run(*words: str) -> Taken:
            command = [*RECONCILE, "--repo", str(root), "billing", *words, "--on", str(ON)]
            return process([*command, "--format", "json"], environment=environment)

        parse = [sys.executable, "-m", "benchmarks.billing", "parse", str(root)]
        settled(partial(run, "cuts"))
        taken = in_turn(
            rounds,
            bare=lambda: process(parse),
            invoices=partial(run, "invoices"),
            cuts=partial(run, "cuts"),
        )
        bare = taken["bare"]
        beside = f"bare parse of the same files, one core: {seconds(bare)}"
        for name in ("invoices", "cuts"):
            ours = taken[name]
            what, ratio = f"{count:,} clients: billing {name}", ours.wall / bare.wall
            yield Line(what, seconds(ours), beside, ratio, None, ours.memory, ours.wall)
        both = taken["invoices"].wall + taken["cuts"].wall
        yield Line(f"{count:,} clients: both", f"{both:.2f} s", "20 s", both / 20, 1.0)


def parse(root: Path) -> None:
    """Every file as what it plainly is."""
    for file in sorted(root.rglob("*.*")):
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".yaml":
            yaml.load(text, Loader=yaml.CSafeLoader)
        elif file.suffix == ".jsonl":
            for line in text.splitlines():
                json.loads(line)
        elif file.suffix == ".csv":
            list(csv.reader(text.splitlines()))


def main() -> None:
    _, root = sys.argv[1:]
    print(json.dumps(vars(timed(lambda: parse(Path(root))))))


if __name__ == "__main__":
    main()
