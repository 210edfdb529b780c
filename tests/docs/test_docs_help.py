# SPDX-License-Identifier: GPL-3.0-or-later
"""`--help` of every command: a line that says what it does, and examples that work.

The examples are run in a copy of the example repository, with its routers emulated.
"""

import os
import re
import subprocess
from collections.abc import Iterator

import click
import pytest
from pipelines.quick import quick_program
from pyrage import x25519  # type: ignore[import-untyped]

from docs.typed import NAMES, check_typed, command_of
from reconciler.demo.stage import Stage, set_stage

pytestmark = pytest.mark.docs

GROUPS = sorted({"", *(name.rpartition(" ")[0] for name in NAMES)})
EVERY = [*GROUPS, *NAMES]

# What has to be there before: files that an example names, and the past that it speaks of.
_ISSUED = "reconcile billing issue --on 2026-12-01"
_AGE = r"sed -i 's/^secrets:/&\n  age_identity: {env: AGE_IDENTITY}/' reconcile.yaml"
_NEWCOMER = "nuevo,Íñigo Niño,norte,basico-5,auto,derived:1,10.20.0.1"
BEFORE = {
    "merge": "for n in 1 2; do reconcile plan --shard $n/2 --out shard-$n.plan; done",
    "fmt": "reconcile fmt",
    "undo": "reconcile client set luis-mora --plan basico-5 --yes && reconcile apply --yes",
    "client suspend": "echo luis-mora > debtors.txt",
    "client import": (
        "reconcile client export --csv clients.csv && printf '%s\n'"
        f" id,name,zone,plan,address,password,local_address '{_NEWCOMER}' > newcomers.csv"
    ),
    "billing cuts": "reconcile billing cuts --format json --on 2026-11-10 > cuts.json",
    "billing import-payments": "echo 'Fecha;Concepto;Folio;Abono;Cargo' > movimientos.csv",
    "billing print": _ISSUED,
    "billing void": _ISSUED,
    "billing join": _ISSUED,
    "ci outputs": "reconcile plan --format json > plan.json",
    "secrets encrypt": f"echo secreto > password.txt && {_AGE}",
    "secrets rotate": _AGE,
}
# Commands that go by the day: the example's clients are told of that autumn.
DAY = "2026-11-10"
DAYS = {name: "2026-12-01" for name, before in BEFORE.items() if before == _ISSUED}
# These end with 2 where they find something.
FINDING = {"doctor", "drift"}
# Run by other tests, for they need a forge, a terminal or somebody who ends them.
ELSEWHERE = re.compile(
    r"reconcile (ci (comment|expected|issue|pull-request)|demo|emulator|status --watch"
    r"|secrets encrypt$)"
)


def examples(name: str) -> list[str]:
    found = re.findall(r"Examples?: (.*?)(?:\n\n|\Z)", command_of(name).help or "", re.DOTALL)
    return [
        " ".join(line.split())
        for block in found
        for line in re.sub(r"\n\s+--", " --", block).strip().splitlines()
    ]


RUN = [(name, line) for name in EVERY for line in examples(name) if not ELSEWHERE.search(line)]
TYPED = [line for name in NAMES for line in examples(name) if ELSEWHERE.match(line)]


@pytest.mark.parametrize("name", EVERY)
def test_help_begins_with_a_sentence_and_has_an_example(name: str) -> None:
    first = (command_of(name).help or "").split("\n\n")[0]
    assert re.fullmatch(r"[A-Z][^\n]{,99}\.", first), first
    shown = examples(name)
    assert shown
    for line in shown:
        assert f"reconcile {name}".strip() in line


@pytest.mark.parametrize("name", EVERY)
def test_every_option_says_what_it_is_for(name: str) -> None:
    for parameter in command_of(name).params:
        if isinstance(parameter, click.Option):
            assert re.search(r"[.…)]$", parameter.help or ""), parameter.opts


@pytest.mark.parametrize("line", TYPED)
def test_examples_that_are_not_run_here_can_be_typed(line: str) -> None:
    check_typed(line)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The example in the state in which it is lived in: the routers hold what the files say."""
    folder = tmp_path_factory.mktemp("bin")
    with quick_program(folder) as program, set_stage() as stage:
        # What examples write is no part of the repository, as where `init` wrote a .gitignore.
        (stage.root / ".git/info/exclude").write_text("*.plan\n.reconcile/\n")
        stage.environ["PATH"] = f"{program}{os.pathsep}{os.environ['PATH']}"
        stage.environ["HOME"] = str(folder)
        stage.environ["LANG"] = "C.UTF-8"
        stage.environ["GITHUB_OUTPUT"] = "outputs.txt"
        stage.environ["AGE_IDENTITY"] = str(x25519.Identity.generate())
        type_in(stage, "reconcile apply --yes")
        yield stage


def type_in(stage: Stage, line: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", line],
        cwd=stage.root,
        env=stage.environ | environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(("name", "line"), RUN)
def test_examples_work(stage: Stage, name: str, line: str) -> None:
    before = type_in(stage, BEFORE.get(name, ":"))
    assert before.returncode == 0, before.stdout + before.stderr
    # The run that an example names is of another day and another network.
    line = re.sub(r"\d{8}T\d{6}Z-[0-9a-f]{6}", "$(ls .reconcile/undo | sed 's/.json.*//')", line)
    variable = re.sub("[ -]", "_", f"RECONCILE_{name}".upper())
    answers = {"RECONCILE_APPLY_YES": "1", f"{variable}_ON": DAYS.get(name, DAY)}
    if name != "drift":  # which asks only to adopt, and then shows how
        answers[f"{variable}_YES"] = "1"
    try:
        done = type_in(stage, line, **answers)
        good = {0, 2} if name in FINDING else {0}
        assert done.returncode in good, f"$ {line}\n{done.stdout}{done.stderr}"
    finally:
        stage.git("reset", "--hard", "--quiet")
        stage.git("clean", "-d", "--force", "--quiet", "-x")
        if name in ("apply", "detach", "undo"):
            type_in(stage, "reconcile apply --yes --adopt")
