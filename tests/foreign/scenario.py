# SPDX-License-Identifier: GPL-3.0-or-later
"""What every foreign client is made to do: bring some menus to a wanted state, twice.

A `Client` is five verbs, each of which the driver of a library puts into that library's own
calls. `converge` reads, adds, changes, orders and removes through them and counts its writes;
a router that prints what was written another way than the client wrote it shows as a write of
the second run. Imports the emulator only to look at the end state.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

Fields = Mapping[str, str]


class Client(Protocol):
    """One library, logged in. Paths are such as `/ppp/secret`; rows hold text."""

    def read(self, path: str, names: Sequence[str]) -> list[dict[str, str]]:
        """The rows in their order, with `.id` and those of the properties that they have."""

    def add(self, path: str, fields: Fields, before: str | None) -> str:
        """Adds a row, before the row of this `.id` or at the end, and gives its `.id`."""

    def change(self, path: str, identifier: str, fields: Fields) -> None: ...

    def unset(self, path: str, identifier: str, name: str) -> None: ...

    def move(self, path: str, identifier: str, before: str | None) -> None:
        """Before that row, or to the end of the table."""

    def remove(self, path: str, identifiers: Sequence[str]) -> None: ...


@dataclass(frozen=True)
class Want:
    """The rows of a menu that hold `mark` in their comment, in this order where `ordered`.

    `key`: the property that tells them apart. Values are as the router prints them.
    """

    path: str
    key: str
    rows: tuple[Fields, ...]
    ordered: bool = False


MARK = "foreign"
ABSENT = ""


def secret(name: str, **more: str) -> Fields:
    return {
        "name": name, "service": "pppoe", "password": f"p-{name}", "profile": "hogar",
        "remote-address": ABSENT, "comment": MARK, "disabled": "false",
    } | {key.replace("_", "-"): value for key, value in more.items()}  # fmt: skip


def queue(name: str, target: str, rate: str) -> Fields:
    return {"name": name, "target": target, "max-limit": rate, "comment": MARK}


def rule(comment: str, action: str, **more: str) -> Fields:
    matchers = {key.replace("_", "-"): value for key, value in more.items()}
    return {"chain": "forward", "action": action, "comment": f"{MARK} {comment}"} | matchers


BEFORE: tuple[Want, ...] = (
    Want("/ppp/profile", "name", ({"name": "hogar", "rate-limit": "2M/10M", "comment": MARK},)),
    Want("/ppp/secret", "name", (secret("ana"), secret("beto"), secret("ñandú"))),
    Want(
        "/queue/simple",
        "name",
        (
            queue("q-ana", "10.20.0.7/32", "2000000/10000000"),
            queue("q-beto", "10.20.0.8/32", "1000000/5000000"),
            queue("q-caro", "10.20.0.9/32,10.20.1.0/29", "512000/3000000"),
        ),
        ordered=True,
    ),
    Want(
        "/ip/firewall/filter",
        "comment",
        (
            rule("one", "accept", protocol="udp", dst_port="53"),
            rule("two", "reject", protocol="tcp", reject_with="tcp-reset"),
            rule("three", "drop"),
        ),
        ordered=True,
    ),
)
# Another order, other values, rows that are new and rows that are gone.
AFTER: tuple[Want, ...] = (
    Want("/ppp/profile", "name", ({"name": "hogar", "rate-limit": "3M/12M", "comment": MARK},)),
    Want(
        "/ppp/secret",
        "name",
        (
            secret("ana", remote_address="10.20.0.7"),
            secret("ñandú", disabled="true"),
            secret("dora"),
        ),
    ),
    Want(
        "/queue/simple",
        "name",
        (
            queue("q-new", "10.20.0.10/32", "4000000/20000000"),
            queue("q-caro", "10.20.0.9/32", "512000/3000000"),
            queue("q-ana", "10.20.0.7/32", "2500000/10000000"),
        ),
        ordered=True,
    ),
    Want(
        "/ip/firewall/filter",
        "comment",
        (
            rule("three", "drop"),
            rule("one", "accept", protocol="udp", dst_port="53"),
            rule("four", "passthrough", src_address="10.20.0.0/24"),
        ),
        ordered=True,
    ),
)


def converge(client: Client, wants: Sequence[Want]) -> int:
    """Makes the marked rows of each menu what is wanted. How many writes it took."""
    return sum(_menu(client, want) for want in wants)


def _menu(client: Client, want: Want) -> int:
    names = sorted({name for row in want.rows for name in row} | {"comment", want.key})
    found = {
        row[want.key]: row
        for row in client.read(want.path, names)
        if row.get("comment", "").startswith(MARK)
    }
    wanted = {row[want.key] for row in want.rows}
    gone = [row[".id"] for key, row in found.items() if key not in wanted]
    if gone:
        client.remove(want.path, gone)
    writes = len(gone)
    order = [key for key in found if key in wanted]
    following: str | None = None
    for row in reversed(want.rows):
        key = row[want.key]
        held = found.get(key)
        if held is None:
            fields = {name: value for name, value in row.items() if value != ABSENT}
            identifier = client.add(want.path, fields, following if want.ordered else None)
            writes += 1
        else:
            identifier = held[".id"]
            writes += _bring(client, want, row, held)
            writes += _place(client, want, key, identifier, following, order)
        following = identifier
    return writes


def _bring(client: Client, want: Want, row: Fields, held: Fields) -> int:
    differing = {name: value for name, value in row.items() if held.get(name, ABSENT) != value}
    written = {name: value for name, value in differing.items() if value != ABSENT}
    if written:
        client.change(want.path, held[".id"], written)
    for name in differing.keys() - written.keys():
        client.unset(want.path, held[".id"], name)
    return len(differing)


def _place(
    client: Client, want: Want, key: str, identifier: str, following: str | None, order: list[str]
) -> int:
    """Rows are placed from the last up; `order` is what of the old order still has to come."""
    expected = order[-1] if order else None
    order.remove(key)
    if not want.ordered or expected == key:
        return 0
    client.move(want.path, identifier, following)
    return 1
