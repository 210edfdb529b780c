# SPDX-License-Identifier: GPL-3.0-or-later
"""Throws input at the emulator and sees that it neither breaks, hangs nor grows.

A life is one device and some hundred cases; life N of a seed is the same for ever, so that what
breaks can be run again alone: `make fuzz`, or with PYTHONPATH=tests
`python -m fuzz.harness --cases 1000000 --seed 7 [--life N]`.
"""

import argparse
import gc
import itertools
import random
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from fuzz import inputs

from reconciler.emulator import Clock, Device
from reconciler.emulator.rsc import Mode
from reconciler.emulator.script import ScriptError, run
from reconciler.emulator.session import Session
from reconciler.emulator.wire import SentenceReader, encode_sentence

CASES_A_LIFE = 500
SECONDS_A_CASE = 10
STEPS_A_SCRIPT = 200
MODES: tuple[Mode, ...] = ("compact", "verbose", "terse")
REPLIES = {"!re", "!done", "!trap", "!fatal", "!empty"}


class Hang(BaseException):
    """A case took longer than any may."""


class Broken(Exception):
    """A case that failed: which, and the input."""


@dataclass
class Counts:
    """What was done. `slowest` in seconds; `memory` in KiB, after each hundred lives."""

    cases: Counter[str] = field(default_factory=Counter)
    verbs: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    slowest_case: str = ""
    memory: list[int] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.cases.total()


@contextmanager
def guarded() -> Iterator[None]:
    """Raises Hang where the block takes too long; only in the main thread."""

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise Hang

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, SECONDS_A_CASE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class Life:
    """One device from its first to its last case."""

    def __init__(self, seed: int, number: int, counts: Counts) -> None:
        self.dice = random.Random(f"{seed}/{number}")
        self.place = f"--seed {seed} --life {number}"
        self.counts = counts
        version = self.dice.choice(inputs.VERSIONS)
        self.device = Device(version=version, clock=Clock.frozen())
        self.paths = inputs.Paths.of(self.device)
        self.shuffle = number if number % 4 == 0 else None
        self.session = self._enter()
        self.exported: list[str] = []
        self.kinds = (
            [self.sentence] * 8 + [self.raw] * 6 + [self.script] * 4 + [self.export] * 2
        )  # fmt: skip

    def _enter(self) -> Session:
        session = Session(self.device)
        session.enter("admin")
        session.shuffle(self.shuffle)
        return session

    def live(self, cases: int) -> None:
        """Raises Broken."""
        for number in range(cases):
            self._guard(self.dice.choice(self.kinds).__name__, number)
        for kind in ("large", "reload"):
            self._guard(kind, cases)
        self._guard("rise", cases)

    def _guard(self, kind: str, number: int) -> None:
        began = time.perf_counter()
        self.input: object = None
        try:
            with guarded():
                getattr(self, kind)()
        except (Exception, Hang) as problem:
            where = f"{self.place}: case {number}, {kind}"
            raise Broken(f"{where}: {problem!r}: {self.input!r}") from problem
        self.counts.cases[kind] += 1
        took = time.perf_counter() - began
        if took > self.counts.slowest:
            self.counts.slowest = took
            self.counts.slowest_case = f"{self.place}: case {number}, {kind}"

    # -- kinds of cases --------------------------------------------------------

    def sentence(self) -> None:
        """Every sentence is answered by one !done, unless it listens."""
        words = [*inputs.sentence(self.dice, self.paths), ".tag=t"]
        self.input = words
        verb = words[0].rpartition("/")[2]
        self.counts.verbs[verb] += 1
        self.device.clock.advance(self.dice.choice((0, 0, 0, 1, 60)))
        replies = read(said(self.session, encode_sentence(words)))
        done = sum(reply[0] == "!done" for reply in replies)
        if self.session.closed:
            self.session.end()
            self.session = self._enter()
        elif verb not in ("listen", "cancel"):
            assert done == 1, replies

    def raw(self) -> None:
        """What is answered can be read, also where the connection then ends."""
        session = Session(self.device) if self.dice.random() < 0.5 else self._enter()
        for piece in inputs.raw(self.dice, self.paths):
            self.input = piece
            read(said(session, piece))
            if session.closed:
                break
        session.end()

    def script(self) -> None:
        """A script ends, in good or in an error of the language."""
        self.input = source = inputs.script(self.dice)
        self._run(source)

    def _run(self, source: str) -> None:
        try:
            for _ in itertools.islice(run(self.device, source), STEPS_A_SCRIPT):
                self.device.clock.advance(1)
        except ScriptError:
            return

    def export(self) -> None:
        """Whatever a file holds, loading notes what it did not understand."""
        text = inputs.export(self.dice, self.exported)
        self.input = text
        self.device.load_rsc(text)

    def large(self) -> None:
        """Input that is long or deep takes no more time than it is long."""
        kind, text = inputs.large(self.dice)
        self.input = kind, text[:40], len(text)
        if kind == "script":
            self._run(text)
        elif kind == "export":
            Device(clock=Clock.frozen()).load_rsc(text)
        else:
            path = self.dice.choice(sorted(self.paths.known))
            name = self.dice.choice((".id", *self.paths.known[path]))
            word = text if kind == "query" else f"={name}={text}"
            verb = "print" if kind == "query" else self.dice.choice(("add", "set", "move"))
            replies = read(said(self._enter(), encode_sentence([f"{path}/{verb}", word])))
            assert replies[-1][0] == "!done"

    def reload(self) -> None:
        """What was written as an export loads and can be written again."""
        mode = self.dice.choice(MODES)
        text = self.device.export(mode)
        self.input = mode
        self.exported = text.splitlines()[:200]
        again = Device(version=self.device.version.text, clock=Clock.frozen())
        again.load_rsc(text)
        assert again.export(mode)

    def rise(self) -> None:
        """A reboot in any state, and a login after it."""
        self.device.reboot()
        assert read(said(self._enter(), encode_sentence(["/user/print"])))[-1] == ["!done"]


def said(session: Session, data: bytes) -> bytes:
    """All that is answered, also what is held back to be mixed."""
    out = session.receive(data)
    while session.waits:
        out += session.deal()
    return out


def read(data: bytes) -> list[list[str]]:
    """Raises AssertionError for bytes that are no replies."""
    reader = SentenceReader(1 << 28, 1 << 28)
    reader.feed(data)
    replies = list(reader.sentences())
    assert {reply[0] for reply in replies} <= REPLIES
    return replies


def fuzz(cases: int, seed: int, counts: Counts, *, quiet: bool = True) -> None:
    """Raises Broken at the first case that fails."""
    for number in itertools.count():
        if counts.total >= cases:
            return
        Life(seed, number, counts).live(min(CASES_A_LIFE, cases - counts.total))
        if number % 100 == 0:
            gc.collect()
            counts.memory.append(resident())
            if not quiet:
                print(f"{counts.total:>9} cases, {counts.memory[-1] // 1024} MiB", flush=True)


def resident() -> int:
    """KiB of memory that the process held at most until now."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak


def report(counts: Counts, seconds: float) -> str:
    kinds = ", ".join(f"{number} {kind}" for kind, number in counts.cases.most_common())
    missed = sorted(set(inputs.VERBS) - set(counts.verbs))
    return (
        f"{counts.total} cases in {seconds:.0f} s: {kinds}\n"
        f"{len(counts.verbs)} verbs, missed: {', '.join(missed) or 'none'}\n"
        f"slowest {counts.slowest * 1000:.0f} ms ({counts.slowest_case}); memory at most"
        f" {counts.memory[0] // 1024} MiB after the first life, {counts.memory[-1] // 1024} MiB"
        " at the end"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--life", type=int, help="this one alone, to see what broke again")
    options = parser.parse_args()
    counts = Counts()
    began = time.perf_counter()
    try:
        if options.life is not None:
            Life(options.seed, options.life, counts).live(CASES_A_LIFE)
        else:
            fuzz(options.cases, options.seed, counts, quiet=False)
    except Broken as problem:
        print(problem, file=sys.stderr)
        raise
    counts.memory = counts.memory or [resident()]
    print(report(counts, time.perf_counter() - began))
    return 0


if __name__ == "__main__":
    sys.exit(main())
