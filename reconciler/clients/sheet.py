# SPDX-License-Identifier: GPL-3.0-or-later
"""CSV as spreadsheet programs write it: any usual separator and encoding, headers in any form.

    sheet = read_sheet(data)       # rows by our column names, with the line of each
    text = write_sheet(rows, columns, excel=True)

A cell that a spreadsheet would run as a formula is written with an apostrophe before it, which is
taken off again when read.
"""

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reconciler.clients.columns import ALL
from reconciler.errors import Problem, Where
from reconciler.wording import FORMULA, did_you_mean, harmless, show

_SEPARATORS = (",", ";", "\t", "|")
# Headers of spreadsheets that people bring along.
_ALIASES = {
    "plan internet": "plan", "zona": "zone", "nombre": "name", "estado": "status", "ip": "address",
    "direccion ip": "address", "servicio": "service", "telefono": "phone", "correo": "email",
    "direccion": "street", "ciudad": "city", "mac address": "mac", "usuario": "username",
    "password pppoe/hotspot": "password", "local address pppoe": "local_address",
    "local address": "local_address", "comentario": "comment", "notas": "notes", "rfc": "tax_id",
    "fecha instalacion": "since", "coordenadas": "location", "id servicio": "id",
}  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """`columns` by our names, in order; `rows` with the number of their line in the file."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, Mapping[str, str]], ...]


def read_sheet(data: bytes, file: str) -> tuple[Sheet, list[Problem]]:
    """A sheet and what is wrong in its form: unknown or repeated columns, rows too long."""
    text = _decoded(data)
    first, _, rest = text.partition("\n")
    separator = ""
    if first.lower().startswith("sep="):  # how Excel is told the separator
        separator, text = first.strip()[4:5], rest
    separator = separator or _separator(text)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    header = next(lines, [])
    problems: list[Problem] = []
    columns = tuple(_column(name, file, problems) for name in header)
    problems += [
        _problem(file, 1, f"The column {show(name)} is there twice.", "Keep one of them")
        for name in sorted({name for name in columns if name and columns.count(name) > 1})
    ]
    if "id" not in columns:
        problems.append(
            _problem(file, 1, "There is no column `id`.", "The first line names the columns")
        )
    rows: list[tuple[int, Mapping[str, str]]] = []
    for cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
            message = f"The line has {len(cells)} cells, and the header {len(header)}."
            problems.append(_problem(file, lines.line_num, message, "Is a separator in a text?"))
            continue
        cells.extend([""] * (len(header) - len(cells)))
        row = {name: _cell(cell) for name, cell in zip(columns, cells, strict=False) if name}
        rows.append((lines.line_num, row))
    return Sheet(tuple(name for name in columns if name), tuple(rows)), problems


def write_sheet(
    rows: Iterable[Mapping[str, str]], columns: Sequence[str], *, excel: bool = False
) -> bytes:
    """UTF-8 with commas; `excel`: with a byte order mark, semicolons and CRLF."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(
        buffer, delimiter=";" if excel else ",", lineterminator="\r\n" if excel else "\n"
    )
    writer.writerow(columns)
    for row in rows:
        writer.writerow([harmless(row[name]) for name in columns])
    return (codecs.BOM_UTF8 if excel else b"") + buffer.getvalue().encode()


def _decoded(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _separator(text: str) -> str:
    """The one that the header holds most often, quoted parts left out."""
    header = "".join(text.partition("\n")[0].split('"')[::2])
    return max(_SEPARATORS, key=header.count)


def _column(name: str, file: str, problems: list[Problem]) -> str:
    plain = unicodedata.normalize("NFKD", name.strip().casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c)).strip("*: ")
    key = plain.replace(" ", "_").replace("-", "_")
    if key in ALL or not key:
        return key
    if plain in _ALIASES:
        return _ALIASES[plain]
    near = did_you_mean(key, ALL)
    hint = f"Did you mean `{near}`?" if near else "`reconcile client export --csv` shows them"
    problems.append(_problem(file, 1, f"The column {show(name)} is not known.", hint))
    return ""


def _cell(cell: str) -> str:
    cell = cell.strip().replace("\r\n", "\n")
    if cell.startswith("'") and cell[1:].startswith(FORMULA):
        return cell[1:]
    return cell


def _problem(file: str, line: int, message: str, hint: str | None) -> Problem:
    return Problem("csv", message, hint, Where(file, line))
