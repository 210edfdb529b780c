# SPDX-License-Identifier: GPL-3.0-or-later
"""The bytes of a bank's file as rows: character set, separator and header found, columns by name.

Pure. Imports of the project: errors, wording, models, maps.
"""

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from billing.imports.maps import columns_of
from reconciler.errors import FilesError, Problem, Where
from reconciler.models.paymentmap import PaymentMap
from reconciler.wording import did_you_mean, listing, show

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_WORKBOOK = b"PK\x03\x04"  # what every .xlsx and .ods begins with
_FALLBACK = "windows-1252"
_SEPARATORS = (",", ";", "\t", "|")


class Row(NamedTuple):
    """One line of the file: where it begins, and its cells by the map's names of columns."""

    line: int
    cells: Mapping[str, str]

    def text(self, columns: Iterable[str], between: str = " ") -> str:
        """Cells one behind the other, those that are empty left out."""
        found = (self.cells[name] for name in columns)
        return between.join(one for one in found if one)


@dataclass(frozen=True)
class Table:
    """All rows below the header; `encoding`: what the bytes were read as, `is_guessed` where
    neither the file nor the map says it.
    """

    rows: tuple[Row, ...]
    encoding: str
    is_guessed: bool


def read_table(data: bytes, how: PaymentMap, file: str) -> Table:
    """Raises FilesError where the file is no table with the columns of the map."""
    text, encoding = _decode(data, how.encoding, file)
    separators = [how.separator] if how.separator else _named(text) or _SEPARATORS
    wanted = columns_of(how)
    best: list[str] = wanted
    error: Problem | None = None
    seen: list[str] = []
    for separator in separators:
        records, broken = _records(text, separator, file)
        if not how.header:
            at, missing, names = -1, _too_few(records, wanted), [str(n) for n in range(1, 1000)]
        else:
            at, missing, names = _header(records, wanted)
        if not missing:
            if broken:
                raise FilesError([broken])
            repeated = [name for name in wanted if [_same(n) for n in names].count(_same(name)) > 1]
            if repeated:
                raise FilesError([_twice(repeated[0], Where(file, records[at][0]))])
            rows = tuple(_rows(records[at + 1 :], names, wanted))
            return Table(rows, encoding, not how.encoding and encoding == _FALLBACK)
        if len(missing) <= len(best):
            best, seen, error = missing, names or seen, broken or error
    raise FilesError([error or _no_header(best, seen, Where(file, 1))])


def _decode(data: bytes, encoding: str | None, file: str) -> tuple[str, str]:
    if data.startswith(_WORKBOOK):
        hint = "Save it as `CSV UTF-8` in the spreadsheet, and import that"
        raise FilesError([Problem("import-file", "This is a workbook.", hint, Where(file))])
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    for name in dict.fromkeys([marked or encoding or "utf-8", encoding or _FALLBACK]):
        try:
            return data.decode(name), name
        except UnicodeError:
            continue
    message = f"The file cannot be read as {encoding or f'UTF-8 or {_FALLBACK}'}."
    hint = "Save it as UTF-8, or write its `encoding` into the map"
    raise FilesError([Problem("import-file", message, hint, Where(file))])


def _named(text: str) -> Sequence[str]:
    """Excel's own first line `sep=;`."""
    first = text[:20].splitlines()[0] if text else ""
    return [first[4]] if first.startswith("sep=") and len(first) == len("sep=;") else []


def _records(
    text: str, separator: str, file: str
) -> tuple[list[tuple[int, list[str]]], Problem | None]:
    """Lines with their numbers; a problem where the file is no CSV."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    found: list[tuple[int, list[str]]] = []
    before = 0
    try:
        for cells in reader:
            found.append((before + 1, [" ".join(cell.split()) for cell in cells]))
            before = reader.line_num
    except csv.Error as error:
        hint = "Look for a quote that is not closed, or write the `separator` into the map"
        return found, Problem("import-file", f"This is not CSV: {error}.", hint,
                              Where(file, before + 1))  # fmt: skip
    return found, None


def _header(
    records: Sequence[tuple[int, list[str]]], wanted: Sequence[str]
) -> tuple[int, list[str], list[str]]:
    """The line with all columns; without one, what the nearest lacks. Banks write titles above."""
    nearest: tuple[int, list[str], list[str]] = (0, list(wanted), [])
    for at, (_, cells) in enumerate(records[:100]):
        names = {_same(cell) for cell in cells}
        missing = [name for name in wanted if _same(name) not in names]
        if not missing:
            return at, [], cells
        if len(missing) < len(nearest[1]):
            nearest = (at, missing, cells)
    return nearest


def _too_few(records: Sequence[tuple[int, list[str]]], wanted: Sequence[str]) -> list[str]:
    most = max((len(cells) for _, cells in records), default=0)
    return [name for name in wanted if int(name) > most]


def _rows(
    records: Iterable[tuple[int, list[str]]], names: Sequence[str], wanted: Sequence[str]
) -> Iterable[Row]:
    places = {_same(name): at for at, name in reversed(list(enumerate(names)))}
    for line, cells in records:
        if any(cells):
            at = ((name, places[_same(name)]) for name in wanted)
            yield Row(line, {name: cells[i] if i < len(cells) else "" for name, i in at})


def _same(name: str) -> str:
    """Columns are told apart without regard to case, spaces and how an accent is composed."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def _no_header(missing: Sequence[str], seen: Sequence[str], where: Where) -> Problem:
    what = "columns" if len(missing) > 1 else "column"
    named = listing(show(name) for name in missing)
    message = f"No line of the file has the {what} {named} of the map."
    known = [name for name in seen if name]
    near = did_you_mean(missing[0], known)
    hint = f"The nearest has {listing(show(name) for name in known)}" if known else "Is it empty?"
    return Problem("import-file", message, f"Did you mean {show(near)}?" if near else hint, where)


def _twice(name: str, where: Where) -> Problem:
    message = f"The column {show(name)} is there twice."
    return Problem("import-file", message, "Rename one of them in the file", where)
