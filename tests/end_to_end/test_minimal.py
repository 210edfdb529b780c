# SPDX-License-Identifier: GPL-3.0-or-later
"""As few writes as the change needs, counted in the sentences that the routers received."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from end_to_end.world import WRITES, World, assert_applied, assert_settled, changes_of
from reconciler.change import Action, Change
from reconciler.desired import Desired, Source
from reconciler.diff import diff
from reconciler.emulator import Device
from reconciler.fleet import Fleet
from reconciler.kinds import FILTER
from reconciler.making import Terms
from reconciler.marks import Row
from reconciler.router import AnswerState
from reconciler.run import Scope, make_targets
from reconciler.sessions import SessionKind

SETTINGS = {
    "format": 1,
    "secrets": {"key": {"env": "RECONCILE_KEY"}, "allow_plain": "true"},
}
FASTTRACK = {"chain": "forward", "action": "fasttrack-connection"}


def zone(id_: str, router: str, net: str) -> dict[str, Any]:
    return {
        "id": id_,
        "router": router,
        "addresses": [f"{net}.0.0/16"],
        "local_address": f"{net}.0.1",
    }


def plan(id_: str, mode: str = "pppoe", **more: object) -> dict[str, Any]:
    return {"id": id_, "mode": mode, "download": "10M", "upload": "2M", **more}


def client(id_: str, plan_: str, address: str | None, **more: Any) -> dict[str, Any]:
    service: dict[str, Any] = {"plan": plan_, "since": "2026-01-01", "status": "active"}
    if address:
        service["address"] = address
    where = more.pop("zone", "norte")
    former = more.pop("former_ids", [])
    label = more.pop("label", f"Client {id_}")
    return {
        "id": id_, "name": label, "zone": where, "former_ids": former,
        "services": [service | more],
    }  # fmt: skip


SUSPENDED: dict[str, Any] = {
    "status": "suspended",
    "suspended": {"since": "2026-11-05", "cause": "debt"},
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Two routers, a zone on each, three plans and nobody yet."""
    with World(tmp_path) as world:
        world.write("reconcile.yaml", SETTINGS)
        for router, where, net in (("rb-norte", "norte", "10.20"), ("rb-sur", "sur", "10.30")):
            device = Device(version="7.22.3")
            device.add("/interface/bridge", name="bridge-lan")
            world.serve(router, device, lan_interface="bridge-lan")
            world.write(f"inventory/zones/{where}.yaml", zone(where, router, net))
        world.write("plans/slow.yaml", plan("slow"))
        world.write("plans/fast.yaml", plan("fast", download="50M"))
        world.write("plans/queue.yaml", plan("queue", "simple-queue"))
        yield world


def put(world: World, *clients: dict[str, Any]) -> None:
    for one in clients:
        world.write(f"inventory/clients/{one['id']}.yaml", one)


def settle(world: World, *clients: dict[str, Any]) -> None:
    put(world, *clients)
    assert_applied(world.apply())


def log_in(device: Device, name: str, address: str) -> str:
    return device.add_dynamic("/ppp/active", name=name, service="pppoe", address=address)


def rows_of(device: Device, path: str, **fields: str) -> list[dict[str, str]]:
    return [row for row in device.rows(path) if fields.items() <= row.items()]


def words(sentences: Sequence[Sequence[str]]) -> list[list[str]]:
    """Sentences without their tags."""
    return [[word for word in one if not word.startswith(".tag=")] for one in sentences]


def test_one_plan_change_is_one_set_and_one_session_drop(world: World) -> None:
    settle(
        world,
        client("ana", "slow", "10.20.0.7"),
        client("luis", "slow", "10.20.0.8"),
        client("eva", "fast", "10.20.0.9"),
    )
    device = world.device("rb-norte")
    sessions = {name: log_in(device, name, "10.20.0.7") for name in ("ana", "luis", "eva")}
    put(world, client("ana", "fast", "10.20.0.7"))
    (planned, _) = world.plan()
    assert [(one.kind, one.client) for one in planned.sessions] == [
        (SessionKind.PPP, "ana/internet")
    ]
    (secret,) = rows_of(device, "/ppp/secret", name="ana")
    with world.listening("rb-norte") as heard:
        assert_applied(world.apply())
    assert words(heard) == [
        ["/ppp/secret/set", f"=.id={secret['.id']}", "=profile=fast"],
        ["/ppp/active/remove", f"=.id={sessions['ana']}"],
    ]
    assert [row["name"] for row in device.rows("/ppp/active")] == ["luis", "eva"]


def test_nobody_is_logged_out_who_is_not_logged_in_or_may_finish(world: World) -> None:
    settle(
        world,
        client("ana", "slow", "10.20.0.7"),
        client("luis", "slow", "10.20.0.8"),
        client("eva", "fast", "10.20.0.9"),
    )
    device = world.device("rb-norte")
    put(world, client("ana", "fast", "10.20.0.7"))
    with world.listening("rb-norte") as heard:
        assert_applied(world.apply())
    assert [one[0] for one in heard] == ["/ppp/secret/set"]

    log_in(device, "ana", "10.20.0.7")
    world.write(
        "inventory/zones/norte.yaml", zone("norte", "rb-norte", "10.20") | {"sessions": "wait"}
    )
    put(world, client("ana", "slow", "10.20.0.7"), client("bea", "fast", "10.20.0.11"))
    (planned, _) = world.plan()
    assert [(one.client, one.waits) for one in planned.sessions] == [("ana/internet", True)]
    assert_applied(world.apply())
    assert [row["name"] for row in device.rows("/ppp/active")] == ["ana"]


def test_a_suspension_is_one_add(world: World) -> None:
    settle(world, client("ana", "queue", "10.20.0.7"), client("eva", "slow", "10.20.0.9"))
    for one in (client("ana", "queue", "10.20.0.7"), client("eva", "slow", "10.20.0.9")):
        put(world, one | {"services": [one["services"][0] | SUSPENDED]})
        with world.listening("rb-norte") as heard:
            assert_applied(world.apply())
        assert words(heard) == [
            [
                "/ip/firewall/address-list/add",
                "=list=rc-suspended",
                f"=address={one['services'][0]['address']}",
                f"=comment=Client {one['id']} [rc:{one['id']}/internet]",
            ]
        ]


def test_where_fasttrack_is_the_connections_of_the_suspended_end_too(world: World) -> None:
    device = world.device("rb-norte")
    device.add("/ip/firewall/filter", **FASTTRACK)
    settle(world, client("ana", "queue", "10.20.0.7"), client("eva", "queue", "10.20.0.70"))

    def connection(source: str, to: str, protocol: str = "tcp") -> str:
        return device.add_dynamic(
            "/ip/firewall/connection", src_address=source, dst_address=to, protocol=protocol
        )

    ending = [
        connection("10.20.0.7:5000", "198.51.100.1:443"),
        connection("198.51.100.9:443", "10.20.0.7:5001"),
        connection("10.20.0.7", "198.51.100.2", "icmp"),
    ]
    staying = [
        connection("10.20.0.70:5000", "198.51.100.1:443"),
        connection("110.20.0.7:5000", "198.51.100.1:443"),
        connection("198.51.100.1:443", "10.20.0.71:7"),
    ]
    put(world, client("ana", "queue", "10.20.0.7", **SUSPENDED))
    with world.listening("rb-norte") as heard:
        assert_applied(world.apply())
    assert [one[0] for one in heard] == [
        "/ip/firewall/address-list/add",
        "/ip/firewall/connection/remove",
    ]
    assert f"=.id={','.join(ending)}" in heard[1]
    assert [row[".id"] for row in device.rows("/ip/firewall/connection")] == staying


# -- many at once ------------------------------------------------------------------

MANY = 300


class Timed(list[list[str]]):
    """Sentences, and when each one came."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def append(self, words: list[str]) -> None:
        self.times.append(time.monotonic())
        super().append(words)

    def seconds(self, command: str) -> float:
        """From the first of these commands to the last."""
        times = [t for t, one in zip(self.times, self, strict=True) if one[0] == command]
        return max(times) - min(times)


def many(plan_: str, count: int = MANY, **more: Any) -> list[dict[str, Any]]:
    return [
        client(f"c{n}", plan_, f"10.20.{1 + n // 250}.{1 + n % 250}", **more) for n in range(count)
    ]


def test_hundreds_suspended_together_take_a_handful_of_round_trips(world: World) -> None:
    settle(world, *many("queue"))
    put(world, *many("queue", **SUSPENDED))
    server = world.servers["rb-norte"]
    server.sentences = timed = Timed()
    server.faults.latency = 0.05
    assert_applied(world.apply("rb-norte"))
    server.faults.clear()
    command = "/ip/firewall/address-list/add"
    assert [one[0] for one in server.commands("/add", "/set", "/remove")] == [command] * MANY
    # One by one they would take 300 round trips of 0.1 s; a handful, on a busy machine too, is 12.
    assert timed.seconds(command) < 12 * 0.1


def test_hundreds_restored_together_are_one_command(world: World) -> None:
    settle(world, *many("queue", **SUSPENDED))
    device = world.device("rb-norte")
    ids = [row[".id"] for row in rows_of(device, "/ip/firewall/address-list", list="rc-suspended")]
    assert len(ids) == MANY
    put(world, *many("queue"))
    with world.listening("rb-norte") as heard:
        assert_applied(world.apply())
    assert words(heard) == [["/ip/firewall/address-list/remove", f"=.id={','.join(ids)}"]]


def test_hundreds_changed_to_one_plan_are_one_command(world: World) -> None:
    settle(world, *many("slow"), client("eva", "fast", "10.20.0.9"))
    device = world.device("rb-norte")
    ids = [row[".id"] for row in rows_of(device, "/ppp/secret", profile="slow")]
    put(world, *many("fast")[1:])
    first = rows_of(device, "/ppp/secret", name="c0")[0][".id"]
    with world.listening("rb-norte") as heard:
        assert_applied(world.apply())
    (sentence,) = words(heard)
    assert (sentence[0], sentence[2:]) == ("/ppp/secret/set", ["=profile=fast"])
    changed = sentence[1].removeprefix("=.id=").split(",")
    assert sorted(changed) == sorted(set(ids) - {first})


def test_more_than_a_command_holds_are_a_few_commands(world: World) -> None:
    count = 900
    settle(world, *many("queue", count, **SUSPENDED))
    put(world, *many("queue", count))
    with world.listening("rb-norte") as heard:
        assert_applied(world.apply())
    sizes = [one[1].count(",") + 1 for one in words(heard)]
    assert {one[0] for one in heard} == {"/ip/firewall/address-list/remove"}
    assert sizes == [400, 400, 100]


# -- one thing for another ------------------------------------------------------------


def test_a_renamed_client_is_new_comments_and_nothing_else(world: World) -> None:
    old = client("ana", "slow", "10.20.0.7")
    queue = client("ana-q", "queue", "10.20.0.8", **SUSPENDED)
    settle(world, old, queue)
    device = world.device("rb-norte")
    log_in(device, "ana", "10.20.0.7")
    for gone in ("ana", "ana-q"):
        (world.root / f"inventory/clients/{gone}.yaml").unlink()
    pinned = {"name": "ana", "password": {"derived": 1, "of": "ana/internet"}}
    put(
        world,
        client("ana-lopez", "slow", "10.20.0.7", former_ids=["ana"], **pinned),
        client("ana-cola", "queue", "10.20.0.8", former_ids=["ana-q"], name="ana-q", **SUSPENDED),
    )
    plans = world.plan()
    changes = [change for one in plans for change in one.changes]
    assert {change.action for change in changes} == {Action.SET}
    assert all(set(change.after) == {"comment"} for change in changes), changes_of(plans)
    with world.listening("rb-norte") as heard:
        assert_applied(world.apply())
    assert len(heard) == len(changes) == 3
    assert all(one[0].endswith("/set") for one in heard)
    assert [row["name"] for row in device.rows("/ppp/active")] == ["ana"]
    assert_settled(world)


def both(world: World) -> list[tuple[str, list[str]]]:
    """The writes of both routers in the order in which they came, as they come."""
    order: list[tuple[str, list[str]]] = []

    class Tee(list[list[str]]):
        def __init__(self, router: str) -> None:
            super().__init__()
            self.router = router

        def append(self, words: list[str]) -> None:
            order.append((self.router, words))
            super().append(words)

    for router, server in world.servers.items():
        server.sentences = Tee(router)
    return order


def migrate(world: World) -> None:
    settle(world, client("ana", "slow", "10.20.0.7"), client("eva", "slow", "10.20.0.9"))
    put(world, client("ana", "slow", "10.30.0.7", zone="sur"))


def has_ana(world: World) -> tuple[bool, bool]:
    """On the old router, on the new one."""
    norte, sur = (
        bool(rows_of(world.device(router), "/ppp/secret", name="ana"))
        for router in ("rb-norte", "rb-sur")
    )
    return norte, sur


def test_a_service_is_made_on_its_new_router_before_it_goes_from_the_old(world: World) -> None:
    migrate(world)
    log_in(world.device("rb-norte"), "ana", "10.20.0.7")
    order = both(world)
    assert_applied(world.apply())
    assert has_ana(world) == (False, True)
    commands = [(router, one[0]) for router, one in order]
    made = commands.index(("rb-sur", "/ppp/secret/add"))
    seen = commands.index(("rb-sur", "/ppp/secret/print"), made)
    broken = commands.index(("rb-norte", "/ppp/secret/remove"))
    dropped = commands.index(("rb-norte", "/ppp/active/remove"))
    assert made < seen < broken < dropped
    assert world.device("rb-norte").rows("/ppp/active") == []
    assert_settled(world)


def test_a_service_moves_while_its_old_router_is_away(world: World) -> None:
    migrate(world)
    faults = world.servers["rb-norte"].faults
    faults.go_away()
    moved = world.run("apply", "--yes")
    assert moved.code == 3, moved.text
    assert has_ana(world) == (True, True)
    faults.come_back()
    removed = world.run("apply", "--yes")
    assert removed.code == 0, removed.text
    assert has_ana(world) == (False, True)
    assert_settled(world)


def test_a_service_stays_while_its_new_router_is_away(world: World) -> None:
    migrate(world)
    faults = world.servers["rb-sur"].faults
    faults.go_away()
    tried = world.run("apply", "--yes")
    assert tried.code == 3, tried.text
    assert "owed" in tried.out
    assert has_ana(world) == (True, False)
    # Nor is it removed by a run that does not look at the new router.
    narrowed = world.run("apply", "--router", "rb-norte", "--yes")
    assert "owed" in narrowed.out
    assert has_ana(world) == (True, False)
    faults.come_back()
    moved = world.run("apply", "--yes")
    assert moved.code == 0, moved.text
    assert has_ana(world) == (False, True)
    assert_settled(world)


def test_a_service_stays_where_its_new_router_refuses_it(world: World) -> None:
    migrate(world)
    world.servers["rb-sur"].faults.trap_at_write(1, "failure: no space left")
    tried = world.run("apply", "--yes")
    assert tried.code in (1, 5), tried.text
    assert has_ana(world)[0]


# -- the order of rules ------------------------------------------------------------------


def rule(number: int, chain: str = "rc-forward") -> Desired:
    mark = f"router/rule-{number}"
    values = {"chain": chain, "action": "accept", "dst-port": str(number), "protocol": "tcp"}
    return Desired(FILTER, mark, values | {"comment": f"[rc:{mark}]"}, Source(mark))


def as_row(wanted: Desired, number: int) -> Row:
    return {".id": f"*{number:X}", **wanted.values}


def carried_out(changes: Sequence[Change], rows: Sequence[Row]) -> list[str]:
    """The comments of the menu after the changes, done as RouterOS does them."""
    table = [dict(row) for row in rows]
    ids: dict[str, str] = {}
    for change in changes:
        assert change.place is not None
        if change.action is Action.ADD:
            row = {".id": f"new-{change.mark}", **dict(change.words)}
            ids[change.mark] = row[".id"]
        else:
            (row,) = [row for row in table if row[".id"] == change.row_id]
            table.remove(row)
        before = change.place.before_id or ids.get(change.place.before_mark or "")
        at = [row[".id"] for row in table].index(before) if before else len(table)
        table.insert(at, row)
    return [row["comment"] for row in table]


def longest_run(numbers: Sequence[int]) -> int:
    """The length of the longest increasing run, by the definition."""
    best: list[int] = []
    for at, number in enumerate(numbers):
        best.append(1 + max((best[i] for i in range(at) if numbers[i] < number), default=0))
    return max(best, default=0)


def test_one_rule_before_fifty_is_one_add_at_its_place() -> None:
    rules = [rule(number) for number in range(51)]
    rows = [as_row(one, at) for at, one in enumerate(rules) if at]
    for missing in (0, 25, 50):
        rows = [as_row(one, at) for at, one in enumerate(rules) if at != missing]
        outcome = diff(FILTER, rules, rows, Terms("r"))
        (change,) = outcome.changes
        assert change.action is Action.ADD
        assert change.place is not None
        following = f"*{missing + 1:X}" if missing < 50 else None
        assert change.place.before_id == following
        assert carried_out(outcome.changes, rows) == [one.values["comment"] for one in rules]


@given(
    st.integers(0, 50).flatmap(lambda count: st.permutations(range(count))),
    st.lists(st.integers(0, 60), max_size=6),
)
def test_rules_in_another_order_take_the_fewest_moves(
    held: list[int], strangers: list[int]
) -> None:
    rules = [rule(number) for number in range(len(held))]
    rows = [as_row(rules[number], number) for number in held]
    for at in strangers:
        foreign = {".id": f"*F{len(rows)}", "chain": "rc-forward", "comment": f"theirs {len(rows)}"}
        rows.insert(min(at, len(rows)), foreign)
    theirs = [row["comment"] for row in rows if row["comment"].startswith("theirs")]
    changes = diff(FILTER, rules, rows, Terms("r")).changes
    assert all(change.action is Action.MOVE for change in changes)
    assert len(changes) == len(held) - longest_run(held)
    after = carried_out(changes, rows)
    assert [one for one in after if "[rc:" in one] == [one.values["comment"] for one in rules]
    assert [one for one in after if one.startswith("theirs")] == theirs


# -- what a lost connection leaves undone ---------------------------------------------------


@pytest.mark.parametrize("at", [1, 2])
@pytest.mark.parametrize("took_effect", [True, False])
def test_a_session_drops_although_the_connection_was_lost_over_it(
    world: World, at: int, took_effect: bool
) -> None:
    """The next plan sees no difference any more, so it must be made good in the same run."""
    settle(
        world,
        client("ana", "slow", "10.20.0.7"),
        client("luis", "slow", "10.20.0.8"),
        client("eva", "fast", "10.20.0.9"),
    )
    device = world.device("rb-norte")
    for name in ("ana", "luis", "eva"):
        log_in(device, name, "10.20.0.7")
    put(world, client("ana", "fast", "10.20.0.7"))
    faults = world.servers["rb-norte"].faults
    (faults.drop_after_write if took_effect else faults.drop_before_write)(at)
    world.apply()
    if (at, took_effect) == (1, False):
        world.apply()
    assert_settled(world)
    assert [row["name"] for row in device.rows("/ppp/active")] == ["luis", "eva"]


@pytest.mark.parametrize("at", [1, 2])
def test_connections_end_although_the_session_was_lost_over_them(world: World, at: int) -> None:
    device = world.device("rb-norte")
    device.add("/ip/firewall/filter", **FASTTRACK)
    settle(world, client("ana", "queue", "10.20.0.7"), client("eva", "queue", "10.20.0.70"))
    device.add_dynamic(
        "/ip/firewall/connection", src_address="10.20.0.7:1", dst_address="198.51.100.1:443"
    )
    put(world, client("ana", "queue", "10.20.0.7", **SUSPENDED))
    world.servers["rb-norte"].faults.drop_after_write(at)
    world.apply()
    assert_settled(world)
    assert device.rows("/ip/firewall/connection") == []


def test_sessions_that_could_not_be_ended_are_told(world: World) -> None:
    settle(
        world,
        client("ana", "slow", "10.20.0.7"),
        client("luis", "slow", "10.20.0.8"),
        client("eva", "fast", "10.20.0.9"),
    )
    log_in(world.device("rb-norte"), "ana", "10.20.0.7")
    log_in(world.device("rb-norte"), "luis", "10.20.0.8")
    put(world, client("ana", "fast", "10.20.0.7"))
    faults = world.servers["rb-norte"].faults
    faults.trap_at_write(2, "failure: timeout")
    faults.trap_at_write(3, "failure: timeout")
    (work, _) = world.apply()
    assert [(one.client, one.reason) for one in work.lingering] == [
        ("ana/internet", "failure: timeout")
    ]

    put(world, client("luis", "fast", "10.20.0.8"))
    with Fleet(make_targets(world.load(), Scope(("rb-norte",)))) as fleet:
        (work,) = fleet.survey()
        faults.drop_after_write(1)
        faults.refuse_login = True
        fleet.apply()
    assert not work.verified
    assert [(one.client, one.reason) for one in work.lingering] == [
        ("luis/internet", "the router was lost")
    ]


def test_what_somebody_else_removed_meanwhile_is_gone(world: World) -> None:
    """One of a list that is not there makes RouterOS refuse the list; the others are done."""
    settle(world, *many("queue", 5, **SUSPENDED), *many_more("slow", 5), EVA)
    device = world.device("rb-norte")
    put(world, *many("queue", 5), *many_more("fast", 5))
    fleet = Fleet(make_targets(world.load(), Scope(("rb-norte",))))
    with fleet:
        (work,) = fleet.survey()
        suspended = rows_of(device, "/ip/firewall/address-list", list="rc-suspended")
        device.remove("/ip/firewall/address-list", suspended[2][".id"])
        device.remove("/ppp/secret", "m3")
        fleet.apply()
    assert rows_of(device, "/ip/firewall/address-list", list="rc-suspended") == []
    failed = [c for c in work.plan.changes if work.answer(c).state is not AnswerState.DONE]
    assert [dict(change.key)["name"] for change in failed] == ["m3"]
    assert [(change.action, dict(change.key)["name"]) for change in work.remaining] == [
        (Action.ADD, "m3")
    ]
    assert len(rows_of(device, "/ppp/secret", profile="fast")) == 5
    assert_applied(world.apply())
    assert_settled(world)


EVA = client("eva", "fast", "10.20.0.9")


def many_more(plan_: str, count: int) -> list[dict[str, Any]]:
    return [client(f"m{n}", plan_, f"10.20.9.{1 + n}") for n in range(count)]


def take_over(world: World) -> None:
    """Ana moves to the other router, and somebody else gets what she had on this one."""
    settle(world, client("ana", "queue", "10.20.0.7"), client("eva", "queue", "10.20.0.9"))
    put(
        world,
        client("ana", "queue", "10.30.0.7", zone="sur"),
        client("pia", "queue", "10.20.0.7", name="ana"),
    )


def test_who_gets_the_name_of_a_service_that_moves_waits_until_it_has_moved(world: World) -> None:
    take_over(world)
    faults = world.servers["rb-sur"].faults
    faults.go_away()
    tried = world.run("apply", "--yes")
    assert tried.code == 3, tried.text
    (queue,) = rows_of(world.device("rb-norte"), "/queue/simple", name="ana")
    assert queue["comment"].endswith("[rc:ana/internet]")
    faults.come_back()
    assert_applied(world.apply())
    (queue,) = rows_of(world.device("rb-norte"), "/queue/simple", name="ana")
    assert queue["comment"].endswith("[rc:pia/internet]")
    assert rows_of(world.device("rb-sur"), "/queue/simple", name="ana")
    assert_settled(world)


def test_who_gets_the_name_of_a_service_that_moves_gets_it_in_the_same_run(world: World) -> None:
    take_over(world)
    order = both(world)
    assert_applied(world.apply())
    commands = [(router, one[0]) for router, one in order if one[0].endswith(WRITES)]
    assert [c for c in commands if c[1].startswith("/queue")] == [
        ("rb-sur", "/queue/simple/add"),
        ("rb-norte", "/queue/simple/remove"),
        ("rb-norte", "/queue/simple/add"),
    ]
    assert_settled(world)


def test_a_dynamic_row_holds_the_place_of_ours_until_it_is_gone(world: World) -> None:
    """Somebody blocked ana for a day, by hand or by a script: so she is, without us."""
    settle(world, client("ana", "queue", "10.20.0.7"))
    device = world.device("rb-norte")
    blocked = {"list": "rc-suspended", "address": "10.20.0.7"}
    device.add("/ip/firewall/address-list", **blocked, timeout="1d")
    put(world, client("ana", "queue", "10.20.0.7", **SUSPENDED))
    plans = world.plan()
    assert changes_of(plans) == []
    assert [problem.code for one in plans for problem in one.problems] == ["held-by-dynamic-row"]
    with world.listening("rb-norte") as heard:
        assert_applied(world.apply())
    assert heard == []
    device.clock.advance(86_401)
    assert_applied(world.apply())
    (row,) = rows_of(device, "/ip/firewall/address-list", **blocked)
    assert row["comment"] == "Client ana [rc:ana/internet]"
    assert_settled(world)


def test_a_suspension_without_an_address_is_one_set_and_one_session_drop(world: World) -> None:
    device = world.device("rb-norte")
    device.add("/ip/pool", name="pool", ranges="10.20.5.1-10.20.5.99")
    world.write("plans/pool.yaml", plan("pool", pool="pool"))
    settle(world, client("ana", "pool", None, **SUSPENDED), client("eva", "pool", None))
    session = log_in(device, "eva", "10.20.5.1")
    put(world, client("eva", "pool", None, **SUSPENDED))
    (secret,) = rows_of(device, "/ppp/secret", name="eva")
    with world.listening("rb-norte") as heard:
        assert_applied(world.apply())
    assert words(heard) == [
        ["/ppp/secret/set", f"=.id={secret['.id']}", "=profile=rc-suspended-pool"],
        ["/ppp/active/remove", f"=.id={session}"],
    ]
