# SPDX-License-Identifier: GPL-3.0-or-later
"""What another billing system left behind on an adopted router, and its removal when asked.

The one place where rows without our mark are removed: only with `--tidy`, only on a router that
holds all that the files say, and only rows whose removal lets nobody browse. Imports addresses,
adopt, change, desired, errors, kinds, making, marks, models, planning, survey and work.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from reconciler.addresses import network_of
from reconciler.adopt.leftovers import page_of
from reconciler.change import Action, Change
from reconciler.desired import TIDY, Source
from reconciler.errors import Problem, Severity
from reconciler.kinds import (
    ADDRESS_LIST,
    ARP,
    HOTSPOT_USER,
    NAT,
    PPP_SECRET,
    PROXY_ACCESS,
    QUEUE_SIMPLE,
    Kind,
)
from reconciler.making import json_key
from reconciler.marks import Row, is_disabled, is_fixed
from reconciler.models import Router
from reconciler.planning import RouterPlan, Status
from reconciler.survey import Actual
from reconciler.work import Target, planner

# Targets wider than this say nothing about single addresses.
_WIDEST = 25


def tidying(target: Target, actual: Actual) -> RouterPlan:
    """A planner: the leftovers of a router that is as the files say; else its plan, and a word."""
    plan = planner(target, actual)
    if plan.status is not Status.OK or target.keep is not None or plan.changes:
        return replace(plan, problems=(*plan.problems, _not_yet(target.router)))
    return replace(plan, changes=tuple(leftovers(target.router, actual)))


def is_tidied(entries: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a plan file was made with `--tidy`."""
    return any(entry["source"]["id"] == TIDY for entry in entries)


def leftovers(router: Router, actual: Actual) -> Iterator[Change]:
    """The removals, each of a row that is nobody's."""
    entries = list(_list_entries(router, actual))
    gone = {change.row_id for change in entries}
    lists = [row for row in actual.rows(ADDRESS_LIST.path) if row[".id"] not in gone]
    yield from entries
    yield from _pages(router, actual, lists)


def _not_yet(router: Router) -> Problem:
    return Problem(
        "tidy-waits",
        f"nothing of {router.id} is tidied up yet.",
        "Look at it whole, and first apply the changes that it still needs",
        severity=Severity.WARNING,
        router=router.id,
    )


def _list_entries(router: Router, actual: Actual) -> Iterator[Change]:
    """Entries of the lists of who is cut or reminded whose address nothing on the router has."""
    names = (router.lists.suspended, router.lists.notice)
    in_use = _addresses_in_use(actual, names)
    for row in actual.rows(ADDRESS_LIST.path):
        if row.get("list") not in names or is_fixed(row) or ADDRESS_LIST.mark_of(row):
            continue
        try:
            address = IPv4Address(row.get("address", ""))
        except ValueError:
            continue
        if not any(address in network for network in in_use.get(int(address) >> 8, ())):
            yield _removal(ADDRESS_LIST, row, "Entries of nobody")


def _addresses_in_use(actual: Actual, but_lists: tuple[str, str]) -> dict[int, list[IPv4Network]]:
    """Networks that rows of clients name, by the first 24 bits; ours and other people's."""
    texts = [row.get("remote-address", "") for row in actual.rows(PPP_SECRET.path)]
    texts += [row.get("address", "") for row in actual.rows(HOTSPOT_USER.path)]
    texts += [row.get("address", "") for row in actual.rows(ARP.path)]
    for row in actual.rows(QUEUE_SIMPLE.path):
        texts += row.get("target", "").split(",")
    for row in actual.rows(ADDRESS_LIST.path):
        if row.get("list") not in but_lists or ADDRESS_LIST.mark_of(row):
            texts.append(row.get("address", ""))
    found: dict[int, list[IPv4Network]] = {}
    for network in map(network_of, texts):
        if network and network.prefixlen >= _WIDEST:
            found.setdefault(int(network.network_address) >> 8, []).append(network)
    return found


def _pages(router: Router, actual: Actual, lists: Sequence[Row]) -> Iterator[Change]:
    """All pages but one for each address that a rule still leads to the proxy.

    Without any page such a client would browse through the proxy. Who is cut keeps the page that
    says so, though an older one may stand before it.
    """
    led, cut = _led_to_proxy(actual, lists), _members(lists, {router.lists.suspended})
    pages: dict[str, list[Row]] = {}
    for row in actual.rows(PROXY_ACCESS.path):
        if page_of(row) is not None and not is_fixed(row):
            pages.setdefault(row["src-address"], []).append(row)
    for address, rows in pages.items():
        right = [row for row in rows if page_of(row) == (address in cut)]
        kept = (right or rows)[0] if address in led else None
        for row in rows:
            if row is not kept:
                yield _removal(PROXY_ACCESS, row, "Pages of single clients")


def _led_to_proxy(actual: Actual, lists: Sequence[Row]) -> set[str]:
    """The members of every list whose traffic an enabled rule redirects to the router itself."""
    rules = [row for row in actual.rows(NAT.path) if row.get("action") == "redirect"]
    return _members(lists, {row.get("src-address-list") for row in rules if not is_disabled(row)})


def _members(lists: Sequence[Row], names: Collection[str | None]) -> set[str]:
    found = (row for row in lists if row.get("list") in names and not is_disabled(row))
    return {row.get("address", "") for row in found}


def _removal(kind: Kind, row: Row, label: str) -> Change:
    before = {item.name: item.canonical(row.get(item.name)) for item in kind.fields}
    return Change(
        Action.REMOVE,
        kind,
        json_key(kind, TIDY, row),
        before,
        {},
        Source(TIDY, label=label),
        TIDY,
        row_id=row[".id"],
        row=row,
    )
