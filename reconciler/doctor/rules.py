# SPDX-License-Identifier: GPL-3.0-or-later
"""Firewall rules: are ours there, in order and on, and does anything let the suspended by? Pure.

NAT sees only the first packet of a connection, and a redirect ends in the router itself, so neither
cuts anybody: only a rule of chain forward does (MikroTik's packet flow). Imports adopt, change,
kinds, marks, models, render, sessions, status and its neighbours.
"""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, summarize_address_range

from reconciler.adopt.debtors import is_debtors_name, is_notice_name
from reconciler.change import Action, Change
from reconciler.doctor.case import Case, blocked_networks, finding, is_enabled, networks_of_service
from reconciler.errors import Problem
from reconciler.kinds import FILTER, FILTER6, NAT, PRIVATE_CHAINS
from reconciler.marks import Row, is_fixed
from reconciler.models import ConnectionsMode
from reconciler.render import describe
from reconciler.sessions import has_fasttrack
from reconciler.status.clients import networks_of
from reconciler.wording import listing, printable

_REFUSALS = ("drop", "reject", "tarpit")
_PASSES = ("accept", "fasttrack-connection")


def our_rules(case: Case) -> Iterator[Problem]:
    """What a plan would do to the block rules."""
    changes = [change for change in case.plan.changes if change.kind in (FILTER, FILTER6, NAT)]
    for change in changes:
        place = f"{change.kind.path} {_name(change)}"
        if change.action is Action.ADD:
            yield finding("rule-missing", f"the block rule {place} is missing.", case.apply)
        elif change.action is Action.MOVE:
            text = f"the block rule {place} is out of its place: what stands before it decides."
            yield finding("rule-order", text, case.apply)
        elif change.action is Action.SET and change.before.get("disabled") == "true":
            yield finding("rule-disabled", f"the block rule {place} is disabled.", case.apply)
        elif change.action is Action.SET:
            text = f"the block rule was changed by hand: {describe(change)}."
            yield finding("rule-changed", text, case.apply)


def _name(change: Change) -> str:
    return change.mark.removeprefix("router/")


def any_block(case: Case) -> Iterator[Problem]:
    """A router that holds no rules of ours must have some of its own."""
    if case.router.block_rules or not case.suspended or _blocking(case):
        return
    nat = [row for row in case.rows(NAT.path) if _is_for_debtors(case, row)]
    only_nat = (
        " It has NAT rules for it, but these see only the first packet of a connection and"
        " nothing of HTTPS, ICMP and IPv6."
        if nat
        else ""
    )
    text = f"no rule of chain forward blocks the list {case.suspended_list}.{only_nat}"
    yield finding(
        "no-block-rules", text, f"Set `block_rules: true` in {case.file}, then {case.apply}"
    )


def _forward(case: Case) -> list[Row]:
    """The enabled rules of chain forward that people made, in order."""
    return [
        row
        for row in case.rows(FILTER.path)
        if row.get("chain") == "forward" and is_enabled(row) and not is_fixed(row)
    ]


def _blocking(case: Case) -> Row | None:
    """The first rule that refuses what the suspended list sends."""
    for row in _forward(case):
        if row.get("src-address-list") == case.suspended_list and "protocol" not in row:
            action = row.get("action")
            if action in _REFUSALS or (action == "jump" and _refuses(case, row)):
                return row
    return None


def _refuses(case: Case, jump: Row) -> bool:
    return any(
        row.get("chain") == jump.get("jump-target") and row.get("action") in _REFUSALS
        for row in case.rows(FILTER.path)
        if is_enabled(row)
    )


def accepts_before(case: Case) -> Iterator[Problem]:
    """Rules that let a suspended client through before it is blocked."""
    rows, block = _forward(case), _blocking(case)
    if block is None:
        return
    before = rows[: rows.index(block)]
    passing = [row for row in before if _lets_pass(case, row, set()) and _may_match(case, row)]
    if not passing:
        return
    names = listing(_title(row) for row in passing)
    text = f"chain forward lets clients through before it blocks the suspended: {names}."
    ours = FILTER.mark_of(block) is not None
    move = f"/ip firewall filter move {block['.id']} destination={passing[0]['.id']}"
    yield finding("accepts-before", text, case.apply if ours else f"On the router: {move}")


def _lets_pass(case: Case, row: Row, seen: set[str]) -> bool:
    if row.get("action", "accept") in _PASSES:
        return True
    target = row.get("jump-target", "")
    if row.get("action") != "jump" or target in seen or target in PRIVATE_CHAINS:
        return False
    return any(
        _lets_pass(case, one, {*seen, target})
        for one in case.rows(FILTER.path)
        if one.get("chain") == target and is_enabled(one)
    )


def _may_match(case: Case, row: Row) -> bool:
    """Whether a rule can match what a client sends who is suspended, or may be one day."""
    if row.get("dst-port") == "53" or row.get("dst-address-list") == case.router.lists.allowed:
        return False
    if _is_from_outside(case, row) or row.get("connection-state") == "invalid":
        return False
    clients = blocked_networks(case) or [
        network for sub in case.subs for network in networks_of_service(sub)
    ]
    return _matches_source(row, clients) and _matches_list(case, row, clients)


def _matches_source(row: Row, clients: Sequence[IPv4Network]) -> bool:
    source = row.get("src-address", "")
    if not source or source.startswith("!"):
        return True
    ranges = _networks(source)
    return not ranges or any(one.overlaps(client) for one in ranges for client in clients)


def _networks(text: str) -> list[IPv4Network]:
    first, dash, last = text.partition("-")
    try:
        if dash:
            return list(summarize_address_range(IPv4Address(first), IPv4Address(last)))
        return [IPv4Network(text, strict=False)]
    except ValueError:
        return []


def _matches_list(case: Case, row: Row, clients: Sequence[IPv4Network]) -> bool:
    name = row.get("src-address-list", "")
    if not name or name == case.suspended_list:
        return True
    if name.startswith("!"):
        return name != f"!{case.suspended_list}"
    members = networks_of(case.rows("/ip/firewall/address-list"), name)
    return any(one.overlaps(client) for one in members for client in clients)


def _is_from_outside(case: Case, row: Row) -> bool:
    """Rules for what comes in from the Internet."""
    wans = set(case.router.wan_interfaces)
    if row.get("in-interface") in wans:
        return True
    name = row.get("in-interface-list", "")
    members = {
        one.get("interface") for one in case.rows("/interface/list/member") if one["list"] == name
    }
    return bool(members) and members <= wans


def _title(row: Row) -> str:
    return printable(row.get("comment") or f"{row.get('action', 'accept')} {row['.id']}")


def redirects(case: Case) -> Iterator[Problem]:
    """NAT rules of other systems, which take the suspended past the block rules."""
    for row in case.rows(NAT.path) if case.router.block_rules else ():
        action = row.get("action")
        if action not in ("redirect", "dst-nat") or not _is_for_debtors(case, row):
            continue
        proxy = any(one.get("enabled") in ("true", "yes") for one in case.rows("/ip/proxy"))
        where = "to itself, where no rule of chain forward sees it"
        if action == "dst-nat":
            where = f"to {row.get('to-addresses', '?')}"
        elif proxy:
            where += ", and its web proxy fetches pages for them"
        text = (
            f"the NAT rule {_title(row)} of another billing system still sends what the suspended"
            f" ask for {where}."
        )
        mend = f"On the router: /ip firewall nat disable {row['.id']}"
        yield finding("redirect-leftover", text, mend)


def _is_for_debtors(case: Case, row: Row) -> bool:
    name = row.get("src-address-list", "")
    is_foreign = NAT.mark_of(row) is None and not is_fixed(row)
    return is_foreign and is_enabled(row) and (name == case.suspended_list or is_debtors_name(name))


def wide_notices(case: Case) -> Iterator[Problem]:
    """A reminder that takes all that a client asks for keeps who pays from browsing."""
    for row in case.rows(NAT.path):
        name = row.get("src-address-list", "")
        is_theirs = NAT.mark_of(row) is None and not is_fixed(row) and is_enabled(row)
        is_notice = name == case.router.lists.notice or is_notice_name(name)
        takes = row.get("action") in ("redirect", "dst-nat") and row.get("dst-port") != "80"
        if is_notice and takes and is_theirs:
            ports = row.get("dst-port", "all")
            text = (
                f"the NAT rule {_title(row)} takes {row.get('protocol', 'all')} ports"
                f" {printable(ports)} of whom it reminds: their HTTPS fails instead of a notice."
            )
            mend = f"On the router: /ip firewall nat disable {row['.id']}"
            yield finding("wide-notice", text, mend, warning=True)


def ipv6_prefixes(case: Case) -> Iterator[Problem]:
    """With `ipv6_block` only the prefixes that the files name are blocked."""
    routed = any(
        is_enabled(row) and not row.get("address", "").lower().startswith(("fe80", "::1"))
        for row in case.rows("/ipv6/address")
    )
    bare = [sub.id for sub in case.suspended if not sub.service.ipv6]
    if case.router.ipv6_block and routed and bare:
        text = f"the router forwards IPv6, and these have no `ipv6:` to block: {listing(bare)}."
        yield finding("ipv6-no-prefix", text, "Write the prefixes that they get into their files")


def kept_connections(case: Case) -> Iterator[Problem]:
    """Fasttracked connections pass by every rule until they end."""
    never = case.router.connections.mode is ConnectionsMode.NEVER
    if never and case.suspended and has_fasttrack(case.rows(FILTER.path)):
        text = (
            "connections that fasttrack took over go on after a suspension, and `connections:"
            " never` leaves them."
        )
        yield finding("connections-kept", text, f"Set `connections: auto` in {case.file}")
