# SPDX-License-Identifier: GPL-3.0-or-later
"""The books of many clients slice by slice, on all cores: what is asked of them is kept, not they.

Clients are independent of each other, so that the answers are those of all books at once. May
import anything.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple, TypeVar

from billing.books.bill import Books, drawn_up, raise_errors
from billing.cli.common import Session, days_of, warn
from billing.terms import TermsBook
from reconciler.cores import shared_out
from reconciler.errors import Problem
from reconciler.resting import collector_at_rest

SLICE = 2000  # clients whose books are held at once by a process

Answer = TypeVar("Answer")
Slice = list[tuple[date, list[str]]]


class _Asked(NamedTuple):
    """What came of a slice: the problems of each day, and the answer where none is an error."""

    problems: list[tuple[date, tuple[Problem, ...]]]
    answer: object


@collector_at_rest
def ask_books(
    session: Session,
    names: Sequence[str],
    on: date | None,
    ask: Callable[[list[Books]], Answer],
    *,
    cutting: bool = False,
) -> list[Answer]:
    """The answers for slices of these clients, in order; warnings are told.

    `ask` is given the books of a slice, one set a date, as `books_by_day` makes them; its answer
    must be picklable. Raises FilesError.
    """
    book = TermsBook(session.inventory)

    def work(days: Slice) -> _Asked:
        made = [drawn_up(session.inventory, session.ledger, day, of, book) for day, of in days]
        problems = [(books.on, books.problems) for books in made if books.problems]
        is_sound = not any(one.is_error for _, some in problems for one in some)
        return _Asked(problems, ask(made) if is_sound else None)

    asked = list(shared_out(work, _slices(session, names, on, cutting=cutting)))
    by_day: dict[date, list[Problem]] = {}
    for day, some in (pair for one in asked for pair in one.problems):
        by_day.setdefault(day, []).extend(some)
    for _, problems in sorted(by_day.items()):
        raise_errors(problems)
    warn(problem for _, problems in sorted(by_day.items()) for problem in problems)
    return [one.answer for one in asked]  # type: ignore[misc]


def _slices(
    session: Session, names: Sequence[str], on: date | None, *, cutting: bool
) -> list[Slice]:
    """Some thousand clients each, by date and then in order."""
    days = days_of(session.inventory, names, on, cutting=cutting)
    found: list[Slice] = []
    for start in range(0, len(names), SLICE):
        one: dict[date, list[str]] = {}
        for name in names[start : start + SLICE]:
            one.setdefault(days[name], []).append(name)
        found.append(sorted(one.items()))
    return found
