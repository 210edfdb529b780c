# SPDX-License-Identifier: GPL-3.0-or-later
"""GitHub's REST API, version 2022-11-28. Imports http, model.

A pull request is an issue too, so its comments are those of an issue
(docs.github.com/rest/issues/comments).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from reconciler.forge.http import Api
from reconciler.forge.model import Post

DEFAULT_API = "https://api.github.com"
AUTHOR = "github-actions[bot]"
"""The account of the token that every job gets."""


@dataclass(frozen=True)
class GitHub:
    """`repository`: owner/name; `author`: the login whose comments and issues are ours."""

    api: Api
    repository: str
    author: str = AUTHOR

    @classmethod
    def at(cls, base: str, repository: str, token: str, author: str) -> "GitHub":
        headers = {
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
            "Authorization": f"Bearer {token}",
        }
        return cls(Api("GitHub", base.rstrip("/"), headers), repository, author)

    @property
    def _root(self) -> str:
        return f"/repos/{self.repository}"

    def _post(self, entry: dict[str, Any], number: str) -> Post:
        mine = (entry.get("user") or {}).get("login") == self.author
        return Post(entry[number], entry.get("body") or "", mine)

    def merged_as(self, commit: str) -> int | None:
        found = self.api.get(f"{self._root}/commits/{commit}/pulls")
        merged = [entry for entry in found if entry.get("merged_at")]
        exact = [entry for entry in merged if entry.get("merge_commit_sha") == commit]
        return next((int(entry["number"]) for entry in exact or merged), None)

    def comments(self, request: int) -> Iterator[Post]:
        for entry in self.api.pages(f"{self._root}/issues/{request}/comments"):
            yield self._post(entry, "id")

    def add_comment(self, request: int, body: str) -> None:
        self.api.post(f"{self._root}/issues/{request}/comments", {"body": body})

    def edit_comment(self, request: int, number: int, body: str) -> None:
        self.api.patch(f"{self._root}/issues/comments/{number}", {"body": body})

    def open_issues(self) -> Iterator[Post]:
        for entry in self.api.pages(f"{self._root}/issues", state="open"):
            if "pull_request" not in entry:
                yield self._post(entry, "number")

    def add_issue(self, title: str, body: str, label: str) -> int:
        content = {"title": title, "body": body, "labels": [label]}
        return int(self.api.post(f"{self._root}/issues", content)["number"])

    def edit_issue(self, number: int, title: str, body: str) -> None:
        self.api.patch(f"{self._root}/issues/{number}", {"title": title, "body": body})

    def comment_issue(self, number: int, body: str) -> None:
        self.add_comment(number, body)

    def close_issue(self, number: int) -> None:
        self.api.patch(f"{self._root}/issues/{number}", {"state": "closed"})

    def open_request(self, branch: str) -> int | None:
        owner = self.repository.partition("/")[0]
        found = self.api.get(f"{self._root}/pulls", state="open", head=f"{owner}:{branch}")
        return next((int(entry["number"]) for entry in found), None)

    def add_request(self, branch: str, base: str, title: str, body: str) -> int:
        content = {"title": title, "head": branch, "base": base, "body": body}
        return int(self.api.post(f"{self._root}/pulls", content)["number"])

    def edit_request(self, number: int, title: str, body: str) -> None:
        self.api.patch(f"{self._root}/pulls/{number}", {"title": title, "body": body})

    def close_request(self, number: int) -> None:
        self.api.patch(f"{self._root}/pulls/{number}", {"state": "closed"})
