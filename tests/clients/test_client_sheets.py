# SPDX-License-Identifier: GPL-3.0-or-later
"""CSV out and in: what was not touched changes nothing, and what spreadsheets do is understood."""

import codecs
import csv
import io
from pathlib import Path

import pytest
from end_to_end.world import Ran, World, git
from hypothesis import given
from hypothesis import strategies as st

from reconciler.clients.columns import ALL
from reconciler.clients.sheet import read_sheet, write_sheet


class Sheets:
    """Exports, changes cells as a person would, and imports."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.file = folder / "clients.csv"

    def run(self, *arguments: str, code: int = 0) -> Ran:
        ran = self.world.run("client", *arguments)
        assert ran.code == code, ran.text
        return ran

    def load(self, data: str | bytes, *arguments: str, code: int = 0) -> Ran:
        self.file.write_bytes(data if isinstance(data, bytes) else data.encode())
        return self.run("import", "--csv", str(self.file), *arguments, code=code)

    def status(self) -> str:
        return git(self.world.root, "status", "--porcelain")


@pytest.fixture
def sheets(in_git: World, tmp_path: Path) -> Sheets:
    return Sheets(in_git, tmp_path)


@pytest.mark.parametrize("excel", [False, True])
def test_an_export_that_was_not_touched_changes_nothing(sheets: Sheets, excel: bool) -> None:
    more = ["--excel"] if excel else []
    sheets.run("export", "--csv", str(sheets.file), "--columns", ",".join(ALL), *more)
    ran = sheets.run("import", "--csv", str(sheets.file))
    assert "Nothing to change." in ran.err
    assert sheets.status() == ""
    data = sheets.file.read_bytes()
    assert data.startswith(codecs.BOM_UTF8) is excel
    sheets.file.write_bytes(data.decode("utf-8-sig").encode("cp1252"))
    assert "Nothing to change." in sheets.run("import", "--csv", str(sheets.file)).err


def test_the_columns_of_an_export(sheets: Sheets) -> None:
    rows = list(csv.DictReader(io.StringIO(sheets.run("export", "--csv").out)))
    assert list(rows[0])[:6] == ["id", "name", "zone", "plan", "status", "address"]
    assert len(rows) == 19
    chosen = sheets.run("export", "--csv", "--zone", "sur", "--columns", "plan,mac").out
    assert chosen.splitlines()[:2] == ["id,plan,mac", "carmen-yanez,hogar-10,"]


def test_cells_that_differ_are_shown_before_and_after(sheets: Sheets) -> None:
    text = "id;Nombre;Teléfono;Plan Internet\r\nluis-mora;Luis Mora Ñ;55 1;hogar-10\r\n"
    text += "maria-nunez;;;\r\n"
    ran = sheets.load(text.encode("cp1252"), "--on", "2026-11-20")
    lines = [" ".join(line.split()) for line in ran.err.splitlines()]
    assert "luis-mora name Luis Mora Luis Mora Ñ" in lines
    assert "luis-mora plan hogar-20 hogar-10" in lines
    assert "Differing: 3 cells of 1 client." in ran.err
    assert sheets.status() == " M inventory/clients/norte/luis-mora.yaml\n"
    luis = sheets.world.load().inventory.clients["luis-mora"]
    assert (luis.name, luis.contact.phone) == ("Luis Mora Ñ", "55 1")
    assert luis.services[0].history[-1].to.isoformat() == "2026-11-20"


def test_a_dry_run_writes_nothing(sheets: Sheets) -> None:
    sheets.load("id,name\nluis-mora,X\n", "--dry-run")
    assert sheets.status() == ""


def test_states_go_their_proper_way(sheets: Sheets) -> None:
    text = "id,service,status\nluis-mora,,suspended\njose-ibarra,,Active\nrosa-angeles,,cancelled\n"
    sheets.load(text, "--on", "2026-11-20")
    clients = sheets.world.load().inventory.clients
    luis, jose, rosa = (
        clients[n].services[0] for n in ("luis-mora", "jose-ibarra", "rosa-angeles")
    )
    assert luis.suspended is not None
    assert len(jose.history) == 2
    assert rosa.cancelled is not None
    assert str(rosa.cancelled.released) == "10.21.0.11"


@pytest.mark.parametrize(
    ("plan", "columns", "missing"),
    [
        ("hogar-10", "plan", "zone, password, local_address"),
        ("hogar-10", "plan,zone,password", "local_address"),
        ("plaza-3", "plan,zone", "password"),
        ("rural-6", "plan", "zone"),
    ],
)
def test_another_mode_needs_its_columns(
    sheets: Sheets, plan: str, columns: str, missing: str
) -> None:
    header = columns.split(",")
    cells = ",".join({"plan": plan, "zone": "centro"}.get(name, "") for name in header)
    ran = sheets.load(f"id,{columns}\nrosa-angeles,{cells}\n", code=1)
    assert f"needs the columns {missing} (" in ran.err
    assert "clients.csv:2" in ran.err
    header += missing.split(", ")
    cells = ",".join({"plan": plan, "zone": "centro"}.get(name, "") for name in header)
    sheets.load(f"id,{','.join(header)}\nrosa-angeles,{cells}\n")
    assert sheets.world.load().inventory.clients["rosa-angeles"].services[0].plan == plan


def test_another_zone_takes_its_addresses_and_moves_the_file(sheets: Sheets) -> None:
    ran = sheets.load("id,zone\nrosa-angeles,sur\nmiguel-ocampo,sur\n", "--on", "2026-11-20")
    assert "10.21.0.11 → 10.30.0.3" in ran.err
    assert "10.21.0.12 → 10.30.0.4" in ran.err
    assert "RM inventory/clients/centro/rosa-angeles.yaml -> inventory/clients/sur/" in (
        sheets.status()
    )


def test_new_clients(sheets: Sheets) -> None:
    text = (
        (
            "id,name,zone,plan,address,phone,since\n"
            "neu-1,Neu Uno,norte,hogar-10,,55 1,20/06/2026\n"
            "neu-2,Neu Dos,norte,hogar-10,auto,,2026-06-21\n"
        )
        .replace("since\n", "since,password,local_address\n")
        .replace("6\n", "6,,\n")
    )
    assert "There is no client neu-1" in sheets.load(text, code=1).err
    sheets.load(text, "--new")
    clients = sheets.world.load().inventory.clients
    one, two = (clients[name].services[0] for name in ("neu-1", "neu-2"))
    assert (str(one.address), str(two.address)) == ("10.20.0.2", "10.20.0.3")
    assert str(one.since) == "2026-06-20"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name\nx\n", "There is no column `id`"),
        ("id,nme\nluis-mora,x\n", "Did you mean `name`?"),
        ("id,name,name\nluis-mora,x,y\n", "is there twice"),
        ("id,name\nluis-mora,x,y,z\n", "The line has 4 cells"),
        ("id,name\nluis-mora,x\nluis-mora,y\n", "is in line 2 too"),
        ("id,name\n,x\n", "The line has no id"),
        ("id,name\ntaller-el-perico,x\n", "name one with --service"),
        ("id,plan\nluis-mora,hogar-100\n", "There is no plan hogar-100"),
        ("id,zone\nluis-mora,west\n", "There is no zone west"),
        ("id,status\nluis-mora,gone\n", "The status gone is none of"),
        ("id,address\nluis-mora,10.20\n", "10.20"),
        ("id,address\nluis-mora,10.20.0.7\n", "also given to"),
        ("id,since\nluis-mora,06/05/2026\n", "may be two days"),
        ("id,since\nluis-mora,soon\n", "is no date"),
        ("id,password\nluis-mora,hunter2\n", "A password is given as"),
        ("", "There is no column `id`"),
    ],
)
def test_all_that_is_wrong_is_said_and_nothing_done(
    sheets: Sheets, text: str, message: str
) -> None:
    ran = sheets.load(text, code=1)
    assert message in ran.err
    assert "hunter2" not in ran.text
    assert sheets.status() == ""


def test_every_problem_is_shown_at_once(sheets: Sheets) -> None:
    ran = sheets.load("id,plan\nluis-mora,x1\nmaria-nunez,x2\nnobody,x3\n", code=1)
    assert [line[:14] for line in ran.err.splitlines()[:3]] == [
        f"clients.csv:{number}:" for number in (2, 3, 4)
    ]


def test_dates_as_a_spreadsheet_shows_them_change_nothing(sheets: Sheets) -> None:
    ran = sheets.load("id,since\nrosa-angeles,05/03/2025\nluis-mora,15/01/2025\n")
    assert "Nothing to change." in ran.err


def test_none_takes_a_field_out_and_an_empty_cell_leaves_it(sheets: Sheets) -> None:
    sheets.load("id,mac,phone\nana-lopez,none,\n")
    ana = sheets.world.load().inventory.clients["ana-lopez"]
    assert (ana.services[0].mac, ana.contact.phone) == (None, "+52 555 111 2222")


def test_how_excel_is_told_its_separator(sheets: Sheets) -> None:
    sheets.load('sep=;\nid;name\nluis-mora;"L; M"\n')
    assert sheets.world.load().inventory.clients["luis-mora"].name == "L; M"


def test_utf_16_of_a_spreadsheets_unicode_text(sheets: Sheets) -> None:
    sheets.load("id\tname\nluis-mora\tLuís\n".encode("utf-16"))
    assert sheets.world.load().inventory.clients["luis-mora"].name == "Luís"


def test_no_cell_is_a_formula() -> None:
    cells = ["=1+1", "@SUM(A1)", "+cmd|x", "-2+3", "+52 555", "-96.7", "plain", "'=x"]
    data = write_sheet([{"id": cell} for cell in cells], ["id"])
    lines = data.decode().splitlines()[1:]
    assert lines == ["'=1+1", "'@SUM(A1)", "'+cmd|x", "'-2+3", "+52 555", "-96.7", "plain", "'=x"]
    sheet, problems = read_sheet(data, "a.csv")
    assert problems == []
    assert [row["id"] for _, row in sheet.rows][:-1] == cells[:-1]


CELLS = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="'"), min_size=1)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1), st.booleans())
def test_what_is_written_is_read_back(rows: list[tuple[str, str]], excel: bool) -> None:
    data = write_sheet([{"id": a, "name": b} for a, b in rows], ["id", "name"], excel=excel)
    sheet, problems = read_sheet(data, "a.csv")
    assert problems == []
    assert [(row["id"], row["name"]) for _, row in sheet.rows] == rows
