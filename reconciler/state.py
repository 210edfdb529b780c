# SPDX-License-Identifier: GPL-3.0-or-later
"""The last applied commit, kept on the router itself as one disabled address-list row.

`list=rc-state address=192.0.2.1 disabled=yes comment="commit=… date=… tool=…"`: everyday API rights
suffice, and nothing is kept on the side. Imports kinds and marks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from reconciler.kinds import ADDRESS_LIST
from reconciler.marks import Row

STATE_LIST, LEASE_LIST = "rc-state", "rc-lease"
STATE_ADDRESS = "192.0.2.1"  # TEST-NET-1 of RFC 5737: never routed
PATH = ADDRESS_LIST.path
_OVERRIDES = "override=window"


@dataclass(frozen=True)
class State:
    """`commit` and `day` of the last whole apply; `row_id` of the row that says so.

    `overrides`: it was made though a change window or a freeze of a zone said no.
    """

    commit: str
    day: date
    tool: str
    row_id: str | None = None
    overrides: bool = False

    @property
    def comment(self) -> str:
        text = f"commit={self.commit} date={self.day.isoformat()} tool={self.tool}"
        return f"{text} {_OVERRIDES}" if self.overrides else text

    @property
    def words(self) -> tuple[tuple[str, str], ...]:
        """The row as it is added."""
        return (
            ("list", STATE_LIST),
            ("address", STATE_ADDRESS),
            ("disabled", "yes"),
            ("comment", self.comment),
        )


def parse_state(rows: Iterable[Row]) -> State | None:
    """The state among address-list rows; None where there is none or it cannot be read."""
    for row in rows:
        if row.get("list") == STATE_LIST:
            words = words_of(row)
            try:
                day = date.fromisoformat(words["date"])
                tool, overrides = words.get("tool", ""), _OVERRIDES in row["comment"].split()
                return State(words["commit"], day, tool, row[".id"], overrides)
            except (KeyError, ValueError):
                continue
    return None


def words_of(row: Row) -> dict[str, str]:
    """What the comment of a row of ours says: `commit=3e1f0ab date=2026-11-21`."""
    return dict(word.split("=", 1) for word in row.get("comment", "").split() if "=" in word)


def state_row_ids(rows: Iterable[Row]) -> list[str]:
    """Every row of the two lists that are ours by name."""
    return [row[".id"] for row in rows if row.get("list") in (STATE_LIST, LEASE_LIST)]
