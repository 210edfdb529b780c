# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose row is it? Our mark at the end of a comment, `Ana López [rc:ana-lopez/internet]`.

Imports nothing of the project.
"""

from collections.abc import Mapping

Row = Mapping[str, str]

_BEGIN, _END = "[rc:", "]"
_TRUE = ("true", "yes")


def is_fixed(row: Row) -> bool:
    """Rows that RouterOS made itself: dynamic or built in. They are nobody's to change."""
    return row.get("dynamic") in _TRUE or row.get("default") in _TRUE


def is_disabled(row: Row) -> bool:
    return row.get("disabled") in _TRUE


def mark_in(comment: str) -> str | None:
    """The source in `[rc:<source>]` at the end of a comment."""
    if not comment.endswith(_END):
        return None
    _, begin, mark = comment[: -len(_END)].rpartition(_BEGIN)
    return mark if begin and mark and "[" not in mark and "]" not in mark else None


def without_mark(comment: str) -> str:
    """The label a person wrote, with our mark taken off."""
    mark = mark_in(comment)
    if mark is None:
        return comment
    return comment.removesuffix(with_mark("", mark)).removesuffix(" ")


def with_mark(label: str, mark: str) -> str:
    tail = f"{_BEGIN}{mark}{_END}"
    return f"{label} {tail}" if label else tail


def is_service_mark(mark: str) -> bool:
    """`<client>/<service>`, as against `plan/…` and `router/…`."""
    return not mark.startswith(("plan/", "router/"))
