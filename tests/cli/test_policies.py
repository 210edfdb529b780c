# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies: what they deny, what they cannot do, and that a broken one is said."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from end_to_end.test_minimal import SETTINGS, SUSPENDED, client, plan, put, settle, zone
from end_to_end.world import World

from reconciler.emulator import Device
from reconciler.policies.expressions import BadExpression, expression, message, value_of

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/policies.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"```yaml\n# (policies/\S+)\n(.*?)```", PAGE, re.DOTALL)
FRIDAY, MONDAY = ("--on", "2026-11-27"), ("--on", "2026-11-23")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path / "repo") as world:
        world.write("reconcile.yaml", SETTINGS)
        world.serve("rb-norte", Device(version="7.22.3"), block_rules="false")
        world.write("inventory/zones/norte.yaml", zone("norte", "rb-norte", "10.20"))
        world.write("plans/hogar.yaml", plan("hogar", "simple-queue", price="350.00"))
        settle(world, *(client(name, "hogar", f"10.20.0.{at}") for name, at in PEOPLE))
        yield world


PEOPLE = (("ana", 5), ("eva", 6))


def rule(world: World, name: str, **keys: str) -> None:
    world.write(f"policies/{name}.yaml", {"id": name, **keys})


def on_friday(world: World, severity: str = "error") -> None:
    rule(
        world, "fridays", about="plan", each="effects", severity=severity,
        deny='it.what == "cut" and weekday == "fri"', message="{{ it.name }} is cut on a Friday.",
        description="Nobody could pay",
    )  # fmt: skip
    put(world, client("ana", "hogar", "10.20.0.5", **SUSPENDED))


def test_a_plan_that_is_denied_ends_with_1(world: World) -> None:
    on_friday(world)
    ran = world.run("plan", *FRIDAY)
    assert ran.code == 1
    place = "inventory/clients/ana.yaml:1"
    assert f"{place}: fridays: Client ana is cut on a Friday. Nobody could pay" in ran.out
    assert world.run("plan", *MONDAY).code == 0
    found = json.loads(world.run("plan", *FRIDAY, "--format", "json").out)["problems"]
    assert [one["file"] for one in found if one["code"] == "policy"] == [place.partition(":")[0]]


def test_a_warning_stops_nothing(world: World) -> None:
    on_friday(world, "warning")
    ran = world.run("plan", *FRIDAY)
    assert ran.code == 0
    assert "warning: fridays: Client ana is cut on a Friday." in ran.out
    assert world.run("apply", *FRIDAY, "--yes").code == 0


def test_apply_stops_before_the_first_write_unless_allowed_by_name(world: World) -> None:
    on_friday(world)
    with world.listening("rb-norte") as heard:
        ran = world.run("apply", *FRIDAY, "--yes", "--allow-policy", "another")
    assert ran.code == 4
    assert "--allow-policy fridays" in ran.err
    assert heard == []
    assert world.run("apply", *FRIDAY, "--yes", "--allow-policy", "fridays").code == 0


def test_files_are_judged_without_a_router(world: World) -> None:
    rule(
        world, "cost", about="files", each="plans", deny='it.price < "400"|number',
        message="{{ it.id }} at {{ it.price }} is below cost.",
    )  # fmt: skip
    ran = world.run("validate")
    assert ran.code == 1
    assert "plans/hogar.yaml:1: cost: hogar at 350.00 is below cost." in ran.out
    assert world.run("plan").code == 1


def test_an_empty_plan_breaks_no_rule_about_plans(world: World) -> None:
    rule(world, "none", about="plan", deny="true", message="never")
    assert world.run("plan").code == 0
    put(world, client("uma", "hogar", "10.20.0.9"))
    assert world.run("plan").code == 1


def test_many_are_counted(world: World) -> None:
    put(world, *(client(f"new{at}", "hogar", f"10.20.1.{at}") for at in range(1, 31)))
    rule(world, "grow", about="plan", each="effects", deny="true", message="{{ it.client }}")
    ran = world.run("plan")
    assert ran.out.count("grow:") == 21
    assert "grow: 10 more of the same." in ran.out


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"deny": "it ==", "message": "x"}, ":1: This is no expression: "),
        ({"deny": "true", "message": "{% for a in b %}{% endfor %}"}, "no {% … %}"),
        ({"deny": "nothing.at.all", "message": "x"}, "cannot be asked: 'nothing' is undefined"),
        ({"deny": "true", "message": "{{ it.nope }}"}, "'it' is undefined"),
        ({"deny": "1 / 0", "message": "x"}, "cannot be asked: division by zero"),
        ({"deny": "true", "each": "settings", "message": "x"}, "`each` is no list"),
        ({"deny": "true", "message": "x", "denny": "y"}, "denny"),
    ],
)
def test_a_broken_policy_is_a_problem(world: World, keys: dict[str, str], said: str) -> None:
    rule(world, "broken", about="files", **keys)
    ran = world.run("validate")
    assert ran.code == 1
    assert "policies/broken.yaml:1: " in ran.out
    assert said in ran.out
    assert world.run("plan").code == 1


@pytest.mark.parametrize(
    "text",
    [
        "'a' * 1000000000", "[1] * 1000000000", "2 ** 9999999", "10 * 10 ** 30",
        "''.__class__.__mro__", "x.__init__.__globals__", "range(10)", "cycler('a')",
        "x | attr('__class__')", "'a' | replace('a', 'aa')", "'%s' | format('a')",
        "(x | join('b' * 9))", "lipsum()",
    ],
)  # fmt: skip
def test_a_policy_reaches_nothing_and_grows_nothing(text: str) -> None:
    with pytest.raises(BadExpression):
        bool(value_of(expression(text), {"x": [1, 2]}))


def test_nested_joins_end_soon() -> None:
    text = "x"
    for _ in range(60):
        text = f"({text} | join('abcdefghij'))"
    began = time.perf_counter()
    with pytest.raises(BadExpression):
        value_of(expression(text), {"x": ["a", "b"]})
    assert time.perf_counter() - began < 5
    with pytest.raises(BadExpression):
        expression("1" * 3000)
    with pytest.raises(BadExpression):
        message("{{ 1 +")


def test_secrets_are_not_known(world: World) -> None:
    hidden = {"username": "admin", "password": {"plain": "tres tristes tigres"}, "model": "LHG"}
    put(world, client("ana", "hogar", "10.20.0.5", cpe=hidden))
    rule(world, "leak", about="files", deny="true", message="{{ services }} {{ settings }}")
    ran = world.run("validate", "--format", "json")
    assert "LHG" in ran.out
    assert "tristes" not in ran.out


@pytest.mark.parametrize(("file", "text"), SHOWN, ids=[file for file, _ in SHOWN])
def test_the_policies_shown_can_be_asked(world: World, file: str, text: str) -> None:
    path = world.root / file
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    put(world, client("uma", "hogar", "10.20.0.9"))
    ran = world.run("plan", *FRIDAY)
    assert "cannot be asked" not in ran.out
    assert ran.code == 0, ran.out


def test_the_shipped_policies_are_sound() -> None:
    names = {file.stem for file in (ROOT / "policies").glob("*.yaml")}
    assert names == {Path(file).stem for file, _ in SHOWN} - {"one-zone-at-a-time"}


def test_python_policies_with_pytest(world: World, tmp_path: Path) -> None:
    code = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert code
    (tmp_path / "test_plan.py").write_text(
        code[1] + "\n\ndef test_nobody_is_new(plan):\n"
        "    assert not [one for one in plan['effects'] if one['what'] == 'new']\n"
    )
    put(world, client("uma", "hogar", "10.20.0.9"))
    (tmp_path / "plan.json").write_text(world.run("plan", "--format", "json").out)
    words = ["-p", "reconciler.policies.testing", "--plan", "plan.json", "-q", "test_plan.py"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", *words],
        cwd=tmp_path, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "1 failed, 1 passed" in done.stdout, done.stdout + done.stderr
