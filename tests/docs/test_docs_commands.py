# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/commands.md names every command, option, exit code and field of the JSON, and no other."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import click
import pytest
from outputs.test_output_schemas import wrong

from docs.pages import DOCS, PAGES, ROOT, blocks, headings, prose, rows, section, text_of, words
from docs.typed import CONTEXT, NAMES, check_typed, command_of, split
from reconciler.change import Action, Change
from reconciler.changeset import ChangeSet, FileChange, to_json
from reconciler.cli import cli
from reconciler.cli.context import PRIORITY
from reconciler.desired import Source
from reconciler.drift import PENDING
from reconciler.effects import Deed, Effect
from reconciler.errors import Problem, ReconcileError, Where
from reconciler.kinds import PPP_SECRET
from reconciler.planning import RouterPlan
from reconciler.report import problem_data
from reconciler.sessions import Session, SessionKind

pytestmark = pytest.mark.docs

PAGE = DOCS / "commands.md"
_HELP = {"-h", "--help"}
_TITLE = "reconcile "
SECTIONS = [title.removeprefix(_TITLE) for title in headings(PAGE) if title.startswith(_TITLE)]


def _options(name: str) -> dict[str, click.Parameter]:
    """Options and arguments as they are written: `--yes`, `ROUTER`."""
    return {
        opt if opt.startswith("-") else opt.upper(): parameter
        for parameter in command_of(name).params
        for opt in parameter.opts
    }


def test_every_command_has_a_section() -> None:
    assert NAMES == SECTIONS


def test_every_command_is_in_the_overview() -> None:
    overview = text_of(PAGE).split("\n## ")[0]
    named = [words(row[0])[0] for row in rows(overview)]
    assert [name for name in named if not name.startswith("-")] == cli.list_commands(CONTEXT)


@pytest.mark.parametrize("name", NAMES)
def test_every_option_is_documented(name: str) -> None:
    table = section(PAGE, f"reconcile {name}").split("\n### ")[0]
    documented = [
        words(row[0])[0] for row in rows(table) if re.match(r"`(--?[a-z]|[A-Z]+`)", row[0])
    ]
    assert sorted(documented) == sorted(_options(name))


@pytest.mark.parametrize("name", NAMES)
def test_every_choice_and_default_is_documented(name: str) -> None:
    table = section(PAGE, f"reconcile {name}")
    meanings = {words(row[0])[0]: row[1] for row in rows(table) if row[0].startswith("`")}
    for option, parameter in _options(name).items():
        if isinstance(parameter.type, click.Choice):
            assert set(parameter.type.choices) == set(words(meanings[option])), option
        elif isinstance(parameter, click.Option) and parameter.show_default:
            assert str(parameter.default) in meanings[option], option


def test_the_options_of_the_program_are_documented() -> None:
    overview = text_of(PAGE).split("\n## ")[0]
    named = {word for row in rows(overview) for word in words(row[0]) if word.startswith("-")}
    assert named == {opt for parameter in cli.params for opt in parameter.opts} | _HELP


def _variables() -> set[str]:
    own = {str(parameter.envvar) for parameter in cli.params if parameter.envvar}
    return own | {
        str(parameter.envvar)
        for name in NAMES
        for parameter in command_of(name).params
        if isinstance(parameter, click.Option)
    }


def test_variables_are_those_of_the_options() -> None:
    table = section(PAGE, "Environment")
    named = {word for row in rows(table) for word in words(row[0])}
    for variable in named:
        if variable.startswith("RECONCILE_"):
            assert variable in _variables()
    for name in NAMES:
        for option, parameter in _options(name).items():
            if option.startswith("--"):
                spelled = re.sub("[- ]", "_", f"RECONCILE_{name}_{option.lstrip('-')}").upper()
                assert parameter.envvar == spelled


def _exit_codes(of: type[ReconcileError] = ReconcileError) -> set[int]:
    return {of.exit_code}.union(*(_exit_codes(inner) for inner in of.__subclasses__()))


def test_every_exit_code_is_documented() -> None:
    for name in NAMES:  # their modules define errors of their own
        command_of(name)
    documented = [int(row[0]) for row in rows(section(PAGE, "Exit codes"))]
    assert sorted(documented) == sorted(_exit_codes() | set(PRIORITY) | {0, 130, 143})


def test_which_exit_code_wins() -> None:
    found = re.search(r"the first of ([\d, ]+) is given", section(PAGE, "Exit codes"))
    assert found
    assert tuple(int(code) for code in found[1].split(",")) == PRIORITY


def _example() -> ChangeSet:
    change = Change(
        Action.SET,
        PPP_SECRET,
        {"name": "ana", "service": "pppoe"},
        {"profile": "a"},
        {"profile": "b"},
        Source("ana/internet", Where("inventory/clients/ana.yaml", 5)),
        "ana/internet",
        row_id="*1",
        cause=PENDING,
    )
    session = Session(SessionKind.PPP, "ana/internet", "ana", change)
    plan = RouterPlan("tower", changes=(change,), sessions=(session,))
    problem = Problem("conflict", "Something is in the way.")
    differing = FileChange("inventory/clients/ana.yaml", "services.internet.plan", "a", "b")
    effect = Effect(Deed.SPEED, "ana", "internet", "Ana", "tower", "10M to 20M")
    return ChangeSet((plan,), problems=(problem,), effects=(effect,), files=(differing,))


def _paths(value: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """`changes[].source.id` for every leaf; keys and values of rows are no fields of ours."""
    for key, inner in value.items():
        path = f"{prefix}{key}"
        if key in ("key", "before", "after", "digests", "problems", "notices"):
            yield path
        elif isinstance(inner, dict):
            yield from _paths(inner, f"{path}.")
        elif isinstance(inner, list):
            assert inner, f"the example has no {path}"
            yield from _paths(inner[0], f"{path}[].")
        else:
            yield path


def test_every_field_of_the_json_is_documented() -> None:
    table = section(PAGE, "JSON").split("| menu |")[0]
    assert [words(row[0])[0] for row in rows(table)] == list(_paths(to_json(_example())))


def test_every_field_of_the_json_is_in_its_schema() -> None:
    assert wrong("plan-output", json.loads(json.dumps(to_json(_example())))) == []


def test_every_field_of_a_problem_is_documented() -> None:
    table = section(PAGE, "Problems in JSON")
    assert [words(row[0])[0] for row in rows(table)] == list(problem_data(_example().problems[0]))


def test_every_action_has_its_sign() -> None:
    table = section(PAGE, "reconcile plan").split("| sign |")[1]
    assert {words(row[1])[0] for row in rows(table)} == {action.value for action in Action}


_CONSOLES = [
    (page, line[2:])
    for page in [*PAGES, ROOT / "README.md"]
    if page.exists()
    for block in blocks(page, "console")
    for line in block.splitlines()
    if line.startswith("$ reconcile")
]


@pytest.mark.parametrize(
    "line",
    [line for _, line in _CONSOLES],
    ids=[f"{page.name}: {line}" for page, line in _CONSOLES],
)
def test_commands_in_examples_can_be_typed(line: str) -> None:
    """Names, options, choices and numbers are right; files need not exist."""
    check_typed(line)


# In running text, and in scripts that show no output; `…`, `<…>` and `|` are for the reader.
_SCRIPTED = re.compile(r"^(reconcile .+?)(?: [>&]| +#|$)", re.MULTILINE)
_INLINE = sorted(
    {
        " ".join(line.split(" && ")[0].rstrip(".").split())
        for page in [*PAGES, *ROOT.glob("*.md")]
        for line in [
            *re.findall(r"(?<!`)`(reconcile [^`]+)`", prose(page)),
            *_SCRIPTED.findall("".join(blocks(page, "sh"))),
        ]
        if not re.search("[…<|]|--close$", line)
    }
)


def test_commands_in_text_can_be_typed() -> None:
    assert len(_INLINE) > 40
    for line in _INLINE:
        check_typed(line)


def test_there_are_examples_of_every_command() -> None:
    assert set(NAMES) == {split(line)[0] for page, line in _CONSOLES if page == PAGE}
