# SPDX-License-Identifier: GPL-3.0-or-later
"""New files: whatever is written is read back the same, by our reader and by a usual one."""

from datetime import date
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from reconciler.newfile import client_path, file_text
from reconciler.yamlfile import parse
from reconciler.yamltext import scalar, text_of

TRICKY = [
    "no", "0123", "10:20:30:40:50:55", "350.10", "true", "null", "~", "", " a ", "a: b", "a #b",
    "- a", "[x]", "{x}", "it's", 'a "b"', "\\", "é", "1e3", "0o17", "=", "<<", "2026-11-05", "-",
    "---", "...", "a,b", "&a", "*a", "!a", "%a", "@a", "`a", "|", ">", "?", "a\nb", "a\nb\n",
    "\ta", "x\x85y", "\ufeff", "😀", "a:", "+52 555", "-96.7", "1_000", "y", "N", "a\n\n",
]  # fmt: skip

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(TRICKY)
VALUES = st.recursive(
    WORDS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(WORDS.filter(lambda w: w not in ("", "<<")), inner, max_size=3)
    ),
    max_leaves=8,
)
KEYS = st.sampled_from(["notes", "services", "contact", "history", "manage", "items", "odd"])


def read(text: str) -> Any:
    document, problems = parse(text.encode(), "a.yaml")
    assert document is not None
    assert problems == []
    return document.value


@given(st.dictionaries(KEYS, VALUES, min_size=1))
def test_what_is_written_is_read_back(data: dict[str, Any]) -> None:
    text = file_text("client", data, 3)
    assert read(text) == data
    assert not any(line != line.rstrip() for line in text.splitlines() if "|" not in text)


@given(WORDS)
def test_a_usual_reader_sees_a_text_too(text: str) -> None:
    read_back = yaml.safe_load(f"a: {scalar(text, flow=False)}")["a"]
    assert text_of(read_back) == text
    assert isinstance(read_back, str | date)


def test_a_client_reads_like_the_examples() -> None:
    text = file_text(
        "client",
        {
            "zone": "norte",
            "name": "Ana López",
            "id": "ana-lopez",
            "services": [
                {
                    "mac": "02:11:22:33:44:55",
                    "plan": "hogar-10",
                    "address": "10.20.0.7",
                    "since": date(2026, 11, 5),
                    "password": {"of": "ana/internet", "derived": 1},
                    "history": [{"to": "2026-10-09", "from": "2026-10-06", "plan": "basico"}],
                }
            ],
            "contact": {"phone": "+52 555", "email": None, "location": ["17.0732", "-96.7266"]},
        },
        3,
    )
    assert text == (
        "# yaml-language-server: $schema=../../../schemas/client.schema.json\n"
        "id: ana-lopez\n"
        "name: Ana López\n"
        "zone: norte\n"
        'contact: {phone: "+52 555", location: [17.0732, -96.7266]}\n'
        "services:\n"
        "  - plan: hogar-10\n"
        "    since: 2026-11-05\n"
        "    address: 10.20.0.7\n"
        '    mac: "02:11:22:33:44:55"\n'
        "    password: {derived: 1, of: ana/internet}\n"
        "    history:\n"
        "      - {plan: basico, from: 2026-10-06, to: 2026-10-09}\n"
    )


def test_plans_and_zones_keep_their_customs() -> None:
    plan = {"id": "p", "mode": "pcq", "priority": "6", "price": "350.00", "download": "10M"}
    assert file_text("plan", plan, 1) == (
        "# yaml-language-server: $schema=../schemas/plan.schema.json\n"
        'id: p\nmode: pcq\ndownload: 10M\npriority: 6\nprice: "350.00"\n'
    )


def test_a_clients_file_lies_in_the_folder_of_its_zone() -> None:
    assert client_path(Path("r"), "ana", "norte") == Path("r/inventory/clients/norte/ana.yaml")
