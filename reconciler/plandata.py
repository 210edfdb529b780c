# SPDX-License-Identifier: GPL-3.0-or-later
"""A router's plan as plain data and back, for another process to go on with. Pure.

It is what the JSON of a plan holds and what only this program needs: marks, labels, what ends with
which change, and the services that limits count. No secret, no row and no `.id` is in it: a plan
that was made of data is shown, counted and compared, but never written. Imports change,
changeset, desired, errors, kinds, order, planning, report, sessions and state.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from reconciler.change import Action, Change
from reconciler.changeset import change_json
from reconciler.desired import Source
from reconciler.errors import Problem, Severity, Where
from reconciler.kinds import BY_PATH
from reconciler.order import Placement
from reconciler.planning import Census, RouterPlan, Status
from reconciler.report import problem_data
from reconciler.sessions import Session, SessionKind
from reconciler.state import State

Data = Mapping[str, Any]
_SETS = ("held", "suspended", "wanted", "to_suspend", "known")


def plan_data(plan: RouterPlan) -> dict[str, Any]:
    """What `plan_of` makes the plan of again, JSON's own types alone."""
    marks = {change.mark for change in plan.changes}
    return {
        "router": plan.router,
        "status": plan.status.value,
        "version": plan.version,
        "error": plan.error,
        "changes": [change_data(plan.router, change) for change in plan.changes],
        "sessions": sessions_data(plan),
        "problems": [problem_data(problem) for problem in plan.problems],
        "state": state_data(plan.state),
        "elsewhere": {mark: home for mark, home in plan.elsewhere.items() if mark in marks},
        "census": _census_data(plan.census, marks),
    }


def plan_of(data: Data) -> RouterPlan:
    """Raises KeyError, TypeError or ValueError for what is no data of a plan."""
    changes = tuple(change_of(one) for one in data["changes"])
    return RouterPlan(
        data["router"],
        Status(data["status"]),
        data["version"],
        changes,
        sessions_of(data["sessions"], changes),
        tuple(problem_of(one) for one in data["problems"]),
        data["error"],
        state_of(data["state"]),
        data["elsewhere"],
        Census(**{name: frozenset(data["census"][name]) for name in _SETS}),
    )


def change_data(router: str, change: Change) -> dict[str, Any]:
    place = change.place
    return {
        **change_json(router, change),
        "label": change.source.label,
        "mark": change.mark,
        "notice": change.notice,
        "place": place and [place.mark, place.was, place.now],
    }


def change_of(data: Data) -> Change:
    source, place = data["source"], data["place"]
    where = Where(source["file"], source["line"]) if source["file"] else None
    return Change(
        Action(data["action"]),
        BY_PATH[data["path"]],
        data["key"],
        data["before"],
        data["after"],
        Source(source["id"], where, data["label"]),
        data["mark"],
        place=Placement(place[0], None, None, place[1], place[2]) if place else None,
        notice=data["notice"],
        digests=data["digests"],
        cause=data.get("cause"),
    )


def sessions_data(plan: RouterPlan) -> list[dict[str, Any]]:
    """The sessions of a plan, each with the number of the change that is its cause."""
    numbers = {id(change): number for number, change in enumerate(plan.changes)}
    return [
        {
            "kind": one.kind.value,
            "client": one.client,
            "name": one.name,
            "waits": one.waits,
            "cause": numbers[id(one.cause)],
        }
        for one in plan.sessions
    ]


def sessions_of(data: Iterable[Data], changes: Sequence[Change]) -> tuple[Session, ...]:
    return tuple(
        Session(
            SessionKind(one["kind"]),
            one["client"],
            one["name"],
            changes[one["cause"]],
            bool(one["waits"]),
        )
        for one in data
    )


def problem_of(data: Data) -> Problem:
    """A problem from its JSON."""
    return Problem(
        data["code"],
        data["message"],
        data["hint"],
        Where(data["file"], data["line"]) if data["file"] else None,
        Severity(data["severity"]),
        data["router"],
    )


def state_data(state: State | None) -> list[Any] | None:
    return [state.commit, state.day.isoformat(), state.tool, state.overrides] if state else None


def state_of(data: Sequence[Any] | None) -> State | None:
    if data is None:
        return None
    commit, day, tool, overrides = data
    return State(commit, date.fromisoformat(day), tool, overrides=overrides)


def _census_data(census: Census, marks: set[str]) -> dict[str, list[str]]:
    """Of all services in the files, only those are needed that the router has to do with."""
    near = marks | census.held
    found = {name: getattr(census, name) for name in _SETS} | {"known": census.known & near}
    return {name: sorted(members) for name, members in found.items()}
