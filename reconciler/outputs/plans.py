# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON of plans and of problems, as docs/commands.md tells it; only schemas are made of it.

Imports change, effects, errors, planning and sessions.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from reconciler.change import Action
from reconciler.effects import Deed
from reconciler.errors import Severity
from reconciler.planning import Status
from reconciler.sessions import SessionKind

Fingerprint = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Positive = Annotated[int, Field(ge=1)]
Count = Annotated[int, Field(ge=0)]


class Said(BaseModel):
    """A JSON object that the program writes. What is absent is null, unless it says otherwise."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class Router(Said):
    """A router of the plan."""

    router: str
    """Its id."""
    status: Status
    """Whether it was read, and could be planned."""
    version: str | None
    """RouterOS version; null where it was not reached."""
    fingerprint: Fingerprint
    """Of this router's changes alone."""
    error: str | None
    """Why it was not read."""


class Source(Said):
    """What wants a row."""

    id: str
    """`client/service`, `plan/id` or `router/part`."""
    file: str | None
    """Its file; null where no file wants the row any more."""
    line: Positive | None
    """The line in it."""


class Change(Said):
    """One row that is added, changed, moved, removed or taken over."""

    router: str
    """Id of the router."""
    path: str
    """Menu, such as `/ppp/secret`."""
    action: Action
    """What is done to the row."""
    key: dict[str, str | None]
    """What names the row."""
    before: dict[str, str | None]
    """What the router holds: the fields that differ; of a removal all managed ones."""
    after: dict[str, str | None]
    """What it will hold: the fields that differ; of an addition all managed ones."""
    digests: dict[str, str]
    """Of secret fields that change: a keyed hash, or `changed` without a key."""
    source: Source
    """What wants it."""
    cause: Literal["pending", "drift"] | SkipJsonSchema[None] = None
    """Only of `drift`: whether the next apply brings it, or somebody's hand did."""
    by: str | None = None
    """Only of `drift`: the router's user who changed it by hand, where that is known."""
    at: str | None = None
    """Only of `drift`: when, by the router's clock."""
    via: str | None = None
    """Only of `drift`: how and from where, such as `winbox 10.0.0.9`."""


class Problem(Said):
    """Something wrong."""

    severity: Severity
    """An error stops what it is about."""
    code: str
    """A stable word: see docs/problems.md."""
    file: str | None
    """Relative to the repository."""
    line: Positive | None
    """From 1."""
    router: str | None
    """Id, where it is about a router."""
    message: str
    """What is wrong."""
    hint: str | None
    """What to do."""


class Session(Said):
    """Something live that ends with a change."""

    router: str
    """Id of the router."""
    kind: SessionKind
    """A login, or the tracked connections of an address."""
    client: str
    """Whose: `client/service`."""


class Effect(Said):
    """What the plan does to one service."""

    what: Deed
    """The first that holds, from the gravest on."""
    client: str
    """Id of the client."""
    service: str
    """Id of the service."""
    name: str
    """The client's name, with the service where there are several."""
    router: str
    """Id of the router; for a move, where to."""
    details: str | None
    """In words: `owes since 2026-11-05`, `10M to 20M`."""
    drops: Count
    """Live sessions that end."""
    waits: Count
    """Live sessions that go on as they are until the next login."""
    file: str | None
    """The client's file; null where there is none."""
    line: Positive | None
    """The line in it."""
    zone: str | None
    """The client's zone; null where there is no file."""


class FileChange(Said):
    """A value that differs between the files of base and head."""

    file: str
    """The file, relative to the repository."""
    path: str
    """The value in it, `services.internet.plan`; empty for the file itself."""
    before: str | None
    """What it was; null where it was not there."""
    after: str | None
    """What it is; null where it is no more."""


class Summary(Said):
    """How many changes there are of each action; those of the notice list are not counted."""

    add: Count
    """Rows to add."""
    set: Count
    """Rows to change."""
    move: Count
    """Rules to move."""
    remove: Count
    """Rows to remove."""
    adopt: Count
    """Rows to take over."""
    sessions: Count
    """Live PPP and hotspot sessions that drop."""


class PlanOutput(Said):
    """What `plan`, `merge` and `drift --format json` and `plan --out` give."""

    format_version: Annotated[str, Field(pattern=r"^1\.")]
    """The first number changes when something is taken away."""
    fingerprint: Fingerprint
    """Of the whole change set."""
    commit: str | None
    """The commit that the files stand for; null outside git or with uncommitted edits."""
    base: str | None
    """Only of `plan --base`: the commit that the files are compared with."""
    created: str | None
    """When, ISO, UTC."""
    routers: list[Router]
    """All routers that were asked."""
    changes: list[Change]
    """What differs, but for the notice list."""
    notices: list[Change]
    """Changes of the notice list, which the date makes and no file."""
    problems: list[Problem]
    """Of files, routers and policies."""
    sessions: list[Session]
    """What ends."""
    effects: list[Effect]
    """What it does to clients, the gravest first."""
    files: list[FileChange]
    """Only of `plan --base`: what differs in the files."""
    summary: Summary
    """Numbers."""
    signature: str | None = None
    """Only in a plan file: by the repository key, null without one."""
    shard: dict[str, Any] | SkipJsonSchema[None] = None
    """Only in the plan file of a shard: what `merge` needs of it."""


class ValidateOutput(Said):
    """What `validate --format json` gives."""

    problems: list[Problem]
    """All problems of the files."""
