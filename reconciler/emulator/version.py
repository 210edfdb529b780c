# SPDX-License-Identifier: GPL-3.0-or-later
"""RouterOS versions and what depends on them. Imports nothing of the project.

Sources: client libraries' issue threads for `!empty` (7.18) and the login (6.43, 6.45.1),
headers of real exports and recorded rows for the dates (7.10).
"""

import re
from dataclasses import dataclass
from datetime import date, datetime

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


OLD_DATE = re.compile(r"([a-z]{3})/(\d{1,2})/(\d{4})")


def read_date(text: str) -> date | None:
    """`2026-01-02` or `jan/02/2026`; None for what is no date."""
    try:
        if (match := OLD_DATE.fullmatch(text)) and match[1] in MONTHS:
            return date(int(match[3]), MONTHS.index(match[1]) + 1, int(match[2]))
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


@dataclass(frozen=True, order=True)
class Version:
    """Major, minor, patch; `text` as the router spells it, such as `7.22.3` or `7.20rc1`."""

    parts: tuple[int, int, int]
    text: str = ""

    @classmethod
    def parse(cls, text: str) -> "Version":
        """Raises ValueError when the text does not begin with `N.N`."""
        match = re.match(r"(\d+)(?:\.(\d+))?(?:\.(\d+))?", text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not a RouterOS version such as 7.22.3")
        major, minor, patch = (int(part or 0) for part in match.groups())
        return cls((major, minor, patch), text.strip())

    @property
    def major(self) -> int:
        return self.parts[0]

    @property
    def says_empty(self) -> bool:
        """A print without rows is answered by `!empty` before `!done`."""
        return self.parts >= (7, 18, 0)

    @property
    def has_safe_mode(self) -> bool:
        """/safe-mode can be taken by command, not by a key of the terminal alone."""
        return self.parts >= (7, 18, 0)

    @property
    def plain_login(self) -> bool:
        return self.parts >= (6, 43, 0)

    @property
    def challenge_login(self) -> bool:
        return self.parts < (6, 45, 1)

    def date(self, moment: datetime) -> str:
        """A moment as the API prints it: `feb/05/2024 13:47:44`, from 7.10 on ISO."""
        if self.parts >= (7, 10, 0):
            return moment.strftime("%Y-%m-%d %H:%M:%S")
        return f"{MONTHS[moment.month - 1]}/{moment:%d/%Y %H:%M:%S}"

    def within(self, condition: str) -> bool:
        """Whether a condition such as `>=7.17` or `<7` holds; an empty one always does."""
        if not condition:
            return True
        if condition.startswith(">="):
            return self.parts >= Version.parse(condition[2:]).parts
        return self.parts < Version.parse(condition.removeprefix("<")).parts
