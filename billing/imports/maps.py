# SPDX-License-Identifier: GPL-3.0-or-later
"""Maps of payment files: `ledger/maps/<name>.yaml`, read and checked like every other file.

Imports of the project: errors, wording, models, inventory.
"""

from collections.abc import Iterator
from pathlib import Path

from reconciler.errors import FilesError, Problem, Where
from reconciler.inventory.files import contents
from reconciler.inventory.finding import Finding
from reconciler.inventory.kinds import Kind
from reconciler.inventory.reading import read
from reconciler.models.paymentmap import PaymentMap
from reconciler.wording import did_you_mean

FOLDER = "ledger/maps"


def read_map(root: Path, name: str) -> PaymentMap:
    """The map of that name, or of the file of that path. Raises FilesError with every problem."""
    if "/" in name or name.endswith((".yaml", ".yml")):
        path = Path(name)
        file = str(path)
        found = contents(path.parent, path.name)
    else:
        file = f"{FOLDER}/{name}.yaml"
        found = contents(root, file)
    if isinstance(found, Problem):
        raise FilesError([_missing(root, name, file) if found.code == "unreadable" else found])
    value, problems = _read(file, found)
    if value is None or problems:
        raise FilesError(problems)
    return value


def map_problems(root: Path) -> Iterator[Problem]:
    """All that is wrong with the maps of a repository."""
    folder = root / FOLDER
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        file = f"{FOLDER}/{path.name}"
        if path.name.startswith("."):
            continue
        if path.suffix != ".yaml":
            hint = "Maps are named <name>.yaml"
            yield Problem("payment-map", "This is not read.", hint, Where(file))
            continue
        found = contents(root, file)
        yield from [found] if isinstance(found, Problem) else _read(file, found)[1]


def _read(file: str, data: bytes) -> tuple[PaymentMap | None, tuple[Problem, ...]]:
    reading = read(_MAP, file, data)
    model = reading.model
    assert model is None or isinstance(model, PaymentMap)
    return model, reading.problems


def _missing(root: Path, name: str, file: str) -> Problem:
    folder = root / FOLDER
    known = [one.stem for one in folder.glob("*.yaml")] if folder.is_dir() else []
    near = did_you_mean(name, known)
    there = f"There are: {', '.join(sorted(known))}" if known else f"Maps are files of {FOLDER}"
    hint = f"Did you mean {near}?" if near else there
    return Problem("payment-map", "There is no such map.", hint, Where(file))


def _amount_has_columns(one: PaymentMap) -> Iterator[Finding]:
    amount = one.amount
    if amount.column is not None and (amount.credit or amount.debit):
        message = "`column` excludes `credit` and `debit`."
    elif amount.column is None and amount.credit is None:
        message = "The amount has no column."
    else:
        return
    hint = "Write `column`, or `credit` and perhaps `debit`"
    yield Finding("payment-map", ("amount",), message, hint)


def _method_has_one(one: PaymentMap) -> Iterator[Finding]:
    method = one.method
    if (method.text is None) == (method.column is None):
        hint = "Write `text` for all lines, or a `column`"
        yield Finding("payment-map", ("method",), "The method needs one of the two.", hint)
    elif method.values is not None and method.column is None:
        message = "`values` belong to a `column`."
        yield Finding("payment-map", ("method", "values"), message, "Remove them")


def _clients_are_found(one: PaymentMap) -> Iterator[Finding]:
    if not one.client:
        hint = "Say where an id, a phone or the number of an invoice stands"
        yield Finding("payment-map", ("client",), "Nothing says whose a payment is.", hint)


def _columns_are_numbers(one: PaymentMap) -> Iterator[Finding]:
    if one.header:
        return
    for name in columns_of(one):
        if not (name.isascii() and name.isdigit() and int(name)):
            message = f"`{name}` is no number of a column, and no line names them."
            hint = "Number them from 1, or leave `header` out"
            yield Finding("payment-map", ("header",), message, hint)


def columns_of(one: PaymentMap) -> list[str]:
    """Every column that a map names, each once."""
    single = (
        one.date.column, one.amount.column, one.amount.credit, one.amount.debit, one.method.column,
        *(test.column for test in (*one.only, *one.ignore)),
    )  # fmt: skip
    several = [one.reference.column, *(way.column for way in one.client)]
    several += [one.note.column] if one.note else []
    names = [name for name in single if name is not None]
    names += [name for columns in several for name in columns]
    return list(dict.fromkeys(names))


_MAP = Kind(
    "payment-map",
    FOLDER,
    PaymentMap,
    (_amount_has_columns, _method_has_one, _clients_are_found, _columns_are_numbers),
)
