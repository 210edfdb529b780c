# SPDX-License-Identifier: GPL-3.0-or-later
"""Units of work as messages: level-based, done again without doing anything twice, no secret."""

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from cli.conftest import client, world
from end_to_end.world import World, assert_settled
from executor.inline import Inline, distant, inline, secrets_of

from reconciler.cli import worker
from reconciler.emulator.session import Verdict
from reconciler.errors import FilesError
from reconciler.executor.claim import SECONDS_UNSEEN, Claim
from reconciler.executor.cluster import ClusterError
from reconciler.executor.parcel import pack
from reconciler.executor.questions import Inverse
from reconciler.journal import Journal
from reconciler.lease import Held, LeaseLost
from reconciler.outcome import outcome_codes
from reconciler.router import AnswerState, connect
from reconciler.run import Scope, make_targets
from reconciler.work import Work

__all__ = ["world"]  # fixture

NOW = datetime(2026, 11, 21, tzinfo=UTC)
QUEUE, SECRET, LIST = "/queue/simple", "/ppp/secret", "/ip/firewall/address-list"
Events = list[dict[str, Any]]


def many(world: World, count: int = 12) -> None:
    """Clients with queues and logins, and names that are hard to carry."""
    world.write(
        "plans/dsl.yaml",
        {
            "id": "dsl",
            "mode": "pppoe",
            "download": "5M",
            "upload": "1M",
            "local_address": "10.20.0.1",
            "price": "1.00",
        },
    )
    for number in range(count):
        data = client(f"c-{number}", "norte", f"10.20.0.{20 + number}")
        if number % 2:
            data["services"][0]["plan"] = "dsl"  # type: ignore[index]
        world.write(f"inventory/clients/c-{number}.yaml", data | {"name": f'Ñu "{number}" yes'})


def applied(world: World, cluster: Inline, events: Events | None = None) -> list[Work]:
    """A whole apply through messages."""
    told: Events = [] if events is None else events
    journal = Journal("r", [lambda lines: told.extend(map(json.loads, lines))], str)
    with distant(world, cluster) as fleet:
        fleet.survey()
        fleet.secure("test", NOW, Inverse("r", None))
        for work in fleet.works:
            journal.planned(work.plan)
        fleet.apply(log=journal.of)
        return fleet.works


def written(world: World, router: str = "rb-norte") -> Counter[tuple[str, str]]:
    """How often each row was added or removed on a router, by menu and name."""
    found: Counter[tuple[str, str]] = Counter()
    for words in world.servers[router].commands("/add"):
        said = dict(word[1:].split("=", 1) for word in words[1:] if word.startswith("="))
        if said.get("list") != "rc-lease":
            found[words[0], said.get("name") or said.get("address", "")] += 1
    return found


def test_a_run_by_messages_is_a_run(world: World) -> None:
    many(world)
    cluster = inline(world)
    works = applied(world, cluster)
    assert outcome_codes(works) == []
    assert [work.count(AnswerState.DONE) for work in works] == [14, 1]
    assert set(written(world).values()) == {1}
    assert not [row for row in world.device("rb-norte").rows(LIST) if row["list"] == "rc-lease"]
    assert_settled(world)


def test_no_message_holds_a_secret(world: World) -> None:
    many(world)
    applied(world, inline(world))
    # Now with passwords that are lost, which the undo file keeps sealed.
    for number in range(12):
        (world.root / f"inventory/clients/c-{number}.yaml").unlink()
    cluster = inline(world)
    applied(world, cluster)
    assert list(world.device("rb-norte").rows(SECRET)) == []
    sent = "".join(cluster.sent)
    assert "c-1/internet" in sent
    known = secrets_of(world) | {"canary"}
    assert len(known) >= 4
    assert not [secret for secret in known if secret in sent]


@pytest.mark.parametrize("unit", ["plan", "secure", "make", "take", "look", "keep", "release"])
def test_a_worker_that_is_lost_after_its_work_changes_nothing(world: World, unit: str) -> None:
    many(world)
    applied(world, inline(world))
    (world.root / "inventory/clients/c-1.yaml").unlink()
    world.write("inventory/clients/c-2.yaml", client("c-2", "norte", "10.20.0.99"))
    before = written(world)
    works = applied(world, inline(world, unit))
    assert outcome_codes(works) == []
    assert written(world) == before
    assert_settled(world)


@pytest.mark.parametrize("at", range(1, 15, 2))
def test_lost_at_any_write_it_is_taken_up_and_nothing_is_done_twice(world: World, at: int) -> None:
    """The worker's session goes after a write, what it knew is lost, and another one goes on."""
    many(world)
    events: Events = []
    works = applied(world, killed_at(world, 2 + at), events)  # the lease taken, and taken up
    assert outcome_codes(works) == []
    assert set(written(world).values()) == {1}
    assert_settled(world)
    states = last_states(events)
    assert len(states) == 15
    assert set(states.values()) == {"done"}
    unknown = [event for event in events if event.get("state") == "unknown"]
    assert {event["router"] for event in unknown} <= {"rb-norte", "rb-sur"}
    assert any(event["router"] == "rb-norte" for event in unknown)


def killed_at(world: World, write: int) -> Inline:
    """A cluster whose worker is lost with a write that takes effect, and does nothing more."""
    faults = world.servers["rb-norte"].faults
    cluster = inline(world, "make")

    def die() -> Verdict:
        faults.refuse_login = True
        return Verdict.DROP_AFTER

    def come_back() -> None:
        faults.refuse_login = False

    faults.at_write(write, die)
    cluster.between = come_back
    return cluster


def last_states(events: Events) -> dict[int, str]:
    results = [event for event in events if event["event"] == "result"]
    return {number: event["state"] for event in results for number in event["changes"]}


def test_sessions_of_what_a_lost_worker_wrote_are_dropped(world: World) -> None:
    many(world)
    applied(world, inline(world))
    world.device("rb-norte").add_dynamic("/ppp/active", name="c-1", service="pppoe")
    plan = json.loads((world.root / "plans/dsl.yaml").read_text(encoding="utf-8"))
    world.write("plans/dsl.yaml", plan | {"download": "7M"})
    works = applied(world, killed_at(world, 3))  # between the profile and the session
    assert outcome_codes(works) == []
    assert [row["name"] for row in world.device("rb-norte").rows("/ppp/active")] == []


def test_who_moves_waits_until_the_new_router_carries_it(world: World) -> None:
    applied(world, inline(world))
    world.write("inventory/clients/ana.yaml", client("ana", "sur", "10.30.0.7"))
    works = applied(world, inline(world, "make", "take"))
    assert outcome_codes(works) == []
    assert [row["name"] for row in world.device("rb-norte").rows(QUEUE)] == []
    assert {row["name"] for row in world.device("rb-sur").rows(QUEUE)} == {"ana", "eva"}


def test_a_move_stays_owed_where_the_new_router_refuses(world: World) -> None:
    applied(world, inline(world))
    world.write("inventory/clients/ana.yaml", client("ana", "sur", "10.30.0.7"))
    world.servers["rb-sur"].faults.trap_at_write(3, "failure: no")
    works = applied(world, inline(world))
    assert sorted(outcome_codes(works)) == [1]
    assert [row["name"] for row in world.device("rb-norte").rows(QUEUE)] == ["ana"]
    assert len(works[0].owed) == 1


def test_a_change_by_hand_between_plan_and_write_is_left_and_said(world: World) -> None:
    applied(world, inline(world))
    plan = json.loads((world.root / "plans/casa.yaml").read_text(encoding="utf-8"))
    world.write("plans/casa.yaml", plan | {"download": "20M"})
    with distant(world, inline(world)) as fleet:
        fleet.survey()
        fleet.secure("test", NOW, Inverse("r", None))
        (row,) = world.device("rb-norte").rows(QUEUE)
        world.device("rb-norte").set(QUEUE, row[".id"], **{"max-limit": "1M/1M"})
        fleet.apply()
        assert outcome_codes(fleet.works) == [1]
        answer = fleet.works[0].answer(fleet.works[0].plan.changes[0])
    assert (answer.state, answer.message) == (
        AnswerState.FAILED,
        "it changed meanwhile, and is left",
    )
    assert world.device("rb-norte").rows(QUEUE)[0]["max-limit"] == "1000000/1000000"


def test_another_run_has_the_lease(world: World) -> None:
    with distant(world, inline(world)) as first:
        first.survey()
        first.secure("maria", NOW, Inverse("r", None))
        with distant(world, inline(world), token="other") as second:
            second.survey()
            with pytest.raises(Held, match="held by maria"):
                second.secure("pedro", NOW, Inverse("s", None))
        first.apply()
        assert outcome_codes(first.works) == []
    assert_settled(world)


def test_workers_that_are_all_lost_leave_it_unknown_and_5(world: World) -> None:
    cluster = inline(world)
    events: Events = []
    journal = Journal("r", [lambda lines: events.extend(map(json.loads, lines))], str)
    with distant(world, cluster) as fleet:
        fleet.survey()
        fleet.secure("test", NOW, Inverse("r", None))
        for work in fleet.works:
            journal.planned(work.plan)
        cluster.is_gone = True
        fleet.apply(log=journal.of)
        assert outcome_codes(fleet.works) == [5, 5]
    assert set(last_states(events).values()) == {"unknown"}


def test_a_scheduler_that_is_lost_before_the_phase_leaves_it_untried(world: World) -> None:
    cluster = inline(world)
    with distant(world, cluster) as fleet:
        fleet.survey()
        fleet.secure("test", NOW, Inverse("r", None))
        cluster.is_dead = True
        fleet.apply()
        assert outcome_codes(fleet.works) == [3, 3]
        assert fleet.works[0].troubles == ["The scheduler was lost: no answer."]
    assert world.device("rb-norte").rows(QUEUE) == []


def test_a_scheduler_that_is_lost_in_the_phase_leaves_it_unknown(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = inline(world)
    done = cluster._work

    def die(text: str) -> str:
        answer = done(text)
        cluster.is_dead = '"make"' in text
        if cluster.is_dead:
            raise ClusterError("The scheduler was lost: no answer.")
        return answer

    monkeypatch.setattr(cluster, "_work", die)
    with distant(world, cluster) as fleet:
        fleet.survey()
        fleet.secure("test", NOW, Inverse("r", None))
        fleet.apply()
        assert outcome_codes(fleet.works) == [5, 5]
    assert [row["name"] for row in world.device("rb-norte").rows(QUEUE)] == ["ana"]


def test_a_worker_without_a_secret_says_which_and_where(world: World) -> None:
    environ = {key: text for key, text in world.environ.items() if key != "RB_SUR_PASSWORD"}
    with (
        distant(world, inline(world, environ=environ)) as fleet,
        pytest.raises(FilesError) as caught,
    ):
        fleet.survey()
    (problem,) = caught.value.problems
    assert "RB_SUR_PASSWORD is not set" in problem.message
    assert "on the worker" in str(problem.hint)
    assert str(problem.where) == "inventory/routers/rb-sur.yaml:1"


def test_a_worker_of_another_version_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "__version__", "0.0.1")
    expected = pytest.raises(ClusterError, match=r"has reconcile 0\.0\.1, this is")
    with distant(world, inline(world)) as fleet, expected:
        fleet.survey()


def test_files_with_a_secret_in_clear_are_not_sent(world: World) -> None:
    settings = json.loads((world.root / "reconcile.yaml").read_text(encoding="utf-8"))
    settings["secrets"]["allow_plain"] = "true"
    world.write("reconcile.yaml", settings)
    data = client("ana", "norte", "10.20.0.7")
    data["services"][0]["password"] = {"plain": "secreto-7"}  # type: ignore[index]
    world.write("inventory/clients/ana.yaml", data)
    with pytest.raises(FilesError) as caught:
        pack(world.load().inventory)
    (problem,) = caught.value.problems
    assert problem.message.startswith("inventory/clients/ana.yaml holds a secret in clear")
    assert "secreto" not in str(problem)


def test_an_attempt_that_was_thought_lost_finds_its_lease_taken_up(world: World) -> None:
    now = [0.0]
    (target,) = make_targets(world.load(), Scope(("rb-norte",)))

    def clock() -> float:
        return now[0]

    with connect(target.endpoint) as one, connect(target.endpoint) as two:
        first, before = Claim("token", "a").take_up(one, "maria", NOW, clock)
        assert before is None
        first.keep()
        second, before = Claim("token", "b").take_up(two, "maria", NOW, clock)
        assert before == "a"
        now[0] += SECONDS_UNSEEN
        second.keep()
        with pytest.raises(LeaseLost):
            first.keep()
        assert not first.is_held
        with pytest.raises(Held, match="held by maria"):
            Claim("other", "c").take_up(one, "pedro", NOW, clock)
        Claim("token", "d").release(one)
        assert world.device("rb-norte").rows(LIST) == []
