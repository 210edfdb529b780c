# SPDX-License-Identifier: GPL-3.0-or-later
"""What the page of a change set shows, as plain values ready to be set.

Imports errors and reading.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reconciler.errors import Problem
from reconciler.reading import FieldValues


class Tile(NamedTuple):
    """A number of the summary, and by its action a filter."""

    action: str
    sign: str
    number: int
    text: str


class Choice(NamedTuple):
    """A value and how it is shown."""

    value: str
    text: str


class Deal(NamedTuple):
    """What happens to one service. `anchor` is the place of its changes on the page."""

    name: str
    words: str
    after: str
    router: str
    zone: str
    deed: str
    anchor: str


class Deals(NamedTuple):
    """Effects of one kind under a headline."""

    deed: str
    headline: str
    deals: Sequence[Deal]
    is_open: bool


class Row(NamedTuple):
    """One change. `cause`: pending or drift, of drift alone; `ends`: what ends with it."""

    action: str
    sign: str
    path: str
    key: str
    fields: Sequence[FieldValues]
    cause: str
    ends: str


class Block(NamedTuple):
    """Changes under one heading."""

    anchor: str
    name: str
    label: str
    place: str
    deed: str
    zone: str
    rows: Sequence[Row]


class Device(NamedTuple):
    """A router, with its changes."""

    name: str
    status: str
    status_text: str
    version: str
    error: str
    amount: str
    blocks: Sequence[Block]


class Drop(NamedTuple):
    """Sessions of one client and kind that end, or with `waits` do not."""

    client: str
    router: str
    zone: str
    text: str


@dataclass(frozen=True)
class View:
    """The page. `title` is what it is of: plan, drift or preview; times are those given."""

    title: str
    summary: str
    alerts: Sequence[Choice]
    is_empty: bool
    is_open: bool
    facts: Sequence[tuple[str, str]]
    tiles: Sequence[Tile]
    deals: Sequence[Deals]
    devices: Sequence[Device]
    quiet: Sequence[Device]
    files: Sequence[Block]
    problems: Sequence[Problem]
    drops: Sequence[Drop]
    filters: Mapping[str, Sequence[Choice]]
    changes: int
    fingerprint: str
