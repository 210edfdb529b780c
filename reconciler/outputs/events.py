# SPDX-License-Identifier: GPL-3.0-or-later
"""The events of an apply, one JSON a line: those of `--format json` and of the journal.

Imports conversation, planning, sessions and plans.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from reconciler.conversation import AnswerState
from reconciler.outputs.plans import Change, Count, Positive, Said
from reconciler.planning import Status
from reconciler.sessions import SessionKind


class Event(Said):
    """A line of `apply --format json` and of the journal."""

    event: str
    """What happened."""
    run: str
    """The run: its time in UTC, and a few random letters."""
    time: str
    """When, ISO, UTC."""


class Begin(Event):
    """The run begins."""

    event: Literal["begin"]
    commit: str | None
    """The commit that is applied."""
    owner: str
    """Who runs it, as the lease has it."""
    undoes: str | None
    """The run that is taken back."""
    resumes: str | None
    """The run that is gone on with."""
    override: dict[str, Any] | None
    """`reason`, and the rules of change windows that were `lifted`."""
    unfinished: list[dict[str, Any]]
    """Sessions that the run before was to end."""


class OfRouter(Event):
    router: str
    """Id of the router."""


class RouterEvent(OfRouter):
    """Whether a router was reached, and why not."""

    event: Literal["router"]
    status: Status
    """Whether it was read."""
    version: str | None
    """RouterOS version."""
    error: str | None
    """Why it was not read."""


class Planned(OfRouter):
    """A change that is about to be made."""

    event: Literal["planned"]
    change: Positive
    """Its number in this run."""
    planned: Change
    """As in a plan."""


class Ending(OfRouter):
    """A session, or the connections of an address, that ends with a change."""

    event: Literal["ending"]
    change: Positive
    """The number of the change."""
    kind: SessionKind
    """What it is."""
    client: str
    """Whose: `client/service`."""
    name: str
    """The login, or the address."""


class Ended(OfRouter):
    """It is over, or need not end."""

    event: Literal["ended"]
    kind: SessionKind
    """What it is."""
    client: str
    """Whose: `client/service`."""
    name: str
    """The login, or the address."""


class Trying(OfRouter):
    """Commands for these changes are sent."""

    event: Literal["trying"]
    changes: list[Positive]
    """Their numbers."""


class Result(OfRouter):
    """The router's answer."""

    event: Literal["result"]
    changes: list[Positive]
    """Their numbers."""
    state: AnswerState
    """What became of the command."""
    message: str | None
    """The router's own words."""


class Wave(Event):
    """A wave begins."""

    event: Literal["wave"]
    wave: Positive
    """Its number."""
    of: Positive
    """How many there are."""
    routers: list[str]
    """Ids of its routers."""


class Health(OfRouter):
    """How a router is after its wave."""

    event: Literal["health"]
    healthy: bool
    """Whether the next wave may begin."""
    reason: str | None
    """Why not."""
    sessions_before: Count
    """Live sessions before the wave."""
    sessions: Count | None
    """Live sessions now; null where it does not answer."""
    cpu: Count | None
    """Load in percent; null where it does not answer."""


class End(Event):
    """The run is over."""

    event: Literal["end"]
    exit_code: Count
    """As in docs/commands.md."""


ApplyEvent = Annotated[
    Begin | RouterEvent | Planned | Ending | Trying | Result | Ended | Wave | Health | End,
    Field(discriminator="event"),
]
