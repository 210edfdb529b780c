# SPDX-License-Identifier: GPL-3.0-or-later
"""`billing import-payments`: files of banks and gateways by maps, each once, none guessed."""

import codecs
import json
import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from accounts.state import done, git, make, run, told, validate

from billing.imports.cells import local_day, parse_amount, parse_moment
from reconciler.models.paymentmap import DateColumn

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/bank-files.md").read_text(encoding="utf-8")
HEAD = "date,client,amount,method,reference,invoice,note\n"
SIMPLE = """\
date: {column: Fecha, format: DD/MM/YYYY}
amount: {column: Importe, decimal: ","}
reference: {column: Folio}
method: {text: spei}
client:
- {column: Concepto, by: id, pattern: '[a-z]+'}
- {column: Concepto, by: phone, pattern: '[0-9 ]{10,}'}
- {column: Concepto, by: invoice, pattern: 'A-?[0-9]+'}
note: {column: Concepto}
"""
COLUMNS = "Fecha;Folio;Concepto;Importe\n"


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """ana (5551112202) and bea (5551112203), with July issued."""
    root = make(tmp_path / "repo", "ana", "bea")
    for host, name in enumerate(("ana", "bea"), 2):
        with (root / f"inventory/clients/{name}.yaml").open("a") as file:
            phone, tax_id = f"+52 555 111 22{host:02}", f"LOGA9001{host:02}AAA"
            file.write(f'contact: {{phone: "{phone}", tax_id: {tax_id}}}\n')
    done(root, "issue", "--on", "2026-06-25")
    put_map(root, "banco", SIMPLE)
    return root


def put_map(root: Path, name: str, text: str) -> None:
    (root / "ledger/maps").mkdir(parents=True, exist_ok=True)
    (root / f"ledger/maps/{name}.yaml").write_text(text, encoding="utf-8")


def bank(root: Path, text: str | bytes) -> str:
    file = root.parent / "banco.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(file)


def take(root: Path, text: str | bytes, *more: str, map_name: str = "banco") -> Any:
    arguments = ("--map", map_name, "--on", "2026-07-31", *more)
    return run(root, "import-payments", bank(root, text), *arguments)


def payments(root: Path, month: str = "2026-07") -> str:
    file = root / f"ledger/payments/{month}.csv"
    return file.read_text(encoding="utf-8") if file.exists() else ""


def test_rows_become_payments_at_their_places_and_only_once(repo: Path) -> None:
    done(repo, "pay", "bea", "50", "--on", "2026-07-02", "--method", "cash", "--reference", "R1")
    text = COLUMNS + (
        "03/07/2026;441003;pago bea;350,00\n"
        "01/07/2026;441001;PAGO ANA «internet»;1.350,00\n"
        "01/08/2026;441009;ana;1,00\n"
    )
    first = take(repo, text.replace("01/08/2026;441009;ana;1,00\n", ""))
    assert first.exit_code == 0, told(first)
    assert "2 payments, 0 there already, 0 ignored, 0 not sure" in first.output
    assert payments(repo) == (
        HEAD + "2026-07-01,ana,1350.00,spei,441001,,PAGO ANA «internet»\n"
        "2026-07-02,bea,50.00,cash,R1,,\n"
        "2026-07-03,bea,350.00,spei,441003,,pago bea\n"
    )
    assert re.search(r"ana +1,350\.00 +700\.00 +-650\.00", first.output)
    again = take(repo, text, "--skip-unmatched")
    assert "0 payments, 2 there already, 0 ignored, 1 not sure" in again.output
    assert "banco.csv:4: 2026-08-01 is after 2026-07-31." in again.output
    assert validate(repo).exit_code == 0


def test_nothing_is_written_while_a_row_is_not_sure(repo: Path) -> None:
    text = COLUMNS + (
        "03/07/2026;1;pago bea;350,00\n"
        "03/07/2026;2;ana paga lo de bea;350,00\n"
        "03/07/2026;3 'x';Juan Pérez;350,00\n"
    )
    refused = take(repo, text)
    assert refused.exit_code == 1
    assert "Nothing was written: 2 rows of" in str(refused.exception)
    assert payments(repo) == ""
    for part in (
        "banco.csv:3: The row names ana and bea: whose payment is it?",
        "banco.csv:4: No client is named in `Juan Pérez`. By hand: reconcile billing pay CLIENT"
        " 350.00 --on 2026-07-03 --method spei --reference '3 '\"'\"'x'\"'\"''",
    ):
        assert part in told(refused)
    assert take(repo, text, "--skip-unmatched", "--dry-run").exit_code == 0
    assert payments(repo) == ""
    assert take(repo, text, "--skip-unmatched").exit_code == 0
    assert payments(repo) == HEAD + "2026-07-03,bea,350.00,spei,1,,pago bea\n"
    # Once they are in the ledger by hand, they are known, though the map still finds nobody.
    for who, reference in (("ana", "2"), ("bea", "3 'x'")):
        by_hand = ("--on", "2026-07-03", "--method", "spei", "--reference", reference)
        done(repo, "pay", who, "350", *by_hand)
    assert "0 payments, 3 there already" in take(repo, text).output


def test_a_client_is_found_by_phone_and_by_the_number_on_the_invoice(repo: Path) -> None:
    text = COLUMNS + (
        "03/07/2026;1;SPEI +52 555 111 2202;100,00\n"
        "03/07/2026;2;FACTURA A000002;100,00\n"
        "03/07/2026;3;Factura a-2;100,00\n"
        "20/06/2026;4;Factura a-1;100,00\n"
    )
    assert take(repo, text).exit_code == 0
    rows = [line.split(",")[1:6] for line in payments(repo).splitlines()[1:]]
    assert rows == [
        ["ana", "100.00", "spei", "1", ""],
        ["bea", "100.00", "spei", "2", "A-000002"],
        ["bea", "100.00", "spei", "3", "A-000002"],
    ]
    # Paid before it was issued: the client is known, the invoice cannot be named.
    assert "ana,100.00,spei,4,,Factura a-1" in payments(repo, "2026-06")


def test_a_number_that_two_series_could_have_is_no_answer(repo: Path) -> None:
    for number in range(1, 13):
        sale = ("invoice", "bea", "--line", "x=1", "--on", "2026-06-25")
        done(repo, *sale, "--series", "A1" if number < 3 else "A")
    # A12 is invoice 12 of the series A, and invoice 2 of the series A1.
    put_map(repo, "banco", SIMPLE.replace("'A-?[0-9]+'", r"'A1?-?[0-9]+'"))
    assert take(repo, COLUMNS + "03/07/2026;1;A12;100,00\n").exit_code == 0
    assert payments(repo).endswith("2026-07-03,bea,100.00,spei,1,,A12\n")


def test_returns_whichever_row_stands_first(repo: Path) -> None:
    text = COLUMNS + (
        "09/07/2026;1;devolución;-350,00\n03/07/2026;1;ana;350,00\n09/07/2026;8;comisión;-12,00\n"
    )
    refused = take(repo, text)
    assert "banco.csv:4: No payment spei 8 of 12.00 is there to be taken back." in told(refused)
    assert take(repo, text, "--skip-unmatched").exit_code == 0
    assert payments(repo) == (
        HEAD + "2026-07-03,ana,350.00,spei,1,,ana\n2026-07-09,ana,-350.00,spei,1,,devolución\n"
    )
    assert "0 payments, 2 there already, 0 ignored, 1 not sure" in take(repo, text).output
    put_map(repo, "banco", SIMPLE.replace('decimal: ","', 'decimal: ",", negative: ignore'))
    assert "0 payments, 1 there already, 2 ignored, 0 not sure" in take(repo, text).output


ROW = "03/07/2026;7;pago bea;350,00\n"
ALONE = HEAD + "2026-07-03,bea,350.00,spei,7,,pago bea\n"


@pytest.mark.parametrize(
    "data",
    [
        (COLUMNS + ROW).encode(),
        codecs.BOM_UTF8 + (COLUMNS + ROW).encode(),
        (COLUMNS + ROW).encode("utf-16"),
        (COLUMNS + ROW).replace("\n", "\r\n").encode(),
        ("sep=;\n" + COLUMNS + ROW).encode(),
        (COLUMNS + ROW).replace(",00", '00"').replace(";35000", ';"350,00').encode(),
        (COLUMNS + ROW).replace(";", "\t").encode(),
        (COLUMNS + ROW).replace(";", "|").encode(),
        (COLUMNS.replace(";", ",") + '03/07/2026,7,pago bea,"350,00"\n').encode(),
        ("Banco;;\n\nDel 1 al 3;;\n" + COLUMNS.upper() + ROW + ";;;\n").encode(),
        (COLUMNS + "3/7/2026;7;pago   bea;$ 350,00 \n").encode(),
    ],
    ids="utf8 bom utf16 crlf sep quotes tab bar comma titles loose".split(),
)
def test_files_as_they_come(repo: Path, data: bytes) -> None:
    result = take(repo, data)
    assert result.exit_code == 0, told(result)
    assert payments(repo) == ALONE


def test_windows_1252_is_said_where_it_is_guessed(repo: Path) -> None:
    text = COLUMNS + "03/07/2026;7;Peñón, pago bea «ñ»;350,00\n"
    result = take(repo, text.encode("cp1252"))
    assert "is not UTF-8: read as windows-1252." in result.output
    assert '"Peñón, pago bea «ñ»"' in payments(repo)
    put_map(repo, "banco", "encoding: windows-1252\n" + SIMPLE)
    again = take(repo, text.encode("cp1252"))
    assert "windows-1252" not in again.output
    assert "1 there already" in again.output


BAD_FILES: dict[str, tuple[str | bytes, str]] = {
    "no-column": (
        "Fecha;Folios;Concepto;Importe\n",
        "No line of the file has the column `Folio` of the map. Did you mean `Folios`?",
    ),
    "empty": ("", "No line of the file has the columns `Fecha`, `Importe`, `Folio` and `Concepto`"
              " of the map. Is it empty?"),
    "twice": ("Fecha;Folio;Concepto;Importe;importe\n", ":1: The column `Importe` is there twice."),
    "quote": (COLUMNS + '03/07/2026;7;"pago bea;350,00\n', ":2: This is not CSV: unexpected end of"
              " data."),
    "workbook": (b"PK\x03\x04\x14\x00", "This is a workbook. Save it as `CSV UTF-8` in the"
                 " spreadsheet, and import that"),
    "binary": (b"\x7fELF\x81\x8d\x00", "The file cannot be read as UTF-8 or windows-1252."),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_is_no_table_of_the_map(repo: Path, name: str) -> None:
    data, expected = BAD_FILES[name]
    refused = take(repo, data, "--skip-unmatched")
    assert refused.exit_code == 1
    assert expected in str(refused.exception)
    assert payments(repo) == ""


BAD_ROWS = {
    "07/13/2026;1;ana;1,00": "Fecha `07/13/2026` is not a date. The map says that dates are"
    " DD/MM/YYYY",
    "45848;1;ana;1,00": "Fecha `45848` is not a date. The map says that dates are DD/MM/YYYY",
    "01/07/2026;1;ana;1.5": "Importe `1.5` is not an amount. The map says that `,` comes before the"
    " decimals",
    "01/07/2026;1;ana;1,005": "1.005 has more decimals than the currency has (2).",
    "01/07/2026;1;ana;": "Importe `` is not an amount. The map says that `,` comes before the"
    " decimals",
    "01/07/2026;1;ana;0,00": "The amount is zero. Let the map ignore such rows",
    "01/07/2026;;ana;1,00": "The row has no reference. The next import would add it again: let the"
    " map take other columns, or ignore it",
    "01/07/2026;0;ana;1,00\n02/07/2026;0;ana;2,00": "spei 0 is another payment in line 2. Let the"
    " map take more columns for the reference",
    "01/07/2026;R;ana;2,00": "spei R is 2.00 here and 1.00 in ledger/payments/2026-07.csv:2."
    " One of the two is wrong",
    "02/07/2026;7;ana;1,00\n01/07/2026;7;x;-1,00": "2026-07-01 is before the payment of 2026-07-02"
    " that it takes back.",
}  # fmt: skip


@pytest.mark.parametrize("row", BAD_ROWS)
def test_a_row_that_is_no_payment_for_sure(repo: Path, row: str) -> None:
    by_hand = ("--on", "2026-07-01", "--method", "spei", "--reference", "R")
    done(repo, "pay", "ana", "1", *by_hand)
    refused = take(repo, COLUMNS + row + "\n", "--format", "json")
    assert refused.exit_code == 1
    found = json.loads(refused.stdout)
    assert found["written"] is False
    (problem,) = found["unmatched"]
    hint = f" {problem['hint']}" if problem["hint"] else ""
    assert problem["message"] + hint == BAD_ROWS[row]
    assert problem["line"] == 2 + row.count("\n")
    assert payments(repo).count("\n") == 2


BAD_MAPS = {
    "date: {column: Fecha, format: DD/MM}": ":1: format `DD/MM` is not a form of dates."
    " Write DD/MM/YYYY, DD-MMM-YY, YYYY-MM-DD HH:mm:ss, iso or excel",
    "amount: {decimal: ','}": ":2: The amount has no column. Write `column`, or `credit` and"
    " perhaps `debit`",
    "amount: {column: a, credit: b}": ":2: `column` excludes `credit` and `debit`. Write `column`,"
    " or `credit` and perhaps `debit`",
    "method: {}": ":4: The method needs one of the two. Write `text` for all lines, or a `column`",
    "method: {text: a, values: {a: b}}": ":4: `values` belong to a `column`. Remove them",
    "reference: {column: Folio, pattern: '('}": ":3: pattern `(` is not a pattern."
    " Python's regular expressions say: missing ), unterminated subpattern at position 0",
    "separators: ;": ":10: The key `separators` is unknown. Did you mean `separator`?",
    "header: false": ":10: `Fecha` is no number of a column, and no line names them. Number them"
    " from 1, or leave `header` out",
}


@pytest.mark.parametrize("line", BAD_MAPS)
def test_a_map_that_says_nothing_sound(repo: Path, line: str) -> None:
    key = line.partition(":")[0]
    lines = SIMPLE.splitlines()
    places = [at for at, one in enumerate(lines) if one.startswith(f"{key}:")]
    at = places[0] if places else len(lines)
    put_map(repo, "banco", "\n".join([*lines[:at], line, *lines[at + 1 :]]) + "\n")
    refused = take(repo, COLUMNS)
    assert f"ledger/maps/banco.yaml{BAD_MAPS[line]}" in str(refused.exception)
    assert f"ledger/maps/banco.yaml{BAD_MAPS[line]}" in validate(repo).output


def test_a_map_that_is_not_there(repo: Path) -> None:
    refused = take(repo, COLUMNS, map_name="bank")
    assert str(refused.exception) == (
        "ledger/maps/bank.yaml: There is no such map. Did you mean banco?"
    )
    elsewhere = repo.parent / "own.yaml"
    elsewhere.write_text(SIMPLE)
    assert take(repo, COLUMNS + ROW, map_name=str(elsewhere)).exit_code == 0
    assert payments(repo) == ALONE


def test_a_broken_ledger_is_not_added_to(repo: Path) -> None:
    (repo / "ledger/payments").mkdir(exist_ok=True)
    file = repo / "ledger/payments/2026-07.csv"
    file.write_text(HEAD + "2026-07-01,nobody,1.00,cash,R,,\n")
    assert "There is no client `nobody`." in str(take(repo, COLUMNS + ROW).exception)
    assert payments(repo).count("\n") == 2


def test_what_may_be_written_by_hand_before_is_said(repo: Path) -> None:
    done(repo, "pay", "bea", "350", "--on", "2026-07-03")
    result = take(repo, COLUMNS + ROW)
    assert (
        "banco.csv:2: warning: bea paid 350.00 on 2026-07-03 by a line without a reference too"
        " (ledger/payments/2026-07.csv:2): both count."
    ) in result.output


def test_columns_by_number_and_methods_by_column(repo: Path) -> None:
    put_map(
        repo,
        "banco",
        "header: false\ndate: {column: 1}\namount: {column: 3}\nreference: {column: [1, 2]}\n"
        "method: {column: 4, values: {'0123': oxxo, yes: spei}}\nclient: [{column: 5}]\n",
    )
    result = take(repo, "2026-07-03,1,10.00,0123,ana\n2026-07-03,2,10.00,yes,bea\n")
    assert result.exit_code == 0, told(result)
    assert payments(repo) == (
        HEAD + "2026-07-03,ana,10.00,oxxo,2026-07-03-1,,\n"
        "2026-07-03,bea,10.00,spei,2026-07-03-2,,\n"
    )
    unknown = take(repo, "2026-07-03,3,10.00,no,ana\n")
    assert "4 `no` is no method. The map knows `0123` and `yes`" in told(unknown)


@pytest.mark.parametrize(
    ("text", "decimal", "amount"),
    [
        ("1.350,00", ",", "1350.00"), ("1350,5", ",", "1350.5"), ("$1,350.00", ".", "1350.00"),
        ("MXN 1 350.00", ".", "1350.00"), ("1\u00a0350,00 €", ",", "1350.00"),
        ("1'350.00", ".", "1350.00"),
        ("-350.00", ".", "-350.00"), ("350.00-", ".", "-350.00"), ("(350.00)", ".", "-350.00"),
        ("$ -350.00", ".", "-350.00"), ("\u2212350", ".", "-350"), ("R$ 1.000", ",", "1000"),
        ("1.350", ".", "1.350"), ("1.35", ",", None), ("1,35", ".", None), ("12,345,6", ".", None),
        ("1,350,00", ".", None), ("-(3)", ".", None), ("", ".", None), ("1e3", ".", None),
        ("--1", ".", None), ("٣", ".", None),
    ],
)  # fmt: skip
def test_amounts(text: str, decimal: str, amount: str | None) -> None:
    parsed = parse_amount(text, decimal)
    assert parsed == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize(
    ("text", "form", "day"),
    [
        ("05/11/2026", "DD/MM/YYYY", "2026-11-05"), ("5-ene-26", "DD-MMM-YY", "2026-01-05"),
        ("5 Sept. 2026", "DD MMM YYYY", "2026-09-05"), ("20261105", "YYYYMMDD", "2026-11-05"),
        ("05/11/2026 23:59:01", "DD/MM/YYYY HH:mm:ss", "2026-11-05"),
        ("46331", "excel", "2026-11-05"), ("46331.75", "excel", "2026-11-05"),
        ("2026-11-05", "iso", "2026-11-05"), ("2026-11-05T23:00:00", "iso", "2026-11-05"),
        ("11/05/2026", "DD/MM/YYYY", "2026-05-11"), ("31/02/2026", "DD/MM/YYYY", None),
        ("05/11/26", "DD/MM/YYYY", None), ("2026-11-05", "DD/MM/YYYY", None),
        ("5-xyz-26", "DD-MMM-YY", None), ("noon", "iso", None), ("7", "excel", None),
    ],
)  # fmt: skip
def test_dates(text: str, form: str, day: str | None) -> None:
    moment = parse_moment(text, DateColumn(column="x", format=form))
    assert moment == (None if day is None else date.fromisoformat(day))


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2026-11-05T01:30:00Z", "iso"), ("2026-11-04T19:30:00-06:00", "iso"),
        ("2026-11-05 01:30", "iso"), ("05/11/2026 01:30", "DD/MM/YYYY HH:mm"),
    ],
)  # fmt: skip
def test_an_evening_is_not_the_next_day(text: str, form: str) -> None:
    moment = parse_moment(text, DateColumn(column="x", format=form, timezone="UTC"))
    assert isinstance(moment, datetime)
    assert local_day(moment, ZoneInfo("America/Mexico_City")) == date(2026, 11, 4)


def block(kind: str, name: str) -> str:
    found = re.search(rf"<!-- {kind}: {name} -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


@pytest.mark.parametrize("name", ["banco", "pasarela"])
def test_the_maps_of_the_page_are_those_of_the_example(name: str) -> None:
    assert block("map", name) == (ROOT / f"ledger/maps/{name}.yaml").read_text(encoding="utf-8")


def test_the_files_of_the_page_are_imported_as_it_says(tmp_path: Path) -> None:
    root = make(tmp_path / "repo", "ana-lopez", "bea")
    bea = root / "inventory/clients/bea.yaml"
    bea.write_text(bea.read_text() + "contact: {email: bea@example.com}\n")
    for number in range(17):
        done(root, "invoice", "bea", "--line", f"x{number}=1480.50", "--on", "2026-10-30")
    for name in ("banco", "pasarela"):
        put_map(root, name, block("map", name))
    on = ("--on", "2026-11-06", "--format", "json")
    file = bank(root, block("file", "banco").encode("cp1252"))
    done_ = run(root, "import-payments", file, "--map", "banco", "--skip-unmatched", *on)
    found = json.loads(done_.stdout)
    rows = [(one["client"], one["amount"], one["invoice"]) for one in found["payments"]]
    assert rows == [("ana-lopez", "350.00", ""), ("bea", "1480.50", "A-000017")]
    assert (found["ignored"], [one["line"] for one in found["unmatched"]]) == (1, [7])
    file = bank(root, block("file", "pasarela"))
    found = json.loads(run(root, "import-payments", file, "--map", "pasarela", *on).stdout)
    assert [(one["date"], one["client"], one["amount"], one["method"])
            for one in found["payments"]] == [
        ("2026-11-03", "ana-lopez", "350.00", "oxxo"), ("2026-11-04", "bea", "1350.00", "tarjeta"),
        ("2026-11-05", "bea", "-1350.00", "tarjeta"),
    ]  # fmt: skip
    assert found["written"] is True
    assert git(root, "status", "--porcelain", "ledger/payments")
