# SPDX-License-Identifier: GPL-3.0-or-later
"""A few seconds of the fuzzing harness, and proofs that it sees what it is there to see."""

import itertools

import pytest
from fuzz import inputs
from fuzz.harness import Broken, Counts, Life, fuzz, read, report

from reconciler.emulator import Device
from reconciler.emulator.session import Session

MEBIBYTE = 1024


def test_a_sample_neither_breaks_nor_hangs_nor_grows() -> None:
    counts = Counts()
    fuzz(5000, 1, counts)
    assert counts.total >= 5000
    assert set(counts.verbs) == set(inputs.VERBS)
    assert set(counts.cases) == {"sentence", "raw", "script", "export", "large", "reload", "rise"}
    assert counts.memory[-1] - counts.memory[0] < 64 * MEBIBYTE
    assert "missed: none" in report(counts, 1.0)


def test_a_life_is_the_same_again() -> None:
    def inputs_of(number: int) -> list[object]:
        life = Life(5, number, Counts())
        seen = []
        for case in range(30):
            life._guard(life.dice.choice(life.kinds).__name__, case)
            seen.append(life.input)
        return seen

    assert inputs_of(3) == inputs_of(3) != inputs_of(4)


def test_what_breaks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = itertools.count()

    def load(_device: Device, _text: bytes) -> list[str]:
        if next(calls) == 3:
            raise ZeroDivisionError
        return []

    monkeypatch.setattr(Device, "load_rsc", load)
    with pytest.raises(Broken, match=r"--seed 1 --life \d+: case \d+, export: ZeroDivisionError"):
        fuzz(500, 1, Counts())


def test_what_hangs_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def spin(_session: Session, _data: bytes) -> bytes:
        while True:
            pass

    monkeypatch.setattr("fuzz.harness.SECONDS_A_CASE", 0.05)
    monkeypatch.setattr(Session, "receive", spin)
    with pytest.raises(Broken, match="Hang"):
        fuzz(500, 1, Counts())


def test_an_answer_that_is_none_is_seen() -> None:
    with pytest.raises(AssertionError):
        read(b"\x04!odd\x00")
