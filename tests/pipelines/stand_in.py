# SPDX-License-Identifier: GPL-3.0-or-later
"""GitHub's and GitLab's APIs on loopback, as far as pipelines use them, over one small memory.

Answers have the fields of recorded ones that matter here, and some that do not; lists have pages
of two entries whatever is asked for, so that who reads one page alone is found out. What a test
asserts is `memory`: what people would see. A request without the token is refused as they do it.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "canary-of-the-forge"
PAGE = 2
BOT = {"github": "github-actions[bot]", "gitlab": 77}
SOMEBODY = {"github": "mallory", "gitlab": 13}
Entry = dict[str, Any]


@dataclass
class Request:
    """A pull or merge request; `comments`: (author, text) by number."""

    branch: str
    title: str = ""
    body: str = ""
    merged_as: str | None = None
    is_open: bool = True
    comments: dict[int, tuple[object, str]] = field(default_factory=dict)


@dataclass
class Issue:
    title: str
    body: str
    author: object
    label: str = ""
    is_open: bool = True
    comments: dict[int, tuple[object, str]] = field(default_factory=dict)


@dataclass
class Memory:
    """What the forge holds. `heard`: method and path of each request, in order; `moved_to`: where
    it sends everybody."""

    kind: str
    url: str = ""
    requests: dict[int, Request] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    moved_to: str | None = None
    _last: int = 0

    def number(self) -> int:
        self._last += 1
        return self._last

    def say(self, request: int, text: str, *, by_us: bool = False) -> None:
        """A comment that is there already."""
        author = (BOT if by_us else SOMEBODY)[self.kind]
        self.requests[request].comments[self.number()] = (author, text)

    def said(self, request: int) -> list[str]:
        return [text for _, text in self.requests[request].comments.values()]

    def environ(self) -> dict[str, str]:
        """What a job has in its environment, apart from what it is for."""
        if self.kind == "github":
            return {
                "GITHUB_ACTIONS": "true",
                "GITHUB_API_URL": self.url,
                "GITHUB_REPOSITORY": "wisp/red",
                "GITHUB_TOKEN": TOKEN,
            }
        return {
            "GITLAB_CI": "true",
            "CI_API_V4_URL": f"{self.url}/api/v4",
            "CI_PROJECT_ID": "42",
            "GITLAB_TOKEN": TOKEN,
        }


@dataclass(frozen=True)
class Asked:
    """One request to an API. `part`: what the address names."""

    memory: Memory
    part: str
    query: Mapping[str, str]
    body: Entry

    @property
    def number(self) -> int:
        return int(self.part)


Route = Callable[[Asked], Any]


def routed(memory: Memory, line: str, query: Mapping[str, str], body: Entry) -> Any:
    """What the forge answers to `GET /path`. Raises LookupError for what is not there."""
    for pattern, route in ROUTES[memory.kind].items():
        if found := re.fullmatch(pattern, line):
            return route(Asked(memory, "".join(found.groups()), query, body))
    raise LookupError(line)


@contextmanager
def standing_in(kind: str) -> Iterator[Memory]:
    memory = Memory(kind)

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            memory.heard.append(f"{self.command} {self.path}")
            if memory.moved_to:
                return self._send(302, {}, location=memory.moved_to + self.path)
            header = "Bearer " + TOKEN if kind == "github" else TOKEN
            name = "Authorization" if kind == "github" else "PRIVATE-TOKEN"
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            if self.headers.get(name) != header:
                return self._send(401, {"message": "Bad credentials"})
            parts = urlsplit(self.path)
            query = {key: value[0] for key, value in parse_qs(parts.query).items()}
            try:
                found = routed(memory, f"{self.command} {parts.path}", query, body)
            except LookupError:
                return self._send(404, {"message": "Not Found"})
            return self._send(200, found, query)

        def _send(
            self,
            code: int,
            content: Any,
            query: Mapping[str, str] | None = None,
            location: str | None = None,
        ) -> None:
            self.send_response(code)
            if location:
                self.send_header("Location", location)
            if isinstance(content, list) and query and "page" in query:
                page = int(query["page"])
                more = len(content) > page * PAGE
                content = content[(page - 1) * PAGE : page * PAGE]
                if kind == "gitlab":
                    self.send_header("x-next-page", str(page + 1) if more else "")
                elif more:
                    self.send_header("Link", f'<{memory.url}?page={page + 1}>; rel="next"')
            data = json.dumps(content).encode()
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_PUT = _answer

        def log_message(self, *_: object) -> None:
            """Nothing: pytest shows what fails."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    memory.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield memory
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


# -- GitHub -------------------------------------------------------------------------


def _hub_comment(number: int, comment: tuple[object, str]) -> Entry:
    author, text = comment
    kind = "Bot" if str(author).endswith("[bot]") else "User"
    # GitHub sends texts back with the line ends of a browser.
    body = text.replace("\n", "\r\n")
    return {"id": number, "user": {"login": author, "type": kind}, "body": body}


def _hub_request(number: int, one: Request) -> Entry:
    return {
        "number": number,
        "state": "open" if one.is_open else "closed",
        "title": one.title,
        "body": one.body,
        "merged_at": "2026-11-22T10:00:00Z" if one.merged_as else None,
        "merge_commit_sha": one.merged_as,
        "head": {"ref": one.branch},
        "base": {"ref": "main"},
    }


def _hub_issues(memory: Memory, query: Mapping[str, str]) -> list[Entry]:
    """Open issues; open pull requests are among them."""
    assert query["state"] == "open"
    found: list[Entry] = [
        {"number": n, "user": {"login": one.author}, "title": one.title, "body": one.body}
        for n, one in memory.issues.items()
        if one.is_open
    ]
    return found + [
        {"number": n, "user": {"login": BOT["github"]}, "body": one.body, "pull_request": {}}
        for n, one in memory.requests.items()
        if one.is_open
    ]


def _commented(memory: Memory, number: int) -> dict[int, tuple[object, str]]:
    found = memory.requests.get(number)
    return found.comments if found else memory.issues[number].comments


def _add_comment(memory: Memory, number: int, text: str) -> int:
    assert 0 < len(text) <= 65_536
    new = memory.number()
    _commented(memory, number)[new] = (BOT[memory.kind], text)
    return new


def _edit_comment(memory: Memory, comment: int, text: str) -> Entry:
    for number in (*memory.requests, *memory.issues):
        comments = _commented(memory, number)
        if comment in comments:
            assert comments[comment][0] == BOT[memory.kind], "only what is ours is edited"
            comments[comment] = (BOT[memory.kind], text)
            return {"id": comment}
    raise KeyError(comment)


def _add_issue(memory: Memory, title: str, body: str, label: str) -> int:
    number = memory.number()
    memory.issues[number] = Issue(title, body, BOT[memory.kind], label)
    return number


def _add_request(memory: Memory, branch: str, base: str, title: str, body: str) -> int:
    assert base == "main"
    assert all(one.branch != branch or not one.is_open for one in memory.requests.values())
    number = memory.number()
    memory.requests[number] = Request(branch, title, body)
    return number


def _edits(things: str, text: str, state: str, closed: str) -> Route:
    """Changes the title, the text or the state of an issue or a request."""

    def edit(asked: Asked) -> Entry:
        one = getattr(asked.memory, things)[asked.number]
        one.title = asked.body.get("title", one.title)
        one.body = asked.body.get(text, one.body)
        one.is_open = one.is_open and asked.body.get(state) != closed
        return {"title": one.title}

    return edit


_HUB = r"/repos/wisp/red"
_GITHUB: dict[str, Route] = {
    rf"GET {_HUB}/commits/(\w+)/pulls": lambda a: [
        _hub_request(n, one) for n, one in a.memory.requests.items() if one.merged_as == a.part
    ],
    rf"GET {_HUB}/issues/(\d+)/comments": lambda a: [
        _hub_comment(*item) for item in _commented(a.memory, a.number).items()
    ],
    rf"POST {_HUB}/issues/(\d+)/comments": lambda a: {
        "id": _add_comment(a.memory, a.number, a.body["body"])
    },
    rf"PATCH {_HUB}/issues/comments/(\d+)": lambda a: _edit_comment(
        a.memory, a.number, a.body["body"]
    ),
    rf"GET {_HUB}/issues": lambda a: _hub_issues(a.memory, a.query),
    rf"POST {_HUB}/issues": lambda a: {
        "number": _add_issue(a.memory, a.body["title"], a.body["body"], a.body["labels"][0])
    },
    rf"PATCH {_HUB}/issues/(\d+)": _edits("issues", "body", "state", "closed"),
    rf"GET {_HUB}/pulls": lambda a: [
        _hub_request(n, one)
        for n, one in a.memory.requests.items()
        if one.is_open and a.query["head"] == f"wisp:{one.branch}"
    ],
    rf"POST {_HUB}/pulls": lambda a: {
        "number": _add_request(
            a.memory, a.body["head"], a.body["base"], a.body["title"], a.body["body"]
        )
    },
    rf"PATCH {_HUB}/pulls/(\d+)": _edits("requests", "body", "state", "closed"),
}

# -- GitLab -------------------------------------------------------------------------


def _lab_request(number: int, one: Request) -> Entry:
    state = "merged" if one.merged_as else "opened" if one.is_open else "closed"
    return {
        "iid": number,
        "id": 9000 + number,
        "state": state,
        "title": one.title,
        "description": one.body,
        "merge_commit_sha": one.merged_as,
        "squash_commit_sha": None,
        "sha": None,
        "source_branch": one.branch,
    }


_LAB = r"/api/v4/projects/42"
_GITLAB: dict[str, Route] = {
    r"GET /api/v4/user": lambda _: {"id": BOT["gitlab"], "username": "project_42_bot"},
    rf"GET {_LAB}/repository/commits/(\w+)/merge_requests": lambda a: [
        _lab_request(n, one) for n, one in a.memory.requests.items() if one.merged_as == a.part
    ],
    rf"GET {_LAB}/merge_requests/(\d+)/notes": lambda a: [
        {"id": n, "body": text, "author": {"id": author}, "system": False}
        for n, (author, text) in a.memory.requests[a.number].comments.items()
    ],
    rf"POST {_LAB}/merge_requests/(\d+)/notes": lambda a: {
        "id": _add_comment(a.memory, a.number, a.body["body"])
    },
    rf"PUT {_LAB}/merge_requests/\d+/notes/(\d+)": lambda a: _edit_comment(
        a.memory, a.number, a.body["body"]
    ),
    rf"GET {_LAB}/issues": lambda a: [
        {"iid": n, "author": {"id": one.author}, "title": one.title, "description": one.body}
        for n, one in a.memory.issues.items()
        if one.is_open and a.query["state"] == "opened"
    ],
    rf"POST {_LAB}/issues": lambda a: {
        "iid": _add_issue(a.memory, a.body["title"], a.body["description"], a.body["labels"])
    },
    rf"POST {_LAB}/issues/(\d+)/notes": lambda a: {
        "id": _add_comment(a.memory, a.number, a.body["body"])
    },
    rf"PUT {_LAB}/issues/(\d+)": _edits("issues", "description", "state_event", "close"),
    rf"GET {_LAB}/merge_requests": lambda a: [
        _lab_request(n, one)
        for n, one in a.memory.requests.items()
        if one.is_open and not one.merged_as and a.query["source_branch"] == one.branch
    ],
    rf"POST {_LAB}/merge_requests": lambda a: {
        "iid": _add_request(
            a.memory,
            a.body["source_branch"],
            a.body["target_branch"],
            a.body["title"],
            a.body["description"],
        )
    },
    rf"PUT {_LAB}/merge_requests/(\d+)": _edits("requests", "description", "state_event", "close"),
}
ROUTES = {"github": _GITHUB, "gitlab": _GITLAB}
