# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs `tests/cases/<slug>.yaml`: rows on a router, a small state repository, the changes between.

See tests/cases/README.md for the format. Beside the expected changes each case is held to a law:
a router that carried the changes out, one by one, needs none any more.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.arrange import break_waves, make_waves
from reconciler.change import Action, Change
from reconciler.changeset import ChangeSet, to_json
from reconciler.compile import compile_router
from reconciler.inventory import load
from reconciler.kinds import KINDS, Kind
from reconciler.planning import RouterPlan, plan_router
from reconciler.run import Scope, narrowing
from reconciler.secrets import Secrets
from reconciler.state import parse_state
from reconciler.survey import Actual

CASES = Path(__file__).resolve().parents[1] / "cases"
ENVIRON = {"RECONCILE_KEY": "a key for tests", "RB_PASSWORD": "pw"}
SECTIONS = {"about", "want", "have", "expect", "noticed", "adopt", "missing", "clients"}

Rows = list[dict[str, str]]
Tables = dict[str, Rows]
Data = dict[str, Any]


class TextLoader(yaml.SafeLoader):
    """Every scalar is text, as on a router, but for `null`."""


TextLoader.yaml_implicit_resolvers = {
    letter: [pair for pair in pairs if pair[0].endswith(":null")]
    for letter, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(path: Path) -> Data:
    data = yaml.load(path.read_text(encoding="utf-8"), TextLoader)
    assert isinstance(data, dict), path
    return data


DEFAULTS = read_yaml(CASES / "_defaults.yaml")
SLUGS = sorted(path.stem for path in CASES.glob("[a-z]*.yaml"))


@dataclass(frozen=True)
class Case:
    """One file of tests/cases with the repository it describes, written to `root`."""

    data: Data
    root: Path

    @property
    def tables(self) -> Tables:
        return {
            path: [{".id": f"*{at:X}", **row} for at, row in enumerate(rows, 1)]
            for path, rows in self.data.get("have", {}).items()
        }

    def plan(self, tables: Mapping[str, Sequence[Mapping[str, str]]]) -> RouterPlan:
        inventory, problems = load(self.root)
        errors = [str(problem) for problem in problems if problem.is_error]
        assert inventory is not None, errors
        assert not errors
        secrets = Secrets(inventory.settings, ENVIRON, self.root)
        router = inventory.routers["rb"]
        wanted = compile_router(inventory, router, secrets, self.data.get("noticed", ()))
        missing = frozenset(self.data.get("missing", ()))
        state = parse_state(tables.get("/ip/firewall/address-list", ()))
        return plan_router(
            router,
            wanted,
            Actual("7.22.3", tables, missing, state),
            secrets.fingerprint,
            adopt=self.data.get("adopt") == "true",
            keep=narrowing(Scope(clients=tuple(self.data.get("clients", ()))), inventory),
        )


def write_repository(root: Path, want: Data) -> None:
    """A repository of one router `rb` and one zone `norte`, and what the case says of it."""
    unknown = set(want) - {"router", "routers", "zone", "zones", "plans", "clients"}
    assert not unknown, unknown
    put(
        root / "reconcile.yaml",
        {
            "format": "1",
            "company": {"name": "Enlaces"},
            "locale": "es_MX",
            "timezone": "America/Mexico_City",
            "currency": "MXN",
            "secrets": {"key": {"env": "RECONCILE_KEY"}, "allow_plain": "true"},
        },
    )
    router = {
        "host": "10.0.0.1",
        "tls": "true",
        "username": "reconcile",
        "password": {"env": "RB_PASSWORD"},
        "lan_interface": "bridge-lan",
        "block_rules": "false",
    }
    routers = {"rb": want.get("router", {})} | want.get("routers", {})
    zones = {"norte": want.get("zone", {})} | want.get("zones", {})
    for folder, items, base in (
        ("inventory/routers", routers, router),
        (
            "inventory/zones",
            zones,
            {"name": "Norte", "router": "rb", "addresses": ["10.20.0.0/24"]},
        ),
        ("plans", want.get("plans", {}), {"price": "300.00"}),
        ("inventory/clients", want.get("clients", {}), {"zone": "norte"}),
    ):
        for name, item in items.items():
            titled = {"name": name.title()} if folder == "inventory/clients" else {}
            put(root / folder / f"{name}.yaml", {"id": name} | base | titled | item)


def put(path: Path, data: Data) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")


@pytest.fixture(params=SLUGS)
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Case:
    data = read_yaml(CASES / f"{request.param}.yaml")
    assert data["about"]
    assert set(data) <= SECTIONS
    write_repository(tmp_path, data.get("want", {}))
    return Case(data, tmp_path)


def expected_change(given: Data) -> Data:
    """The change as JSON: what a case leaves out is at its default."""
    full: Data = {"router": "rb", "before": {}, "after": {}} | given
    for side, action in (("after", "add"), ("before", "remove")):
        if full["action"] == action:
            full[side] = DEFAULTS[full["path"]] | full[side]
    return full


def actual_change(entry: Data) -> Data:
    del entry["digests"]
    return entry | {"source": entry["source"]["id"]}


def sorted_changes(changes: Sequence[Data]) -> list[Data]:
    return sorted(changes, key=lambda change: json.dumps(change, sort_keys=True))


def test_there_are_cases_enough_to_mean_something() -> None:
    assert len(SLUGS) >= 40


def test_case(case: Case) -> None:
    plan = case.plan(case.tables)
    found = to_json(ChangeSet((plan,)))
    expect = case.data["expect"]
    for part in ("changes", "notices"):
        wanted = sorted_changes([expected_change(item) for item in expect.get(part, ())])
        assert sorted_changes([actual_change(item) for item in found[part]]) == wanted, part
    problems = sorted(found["problems"], key=lambda problem: str(problem["code"]))
    given = sorted(expect.get("problems", ()), key=lambda problem: str(problem["code"]))
    assert [problem["code"] for problem in problems] == [problem["code"] for problem in given]
    for problem, named in zip(problems, given, strict=True):
        assert {name: str(problem[name]) for name in named} == named
    sessions = [f"{one.kind} {one.client} {one.name}" for one in plan.sessions]
    waiting = [f"{one.kind} {one.client} {one.name}" for one in plan.sessions if one.waits]
    assert sessions == expect.get("sessions", [])
    assert waiting == expect.get("waiting", [])
    assert plan.status == expect.get("status", "ok")
    if "order" in expect:
        waves = [*make_waves(plan.changes), *break_waves(plan.changes)]
        order = [[" ".join(title(change)) for change in wave] for wave in waves]
        assert order == expect["order"]


def title(change: Change) -> Iterator[str]:
    yield change.action.value
    yield change.kind.path
    yield from (str(part) for part in change.key.values())


def test_carried_out_it_is_done(case: Case) -> None:
    tables = case.tables
    before = case.plan(tables)
    for wave in (*make_waves(before.changes), *break_waves(before.changes)):
        carry_out(tables, wave)
    after = case.plan(tables)
    assert not [" ".join(title(change)) for change in after.changes]


def carry_out(tables: Tables, wave: Sequence[Change]) -> None:
    """Does to `tables` what a router does, which refuses two rows of one key."""
    for change in wave:
        rows = tables.setdefault(change.kind.path, [])
        if change.action is Action.ADD:
            row = {".id": f"*N{change.mark}{len(rows)}", **dict(change.words)}
            rows.append(row)
            move(rows, row, change)
        elif change.action is Action.REMOVE:
            rows.remove(of_id(rows, change.row_id))
        elif change.action is Action.MOVE:
            move(rows, of_id(rows, change.row_id), change)
        else:
            row = of_id(rows, change.row_id)
            row.update(change.words)
            for name in change.unset:
                del row[name]
        refuse_duplicates(change.kind, rows)


def of_id(rows: Rows, row_id: str | None) -> dict[str, str]:
    return next(row for row in rows if row[".id"] == row_id)


def move(rows: Rows, row: dict[str, str], change: Change) -> None:
    place = change.place
    if place is None:
        return
    rows.remove(row)
    if place.before_id or place.before_mark:
        mark = f"[rc:{place.before_mark}]"
        target = next(
            other
            for other in rows
            if other[".id"] == place.before_id
            or (place.before_mark and other.get("comment", "").endswith(mark))
        )
        rows.insert(rows.index(target), row)
    else:
        rows.append(row)


def refuse_duplicates(kind: Kind, rows: Rows) -> None:
    if kind.key and kind.path != "/ip/arp":
        ours = [kind.key_of(row) for row in rows if kind.mark_of(row) is not None]
        assert len(ours) == len(set(ours)), f"{kind.path}: two rows of one key"


def test_the_defaults_name_every_managed_field() -> None:
    assert {path: set(fields) for path, fields in DEFAULTS.items()} == {
        kind.path: set(kind.by_name) for kind in KINDS
    }
