# SPDX-License-Identifier: GPL-3.0-or-later
"""The pen: what it tells its log and when, how it renews a lease midway, how it is stopped."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from reconciler.change import Action, Change
from reconciler.conversation import MAX_WINDOW, Window
from reconciler.desired import Source
from reconciler.emulator import Clock, Device, Server, serve
from reconciler.kinds import ADDRESS_LIST
from reconciler.lease import LeaseLost
from reconciler.pen import Pen, Said, Silent, Step
from reconciler.router import AnswerState, Command, Endpoint, Session, TlsMode, connect

PATH = ADDRESS_LIST.path
DONE, NOT_TRIED = AnswerState.DONE, AnswerState.NOT_TRIED


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Device(clock=Clock.frozen()), user="u", password="x") as running:
        yield running


@pytest.fixture
def session(server: Server) -> Iterator[Session]:
    endpoint = Endpoint(
        host=server.host, username="u", password="x", port=server.port, tls=TlsMode.off()
    )
    with connect(endpoint) as open_session:
        yield open_session


def steps(count: int) -> list[Step]:
    def step(number: int) -> Step:
        address = f"198.51.{number >> 8}.{number & 255}"
        key = {"list": "ours", "address": address}
        change = Change(Action.ADD, ADDRESS_LIST, key, {}, {}, Source("c"), f"c/{number}")
        return Step(Command(PATH, "add", (("list", "ours"), ("address", address))), (change,))

    return [step(number) for number in range(count)]


@dataclass
class Heard(Silent):
    """A log that keeps how many were tried and answered, in order."""

    events: list[tuple[str, int]] = field(default_factory=list)

    def trying(self, changes: Iterable[Change]) -> None:
        self.events.append(("trying", len(list(changes))))

    def answered(self, said: Sequence[Said]) -> None:
        self.events.append(("answered", len(said)))

    def sizes(self, event: str) -> list[int]:
        return [size for name, size in self.events if name == event]

    @property
    def most_under_way(self) -> int:
        under_way, most = 0, 0
        for name, size in self.events:
            under_way += size if name == "trying" else -size
            most = max(most, under_way)
        return most


def test_nothing_is_tried_before_it_is_sent_and_every_answer_is_told(session: Session) -> None:
    heard = Heard()
    answers = Pen(session, log=heard).write(steps(300))
    assert [answer.state for answer in answers] == [DONE] * 300
    assert heard.sizes("trying")[0] == 16
    assert sum(heard.sizes("trying")) == sum(heard.sizes("answered")) == 300


@pytest.mark.parametrize("pipeline", [1, 8, 40])
def test_a_cap_for_small_routers_is_never_exceeded(session: Session, pipeline: int) -> None:
    heard = Heard()
    Pen(session, pipeline, log=heard).write(steps(100))
    assert heard.most_under_way <= pipeline
    if pipeline == 1:
        assert heard.events == [("trying", 1), ("answered", 1)] * 100


def test_rules_go_one_by_one_whatever_the_window(session: Session) -> None:
    heard = Heard()
    Pen(session, 40, log=heard).write(steps(5), singly=True)
    assert heard.most_under_way == 1


def test_the_window_never_grows_beyond_its_cap() -> None:
    window = Window()
    for now in range(2000):
        window.answered(now, now + 0.01, most=MAX_WINDOW, more=True)
    assert window.size == MAX_WINDOW


def test_a_lease_that_is_due_is_renewed_with_nothing_under_way(session: Session) -> None:
    heard = Heard()
    renewed: list[int] = []

    def keep() -> None:
        tried, answered = (sum(heard.sizes(name)) for name in ("trying", "answered"))
        assert tried == answered
        renewed.append(answered)

    def is_due() -> bool:
        return len(renewed) == 1 and sum(heard.sizes("answered")) >= 16

    answers = Pen(session, keep=keep, is_due=is_due, log=heard).write(steps(300))
    assert [answer.state for answer in answers] == [DONE] * 300
    assert len(renewed) == 2
    assert 0 < renewed[1] < 300


def test_a_lease_that_is_lost_midway_leaves_the_rest_alone(
    server: Server, session: Session
) -> None:
    heard = Heard()

    def keep() -> None:
        if heard.events:
            raise LeaseLost("somebody broke it")

    pen = Pen(session, keep=keep, is_due=lambda: True, log=heard)
    answers = pen.write(steps(300))
    written = sum(heard.sizes("trying"))
    assert written < 300
    assert [answer.state for answer in answers] == [DONE] * written + [NOT_TRIED] * (300 - written)
    assert answers[-1].message == "somebody broke it"
    assert len(server.device.rows(PATH)) == written


def test_a_pen_that_is_stopped_hears_what_is_under_way(server: Server, session: Session) -> None:
    pen = Pen(session)

    class Stopping(Heard):
        def answered(self, said: Sequence[Said]) -> None:
            super().answered(said)
            pen.stopped = "the run was interrupted"

    pen.log = heard = Stopping()
    answers = pen.write(steps(300))
    written = sum(heard.sizes("trying"))
    assert sum(heard.sizes("answered")) == written < 300
    assert [answer.state for answer in answers[written:]] == [NOT_TRIED] * (300 - written)
    assert answers[-1].message == "the run was interrupted"
    assert len(server.device.rows(PATH)) == written
