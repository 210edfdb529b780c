# SPDX-License-Identifier: GPL-3.0-or-later
"""Address lists: is everybody in the suspended list who must be, and nobody else? Pure.

Imports addresses, inventory, kinds, marks, models, planning, adopt's names of lists and its
neighbours.
"""

from collections import Counter
from collections.abc import Iterator

from reconciler.addresses import network_of
from reconciler.adopt.debtors import is_debtors_name
from reconciler.doctor.case import Case, finding, is_enabled, networks_of_service, short
from reconciler.errors import Problem
from reconciler.inventory import Subscription
from reconciler.kinds import ADDRESS_LIST, HOTSPOT_USER, PPP_SECRET
from reconciler.marks import is_fixed
from reconciler.models import Mode
from reconciler.planning import suspends
from reconciler.wording import listing, printable


def not_suspended(case: Case) -> Iterator[Problem]:
    """Suspended in the files, and not on the router."""
    for sub in case.suspended:
        missing = [one for one in networks_of_service(sub) if not case.is_listed(one)]
        if missing:
            names = listing(short(one) for one in missing)
            are = "is" if len(missing) == 1 else "are"
            text = f"{sub.id} is suspended, but {names} {are} not in {case.suspended_list}."
            yield finding("not-suspended", text, case.apply)
        elif not sub.service.address and not _is_off(case, sub):
            text = f"{sub.id} is suspended and has no address, but its login is not restricted."
            yield finding("not-suspended", text, case.apply)


def _is_off(case: Case, sub: Subscription) -> bool:
    """Of who has no address: a blocked profile, or a disabled user."""
    kind = PPP_SECRET if sub.plan.mode is Mode.PPPOE else HOTSPOT_USER
    marks = {sub.id, *sub.former_ids}
    rows = [row for row in case.actual.rows(kind.path) if kind.mark_of(row) in marks]
    return all(suspends(kind, row, case.suspended_list) for row in rows)


def other_lists(case: Case) -> Iterator[Problem]:
    """Debtors' lists by another name than that of the router's file."""
    rows = [row for row in case.actual.rows(ADDRESS_LIST.path) if is_enabled(row)]
    counts = Counter(row.get("list", "") for row in rows)
    for name, count in counts.items():
        if name == case.suspended_list or not is_debtors_name(name):
            continue
        addresses = "1 address" if count == 1 else f"{count} addresses"
        text = f"the router also has the list {printable(name)} with {addresses}"
        yield finding(
            "list-mismatch",
            f"{text}; the files put the suspended into {case.suspended_list}.",
            f"If its rules are the ones that block, set `lists: {{suspended: {printable(name)}}}`"
            f" in {case.file}; else on the router:"
            f' /ip firewall address-list remove [find list="{printable(name)}"]',
            warning=True,
        )


def wide_allowance(case: Case) -> Iterator[Problem]:
    """What the suspended reach though no file says so."""
    extra = [
        printable(row.get("address", ""))
        for row in case.actual.rows(ADDRESS_LIST.path)
        if row.get("list") == case.router.lists.allowed
        and is_enabled(row)
        and not is_fixed(row)
        and ADDRESS_LIST.mark_of(row) is None
    ]
    if extra:
        text = f"the suspended also reach what somebody added by hand: {listing(extra)}."
        mend = (
            f"Write it under `allowed:` in {case.file}, or on the router: /ip firewall address-list"
            f" remove [find list={case.router.lists.allowed} address={extra[0]}]"
        )
        yield finding("allowed-by-hand", text, mend, warning=True)


def blocked_though_active(case: Case) -> Iterator[Problem]:
    """Who pays and cannot browse."""
    for sub in case.subs:
        if sub.service.is_blocked:
            continue
        found = [one for one in networks_of_service(sub) if case.is_listed(one)]
        if found:
            names = listing(short(one) for one in found)
            text = f"{sub.id} is {sub.service.status.value}, but {names} is blocked."
            ours = any(
                ADDRESS_LIST.mark_of(row) in {sub.id, *sub.former_ids} for row in case.entries
            )
            by_hand = (
                f"On the router: /ip firewall address-list remove"
                f" [find list={case.suspended_list} address={short(found[0])}]"
            )
            yield finding("active-blocked", text, case.apply if ours else by_hand)


def unmarked(case: Case) -> Iterator[Problem]:
    """Entries that nothing takes off when the client pays."""
    held = [one for sub in case.suspended for one in networks_of_service(sub)]
    bare = [
        row.get("address", "")
        for row in case.entries
        if ADDRESS_LIST.mark_of(row) is None
        and not is_fixed(row)
        and (network := network_of(row.get("address", "")))
        and any(network.overlaps(one) for one in held)
    ]
    if bare:
        text = (
            f"entries of {case.suspended_list} for our clients without our mark: {listing(bare)}."
        )
        mend = f"reconcile apply --adopt --router {case.router.id}"
        yield finding("unmarked-entry", text, mend, warning=True)


def repeated(case: Case) -> Iterator[Problem]:
    """Addresses that more than one entry holds: taking one off restores nobody."""
    twice = [
        short(network)
        for sub in case.suspended
        for network in networks_of_service(sub)
        if sum(network.subnet_of(one) for one in case.listed) > 1
    ]
    if twice:
        text = f"more than one entry of {case.suspended_list} holds {listing(twice)}."
        mend = (
            "Keep the one with our mark; on the router:"
            f" /ip firewall address-list print where list={case.suspended_list}"
        )
        yield finding("duplicate-entry", text, mend, warning=True)
