# SPDX-License-Identifier: GPL-3.0-or-later
"""What pipelines need of a forge, whichever it is. Imports errors."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from reconciler.errors import ReconcileError


class ForgeError(ReconcileError):
    """The forge cannot be reached, or says no."""


@dataclass(frozen=True)
class Post:
    """A comment, an issue or a pull request. `mine`: written by this pipeline's own account."""

    number: int
    body: str
    mine: bool


class Forge(Protocol):
    """Every method raises ForgeError. A request is a pull request, or a merge request."""

    def merged_as(self, commit: str) -> int | None:
        """The request that was merged as this commit; None where there is none."""

    def comments(self, request: int) -> Iterable[Post]: ...

    def add_comment(self, request: int, body: str) -> None: ...

    def edit_comment(self, request: int, number: int, body: str) -> None: ...

    def open_issues(self) -> Iterable[Post]: ...

    def add_issue(self, title: str, body: str, label: str) -> int: ...

    def edit_issue(self, number: int, title: str, body: str) -> None: ...

    def comment_issue(self, number: int, body: str) -> None: ...

    def close_issue(self, number: int) -> None: ...

    def open_request(self, branch: str) -> int | None:
        """The open request of a branch of this repository."""

    def add_request(self, branch: str, base: str, title: str, body: str) -> int: ...

    def edit_request(self, number: int, title: str, body: str) -> None: ...

    def close_request(self, number: int) -> None: ...
