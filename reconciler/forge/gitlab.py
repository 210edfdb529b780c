# SPDX-License-Identifier: GPL-3.0-or-later
"""GitLab's REST API, version 4. Imports http, model.

A job's own token may not write notes (docs.gitlab.com/ci/jobs/ci_job_token), so it takes an access
token of the project with the scope `api`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from reconciler.forge.http import Api
from reconciler.forge.model import Post


@dataclass(frozen=True)
class GitLab:
    """`project`: its number, or its path with `%2F`."""

    api: Api
    project: str

    @classmethod
    def at(cls, base: str, project: str, token: str) -> "GitLab":
        return cls(Api("GitLab", base.rstrip("/"), {"PRIVATE-TOKEN": token}), project)

    @property
    def _root(self) -> str:
        return f"/projects/{self.project}"

    @cached_property
    def _me(self) -> int:
        return int(self.api.get("/user")["id"])

    def _post(self, entry: dict[str, Any], number: str, body: str) -> Post:
        mine = (entry.get("author") or {}).get("id") == self._me
        return Post(entry[number], entry.get(body) or "", mine)

    def merged_as(self, commit: str) -> int | None:
        found = self.api.get(f"{self._root}/repository/commits/{commit}/merge_requests")
        merged = [entry for entry in found if entry.get("state") == "merged"]
        names = ("merge_commit_sha", "squash_commit_sha", "sha")
        exact = [entry for entry in merged if commit in (entry.get(name) for name in names)]
        return next((int(entry["iid"]) for entry in exact or merged), None)

    def comments(self, request: int) -> Iterator[Post]:
        path = f"{self._root}/merge_requests/{request}/notes"
        for entry in self.api.pages(path, sort="asc", order_by="created_at"):
            yield self._post(entry, "id", "body")

    def add_comment(self, request: int, body: str) -> None:
        self.api.post(f"{self._root}/merge_requests/{request}/notes", {"body": body})

    def edit_comment(self, request: int, number: int, body: str) -> None:
        self.api.put(f"{self._root}/merge_requests/{request}/notes/{number}", {"body": body})

    def open_issues(self) -> Iterator[Post]:
        for entry in self.api.pages(f"{self._root}/issues", state="opened"):
            yield self._post(entry, "iid", "description")

    def add_issue(self, title: str, body: str, label: str) -> int:
        content = {"title": title, "description": body, "labels": label}
        return int(self.api.post(f"{self._root}/issues", content)["iid"])

    def edit_issue(self, number: int, title: str, body: str) -> None:
        self.api.put(f"{self._root}/issues/{number}", {"title": title, "description": body})

    def comment_issue(self, number: int, body: str) -> None:
        self.api.post(f"{self._root}/issues/{number}/notes", {"body": body})

    def close_issue(self, number: int) -> None:
        self.api.put(f"{self._root}/issues/{number}", {"state_event": "close"})

    def open_request(self, branch: str) -> int | None:
        path = f"{self._root}/merge_requests"
        found = self.api.get(path, state="opened", source_branch=branch)
        return next((int(entry["iid"]) for entry in found), None)

    def add_request(self, branch: str, base: str, title: str, body: str) -> int:
        content = {
            "source_branch": branch,
            "target_branch": base,
            "title": title,
            "description": body,
            "remove_source_branch": True,
        }
        return int(self.api.post(f"{self._root}/merge_requests", content)["iid"])

    def edit_request(self, number: int, title: str, body: str) -> None:
        content = {"title": title, "description": body}
        self.api.put(f"{self._root}/merge_requests/{number}", content)

    def close_request(self, number: int) -> None:
        self.api.put(f"{self._root}/merge_requests/{number}", {"state_event": "close"})
