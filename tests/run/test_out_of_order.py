# SPDX-License-Identifier: GPL-3.0-or-later
"""A router that mixes the replies of commands under way: every answer finds its command."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from end_to_end.world import World
from run.town import build, suspend

from reconciler.emulator import Clock, Device, Server, serve
from reconciler.router import AnswerState, Command, Endpoint, Read, TlsMode, connect

LONG, SHORT = "/ppp/secret", "/system/identity"


@pytest.fixture(params=[1, 2, 3])
def mixed(request: pytest.FixtureRequest) -> Iterator[Server]:
    device = Device(clock=Clock.frozen())
    for number in range(300):
        device.add(LONG, name=f"c{number}", service="pppoe")
    with serve(device, user="u", password="x") as server:
        server.faults.shuffle = request.param
        yield server


def test_our_own_session_tells_answers_apart(mixed: Server) -> None:
    endpoint = Endpoint(
        host=mixed.host, username="u", password="x", port=mixed.port, tls=TlsMode.off()
    )
    with connect(endpoint) as session:
        secrets, identity, none = session.read(
            [Read(LONG, ("name",)), Read(SHORT), Read("/queue/simple")]
        )
        assert [row["name"] for row in secrets] == [f"c{number}" for number in range(300)]
        assert (identity, none) == ([{"name": "MikroTik"}], [])
        names = [f"d{number}" for number in range(400)]
        names[200] = "c7"
        commands = [Command(LONG, "add", (("name", name), ("service", "pppoe"))) for name in names]
        heard: list[int] = []
        answers = session.write(commands, on_answer=lambda index, _answer: heard.append(index))
    states = [answer.state for answer in answers]
    assert states.count(AnswerState.DONE) == 399
    assert states[200] is AnswerState.FAILED
    assert heard != sorted(heard), "the replies came in order, so this shows nothing"
    rows = {row[".id"]: row["name"] for row in mixed.device.rows(LONG)}
    assert [rows[answer.ret] for answer in answers if answer.ret] == names[:200] + names[201:]


def test_a_whole_town_is_applied(tmp_path: Path) -> None:
    with World(tmp_path / "repo") as world:
        server = world.serve("tower", Device(version="7.22.3"), pipeline=64)
        server.faults.shuffle = 11
        ids = build(world, 60)
        assert world.run("apply", "--yes").code == 0
        suspend(world, ids[:2])
        assert world.run("apply", "--yes").code == 0
        assert world.run("plan", "--detailed-exitcode").code == 0
