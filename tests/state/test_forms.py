# SPDX-License-Identifier: GPL-3.0-or-later
"""Files read by their form are exactly what reading each by itself gives."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.inventory import load, packs, scouting
from reconciler.inventory.forms import Batch, Forms, plain
from reconciler.inventory.frozen import UNUSABLE
from reconciler.inventory.kinds import CLIENT
from reconciler.inventory.moulds import Mould, Unfit
from reconciler.inventory.reading import Reading, read
from reconciler.yamlfile import parse
from reconciler.yamlform import fill, split, trace

PROJECT = Path(__file__).resolve().parents[2]
MISTAKES = PROJECT / "tests" / "mistakes"
CASES = sorted(p.name for p in MISTAKES.iterdir() if p.is_dir() and not p.name.startswith("_"))

# Each with values that are sound, in all the ways in which people write them.
QUOTED = """\
id: {}
name: "{}"
zone: {}   # where
contact: {{phone: "{}", city: {}, email: {}, location: [{}, {}]}}
services:
  - plan: {}
    status: active
    since: {}
    address: {}
    targets: [{}, 10.20.9.0/30]
    mac: "{}"
"""
QUOTED_SOUND = (
    "ana Ñandú norte +52-555 Oaxaca a@b.mx 17.07 96.72 hogar 2026-06-20 10.20.0.7 10.20.8.0/30 "
    "02:11:22:33:44:55"
).split()
PLAIN = """\
id: {}
former_ids:
  - {}
  - {}
name: {}
zone: norte
manage: {}
contact:
  address: {}
  phone:   {}
services:
- id: {}
  plan: hogar
  mac: {}
  password: {{derived: {}, of: {}}}
  history:
  - {{status: suspended, cause: {}, from: {}, to: {}}}
  - plan: {}
    from: {}
    to: 2026-01-01
billing:
  free_periods: [{}, {}]
  discount: {{percent: "{}"}}
  own: {{timing: prepaid, issue_day: {}, due_day: 2, cut_day: 3}}
items:
  - {{id: tv, name: {}, price: "{}", charge: {}}}
equipment: [{{item: {}, quantity: {}}}]
notes: |
  free text, and more
"""
PLAIN_SOUND = (
    "ana old-1 old-2 Ana true Calle 555 internet 02:11:22:33:44:55 1 ana/internet debt "
    "2025-01-01 2025-02-01 hogar-5 2025-01-01 2026-07 2026-08 10 1 Tele 150.00 once antena 2"
).split()
TEMPLATES = ((QUOTED, QUOTED_SOUND), (PLAIN, PLAIN_SOUND))

WORDS = st.text("aé1-:#,'\"&*!{}[] \\\n\t|>%@`.?+=/\u2028\x85\ufeff\x00~", max_size=6)


def learned(*texts: str) -> Forms:
    forms = Forms()
    for text in texts:
        for _ in range(2):
            forms.learn(text.encode(), read(CLIENT, "ana.yaml", text.encode()))
    return forms


def compare(forms: Forms, data: bytes, file: str) -> bool:
    """Whether the file has a form; if so, it gives what reading the file gives."""
    found = forms.find(data)
    if found is None:
        return False
    form, row = found
    slow = read(CLIENT, file, data)
    [fast] = Batch(form, [file], [row]).readings()
    assert not slow.damaged
    assert (fast.model, fast.line, fast.service_lines) == (
        slow.model,
        slow.line,
        slow.service_lines,
    )
    assert repr(fast.model) == repr(slow.model)
    assert slow.model is not None
    assert fast.model is not None
    assert fast.model.model_dump_json() == slow.model.model_dump_json()
    assert _given(fast) == _given(slow)
    return True


def _given(reading: Reading) -> object:
    assert reading.model is not None
    return reading.model.model_dump(exclude_unset=True)


@given(
    which=st.integers(0, len(TEMPLATES) - 1),
    changes=st.dictionaries(
        st.integers(0, 30), WORDS | st.sampled_from([*QUOTED_SOUND, *PLAIN_SOUND]), max_size=3
    ),
)
def test_whatever_is_filled_in(which: int, changes: dict[int, str]) -> None:
    template, sound = TEMPLATES[which]
    forms = learned(template.format(*sound))
    assert compare(forms, template.format(*sound).encode(), "ana.yaml")
    filled = [changes.get(place, text) for place, text in enumerate(sound)]
    compare(forms, template.format(*filled).encode(), "ana.yaml")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_other_files_of_a_form_are_read_by_it(newline: str) -> None:
    text = QUOTED.format(*QUOTED_SOUND).replace("\n", newline)
    forms = learned(text)
    for old, new in (
        ("ana", "eva-2"),
        ("Ñandú", "José Núñez (hijo), 2"),
        ("10.20.0.7", "10.9.9.9"),
    ):
        text = text.replace(old, new)
        assert compare(forms, text.encode(), "eva-2.yaml")


@pytest.mark.parametrize(
    "text",
    [
        "id: ana\nname: A\nzone: z\nservices: [{plan: p, password: {plain: Secreto}}]\n",
        "id: ana\nname: A\n  continued: no\nzone: z\n",
        "id: ana\nname: A\nzone: z\nunknown: x\n",
    ],
)
def test_what_is_not_plainly_a_form_is_read_by_itself(text: str) -> None:
    assert learned(text).find(text.encode()) is None


@pytest.mark.parametrize("place", ["comment: one", "notes: two", "more: three", "second"])
def test_what_looks_like_a_blank_and_is_none_belongs_to_the_form(place: str) -> None:
    service = "    # comment: one\n    comment: first\n      second\n"
    text = f"{QUOTED.format(*QUOTED_SOUND)}{service}notes: |\n  notes: two\n  - more: three\n"
    forms = learned(text)
    assert compare(forms, text.replace("ana", "eva").encode(), "eva.yaml")
    assert not compare(forms, text.replace(place, f"{place[:-1]}x").encode(), "ana.yaml")


def test_a_zero_byte_is_no_blank() -> None:
    text = QUOTED.format(*QUOTED_SOUND)
    assert learned(text).find(text.replace("ana", "\0").encode()) is None


def test_a_form_is_the_same_wherever_it_is_made_again() -> None:
    text = PLAIN.format(*PLAIN_SOUND)
    found = learned(text).find(text.encode())
    assert found is not None
    form, row = found
    again = Forms().made(form.spec)
    assert again.mould.cast([row, row]) == form.mould.cast([row, row])
    assert again.mould.cast([]) == []


def test_nothing_is_made_of_a_pickle_but_plain_values() -> None:
    for hostile in (b"cos\nsystem\n(S'exit 1'\ntR.", b"\x80\x04\x8c\x02os\x8c\x06getcwd\x93."):
        with pytest.raises(UNUSABLE):
            plain(hostile)


def test_a_secret_in_clear_has_no_mould() -> None:
    text = "id: ana\nname: A\nzone: z\nservices: [{plan: p, password: {plain: Secreto}}]\n"
    document, _ = parse(text.encode(), "ana.yaml")
    assert document is not None
    traced = trace(text, document)
    assert traced is not None
    tree, fixed = traced
    assert fixed == ()
    assert fill(tree, split(text)[1]) == document.value
    with pytest.raises(Unfit):
        Mould(tree, split(text)[1])


def test_every_file_of_the_project() -> None:
    files = [p for p in (PROJECT / "inventory/clients").rglob("*.yaml") if p.is_file()]
    files += [p for p in MISTAKES.rglob("inventory/clients/**/*.yaml") if p.is_file()]
    forms = Forms()
    for file in files:
        for _ in range(2):
            forms.learn(file.read_bytes(), read(CLIENT, file.name, file.read_bytes()))
    assert sum(compare(forms, file.read_bytes(), file.name) for file in files) > len(files) / 3


@pytest.mark.parametrize("case", CASES)
def test_mistakes_are_told_alike(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Path(shutil.copytree(MISTAKES / "_base", tmp_path / "repository"))
    shutil.copytree(MISTAKES / case, root, dirs_exist_ok=True)
    by_itself = load(root)  # few files are read without forms
    monkeypatch.setattr(scouting, "FEW", 0)
    monkeypatch.setattr(packs, "_FORMS", Forms())
    for _ in range(3):
        inventory, problems = load(root)
        assert [repr(problem) for problem in problems] == [repr(one) for one in by_itself[1]]
        assert repr(inventory) == repr(by_itself[0])
