# SPDX-License-Identifier: GPL-3.0-or-later
"""`fmt`: order, quotes and blanks change; values and comments do not."""

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reconciler.data import example_dir
from reconciler.errors import FilesError
from reconciler.formatting import formatted
from reconciler.inventory.files import find_files
from reconciler.models import Client, Zone
from reconciler.models.base import Model
from reconciler.plaintext import in_clear
from reconciler.yamlfile import parse

EXAMPLES = [(one.kind.model, one.file) for one in find_files(example_dir())[0]]


def fmt(text: str, model: type[Model] = Client) -> str:
    return formatted(text.encode(), "a.yaml", model).decode()


def values(data: bytes) -> dict[str, Any]:
    document, problems = parse(data, "a.yaml")
    assert document is not None
    assert not problems
    return document.value


@pytest.mark.parametrize(("model", "file"), EXAMPLES, ids=[file for _, file in EXAMPLES])
def test_the_example_is_in_canonical_form(model: type[Model], file: str) -> None:
    data = (example_dir() / file).read_bytes()
    assert formatted(data, file, model) == data


def test_keys_take_their_comments_along() -> None:
    assert fmt(
        "# of the file\n"
        "zone: norte   # where\n"
        "\n"
        "# the name\n"
        "name: Ana\n"
        "id: ana\n"
        "services:\n"
        "  # the line\n"
        "  - status: active   # on\n"
        "    # which tariff\n"
        "    plan: a10\n"
        "    history:\n"
        "      - {to: 2026-02-01, from: 2026-01-01, plan: b}   # first\n"
        "      # to come\n"
        "# the end\n"
    ) == (
        "# of the file\n"
        "id: ana\n"
        "\n"
        "# the name\n"
        "name: Ana\n"
        "zone: norte   # where\n"
        "services:\n"
        "  # the line\n"
        "  # which tariff\n"
        "  - plan: a10\n"
        "    status: active   # on\n"
        "    history:\n"
        "      - {plan: b, from: 2026-01-01, to: 2026-02-01}   # first\n"
        "      # to come\n"
        "# the end\n"
    )


def test_quotes_are_as_the_program_writes_them() -> None:
    assert fmt(
        'id: "ana"          # hers\n'
        "name: 'no'\n"
        "zone: norte\n"
        "contact: {phone: 0123, email: 'a@b.mx'}     # reach\n"
        "manage: 'true'\n"
    ) == (
        "id: ana            # hers\n"
        'name: "no"\n'
        "zone: norte\n"
        "manage: true\n"
        'contact: {email: a@b.mx, phone: "0123"}     # reach\n'
    )


def test_blanks_and_line_ends() -> None:
    text = "\ufeffid: ana  \nname: Ana\nzone: norte\n\n\nnotes: |\n  a  \n\n\n  b\n"
    assert (
        fmt(text.replace("\n", "\r\n"))
        == "id: ana\nname: Ana\nzone: norte\n\nnotes: |\n  a  \n\n\n  b\n"
    )
    assert fmt("id: ana\nname: Ana\nzone: norte\n\n\n") == "id: ana\nname: Ana\nzone: norte\n"
    assert fmt("id: ana\nname: Ana\nzone: norte") == "id: ana\nname: Ana\nzone: norte\n"


def test_unknown_keys_stay_behind_the_known_ones() -> None:
    assert fmt("odd: 1\nid: z\nrouter: r\n", Zone) == 'id: z\nrouter: r\nodd: "1"\n'


def test_what_is_no_yaml_is_a_problem() -> None:
    with pytest.raises(FilesError):
        fmt("id: [a\n")


def shuffled(value: Any, dice: random.Random) -> Any:
    if isinstance(value, Mapping):
        keys = list(value)
        dice.shuffle(keys)
        return {key: shuffled(value[key], dice) for key in keys}
    if isinstance(value, list):
        return [shuffled(one, dice) for one in value]
    return value


@given(st.sampled_from(EXAMPLES), st.integers(0, 2**32), st.booleans(), st.sampled_from("'\" "))
def test_any_order_and_spelling_comes_to_one_form(
    example: tuple[type[Model], str], seed: int, flow: bool, style: str
) -> None:
    model, file = example
    wanted = values((example_dir() / file).read_bytes())

    def spell(data: dict[str, Any]) -> bytes:
        return yaml.safe_dump(
            data,
            default_flow_style=flow or None,
            default_style=style.strip() or None,
            allow_unicode=True,
            sort_keys=False,
            width=10_000,
        ).encode()

    once = formatted(spell(shuffled(wanted, random.Random(seed))), file, model)
    assert values(once) == wanted
    assert formatted(once, file, model) == once
    assert formatted(spell(wanted), file, model) == once


@pytest.mark.parametrize(
    ("file", "text", "lines"),
    [
        ("a.yaml", "a:\n  password: {plain: x1}\n  b: [{plain: y}]\n", [2, 3]),
        ("a.yaml", 'a: {plain: ""}\nplain_talk: 1\n', []),
        ("notes.txt", "x\nAGE-SECRET-KEY-1" + "Q" * 58 + "\n", [2]),
        ("id", "-----BEGIN OPENSSH PRIVATE KEY-----\n", [1]),
        ("pub", "-----BEGIN PUBLIC KEY-----\n", []),
        ("rb.rsc", '/ppp secret\nadd name=a password=x1\nadd name=b password=""\n', [2]),
        (".env", "RECONCILE_KEY=abc\nEMPTY_KEY=\n# A_KEY=b\nexport DB_PASSWORD=x\n", [1, 4]),
        ("broken.yaml", "a: [\nplain: x\n", []),
    ],
)
def test_secrets_in_clear_are_found_and_not_shown(file: str, text: str, lines: list[int]) -> None:
    problems = list(in_clear(text.encode(), file))
    assert [problem.where and problem.where.line for problem in problems] == lines
    shown = "\n".join(str(problem) for problem in problems)
    for secret in ("x1", "QQQ", "abc"):
        assert secret not in shown


def test_no_file_of_the_example_has_a_secret_in_clear() -> None:
    files = [one.file for one in find_files(example_dir())[0]]
    assert len(files) > 20
    for file in files:
        assert not list(in_clear(Path(example_dir() / file).read_bytes(), file))
