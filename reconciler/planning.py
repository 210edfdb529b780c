# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wanted of one router against what it holds -> its plan. Pure.

Imports everything of the pure middle; never a router, a clock or a file.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from reconciler.change import Action, Change
from reconciler.desired import Desired, Wanted
from reconciler.diff import diff
from reconciler.errors import Problem
from reconciler.kinds import (
    ADDRESS_LIST,
    ADDRESS_LIST6,
    BY_PATH,
    HOTSPOT_USER,
    KINDS,
    PPP_SECRET,
    REFERENCES,
    SUSPENDED_PROFILE,
    Kind,
)
from reconciler.making import Digest, Terms, unmark
from reconciler.marks import Row, is_disabled, is_service_mark
from reconciler.models import ConnectionsMode, Router
from reconciler.sessions import Session, entering_suspension, has_fasttrack, touched
from reconciler.state import State
from reconciler.survey import Actual
from reconciler.warnings import warnings_of


class Status(StrEnum):
    OK = "ok"
    UNREACHABLE = "unreachable"
    CONFLICT = "conflict"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Census:
    """The services of a router as limits count them, each a set of marks (`client/service`).

    `held`: with marked rows before; `suspended`: of these, those that were suspended; `wanted`:
    that the files put on this router; `to_suspend`: of these, those that the files suspend;
    `known`: that the files know at all, on any router and in any state.
    """

    held: frozenset[str] = frozenset()
    suspended: frozenset[str] = frozenset()
    wanted: frozenset[str] = frozenset()
    to_suspend: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()


@dataclass(frozen=True)
class RouterPlan:
    """One router's changes in no particular order, what they end, and what is wrong.

    `sessions` are candidates until somebody has looked who is logged in. `owed`: removals that wait
    until the service stands on the router named beside them.
    """

    router: str
    status: Status = Status.OK
    version: str | None = None
    changes: tuple[Change, ...] = ()
    sessions: tuple[Session, ...] = ()
    problems: tuple[Problem, ...] = ()
    error: str | None = None
    state: State | None = None
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    census: Census = Census()

    def moves_to(self, change: Change) -> str | None:
        """The router on which the service of a removal lives now, None where it has none."""
        is_removal = change.action is Action.REMOVE
        return self.elsewhere.get(change.mark) if is_removal else None


Keep = Callable[[Change], bool]


def plan_router(
    router: Router,
    wanted: Wanted,
    actual: Actual,
    digest: Digest,
    *,
    adopt: bool = False,
    keep: Keep | None = None,
) -> RouterPlan:
    """The smallest change set for one router; `keep` narrows it to what was asked for."""
    terms = Terms(
        router.id,
        adopt=adopt,
        lets_go=wanted.unmanaged.__contains__,
        sources={row.mark: row.source for row in wanted.rows},
        digest=digest,
        notice_list=router.lists.notice,
    )
    changes: list[Change] = []
    problems: list[Problem] = []
    by_kind = _by_kind(wanted.rows)
    for kind in KINDS:
        rows = by_kind.get(kind.path, [])
        if rows and kind.path in actual.missing:
            problems.append(_missing_menu(kind, router.id, rows[0]))
            continue
        outcome = diff(kind, rows, actual.rows(kind.path), terms)
        changes += outcome.changes
        problems += outcome.problems
    spared = _spared(changes, actual.tables, terms.lets_go)
    changes = [
        change
        for change in changes
        if (change.kind.path, change.row_id) not in spared and (keep is None or keep(change))
    ]
    conflict = any(problem.is_error for problem in problems)
    problems += warnings_of(router, wanted.rows, actual)
    return RouterPlan(
        router.id,
        Status.CONFLICT if conflict else Status.OK,
        version=actual.version,
        changes=tuple(changes),
        sessions=tuple(ending_sessions(router, changes, wanted, actual)),
        problems=tuple(problems),
        state=actual.state,
        elsewhere=wanted.elsewhere,
        census=take_census(router, wanted, actual),
    )


def narrowed(
    plan: RouterPlan, keep: Callable[[Change], bool]
) -> tuple[RouterPlan, tuple[Change, ...]]:
    """The plan with only the changes to keep, and what these end; and the changes left out."""
    kept = tuple(change for change in plan.changes if keep(change))
    ids = {id(change) for change in kept}
    sessions = tuple(session for session in plan.sessions if id(session.cause) in ids)
    left = tuple(change for change in plan.changes if id(change) not in ids)
    return replace(plan, changes=kept, sessions=sessions), left


def take_census(router: Router, wanted: Wanted, actual: Actual) -> Census:
    held: set[str] = set()
    suspended: set[str] = set()
    for kind in KINDS:
        for row in actual.rows(kind.path) if kind.commented else ():
            mark = kind.mark_of(row)
            if mark is not None and is_service_mark(mark):
                held.add(mark)
                if suspends(kind, row, router.lists.suspended):
                    suspended.add(mark)
    services = [row for row in wanted.rows if is_service_mark(row.mark)]
    blocked = {
        row.mark for row in services if suspends(row.kind, row.values, router.lists.suspended)
    }
    return Census(
        held=frozenset(held),
        suspended=frozenset(suspended),
        wanted=frozenset(row.mark for row in services),
        to_suspend=frozenset(blocked),
        known=wanted.known,
    )


def suspends(kind: Kind, row: Row, suspended_list: str) -> bool:
    """Whether a row of a service is what suspends it."""
    if kind is ADDRESS_LIST or kind is ADDRESS_LIST6:
        return row.get("list") == suspended_list
    if kind is PPP_SECRET:
        return row.get("profile", "").startswith(SUSPENDED_PROFILE)
    return kind is HOTSPOT_USER and is_disabled(row)


def detach_plan(router: Router, actual: Actual) -> RouterPlan:
    """Takes everything of ours off: clients' rows, and what they need, stay without their mark."""
    terms = Terms(router.id, lets_go=is_service_mark)
    changes: list[Change] = []
    for kind in KINDS:
        changes += diff(kind, (), actual.rows(kind.path), terms).changes
    spared = _spared(changes, actual.tables, is_service_mark)
    going = [change for change in changes if (change.kind.path, change.row_id) not in spared]
    kept = [
        unmark(BY_PATH[path], row, BY_PATH[path].mark_of(row) or "")
        for (path, _), row in spared.items()
        if BY_PATH[path].commented
    ]
    return RouterPlan(
        router.id, version=actual.version, changes=(*going, *kept), state=actual.state
    )


def _by_kind(rows: Sequence[Desired]) -> dict[str, list[Desired]]:
    result: dict[str, list[Desired]] = {}
    for row in rows:
        result.setdefault(row.kind.path, []).append(row)
    return result


def _missing_menu(kind: Kind, router: str, row: Desired) -> Problem:
    return Problem(
        code="missing-menu",
        message=f"{row.source.id} needs {kind.path}, a menu that {router} does not have.",
        hint="Install or enable the package on the router, or change the file",
        where=row.source.where,
        router=router,
    )


def _spared(
    changes: Sequence[Change], tables: Mapping[str, Sequence[Row]], lets_go: Callable[[str], bool]
) -> dict[tuple[str, str], Row]:
    """Rows about to go that are still named by a row which stays and is not ours any more."""
    removed = {(c.kind.path, c.row_id) for c in changes if c.action is Action.REMOVE}
    spared: dict[tuple[str, str], Row] = {}
    for (namer, namer_field), (used, used_field) in REFERENCES:
        candidates = [
            row for row in tables.get(used.path, ()) if (used.path, row[".id"]) in removed
        ]
        if not candidates:
            continue
        names = {
            row.get(namer_field)
            for row in tables.get(namer.path, ())
            if (namer.path, row[".id"]) in spared or _is_let_go(namer, row, lets_go)
        }
        for row in candidates:
            if row.get(used_field) in names:
                spared[used.path, row[".id"]] = row
    return spared


def _is_let_go(kind: Kind, row: Row, lets_go: Callable[[str], bool]) -> bool:
    mark = kind.mark_of(row)
    return mark is None or lets_go(mark)


def ending_sessions(
    router: Router, changes: Sequence[Change], wanted: Wanted, actual: Actual
) -> list[Session]:
    """Sessions and connections that `changes` may end; `wanted`: who uses which profile."""
    found = touched(changes, wanted, actual.tables)
    mode = router.connections.mode
    fasttrack = has_fasttrack(actual.rows("/ip/firewall/filter"))
    if mode is ConnectionsMode.ALWAYS or (mode is ConnectionsMode.AUTO and fasttrack):
        found += entering_suspension(changes, router.lists.suspended)
    return found
