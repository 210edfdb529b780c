# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages between a run and its workers: plain data, no secret, nothing that is kept open.

A message says all that a worker needs but for the inventory, which goes along as a parcel, and for
secrets, which the worker resolves itself. Imports nothing of the project but its neighbours.
"""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

Data = dict[str, Any]


class Unit(StrEnum):
    """`PLAN`: read and plan. `ASK`: a question. `SECURE`: take the lease, plan anew, ask. `MAKE`:
    adds and sets. `TAKE`: removals. `LOOK`: only see what became of them. `KEEP` and `RELEASE`:
    renew the lease, and give it back.
    """

    PLAN = "plan"
    ASK = "ask"
    SECURE = "secure"
    MAKE = "make"
    TAKE = "take"
    LOOK = "look"
    KEEP = "keep"
    RELEASE = "release"


@dataclass(frozen=True)
class Run:
    """What all messages of a run say.

    `version` of this program; `files`: the digest of the parcel; `token`: what tells the run's
    leases; `since`: when it began, ISO; `noticed`: services on the notice list.
    """

    version: str
    files: str
    token: str
    owner: str = ""
    since: str = ""
    zones: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    adopt: bool = False
    tidy: bool = False
    noticed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Order:
    """A message to a worker: one unit of work for one router.

    `attempt`: who had the lease last, as far as the run knows. `changes` are those to be made, all
    of them in every phase, `left` those that are not to be touched, `sessions` what ends with them,
    all as in `plandata`. `answers`: number, state and message of the changes that have an answer;
    `ended`: the numbers of sessions that ended. `standing`: per router that was seen, the services
    that do not stand there yet. `commit`: the state row to write. `look`: read back after the
    phase; `last`: no further phase comes.
    """

    unit: str
    router: str
    run: Data
    question: Data | None = None
    attempt: str | None = None
    changes: list[Data] = field(default_factory=list)
    left: list[Data] = field(default_factory=list)
    sessions: list[Data] = field(default_factory=list)
    answers: list[list[Any]] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    standing: dict[str, list[str]] = field(default_factory=dict)
    commit: list[Any] | None = None
    look: bool = False
    last: bool = False

    def data(self) -> Data:
        return asdict(self)

    @classmethod
    def of(cls, data: Data) -> Self:
        return cls(**data)

    @property
    def of_run(self) -> Run:
        return Run(**self.run)


class Refusal(StrEnum):
    """Why a worker did nothing: a refusal of the whole run."""

    FILES = "files"
    HELD = "held"
    STALE = "stale"
    VERSION = "version"


@dataclass
class Report:
    """A message from a worker: what came of an order.

    `refusal`: its kind and text, or for `files` problems as JSON. `plan`: as in `plandata`.
    `attempt`: who has the lease now. `lost`: why the router was not worked on. `taken_over`: an
    earlier worker was lost over the same order. The rest is what `Work` knows, changes and sessions
    by their numbers in the order.
    """

    refusal: list[Any] | None = None
    plan: Data | None = None
    answer: Any = None
    attempt: str | None = None
    lost: str | None = None
    taken_over: bool = False
    answers: list[list[Any]] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    owed: list[list[Any]] = field(default_factory=list)
    lingering: list[list[str]] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    remaining: list[Data] = field(default_factory=list)
    verified: bool = False
    state: list[Any] | None = None

    def data(self) -> Data:
        return asdict(self)

    @classmethod
    def of(cls, data: Data) -> Self:
        return cls(**data)
