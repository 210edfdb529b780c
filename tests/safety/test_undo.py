# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile undo`: everything is as before the run, or the row that moved on is named."""

import json

import pytest
from end_to_end.world import World, commit
from safety.valley import (
    LOOSE,
    ROUTERS,
    change_everything,
    client,
    contents,
    edit,
    marked,
    secrets_on,
    undo_files,
)

from reconciler.emulator import Device


def state_of(world: World) -> dict[str, object]:
    return {name: contents(world.device(name)) for name in ROUTERS}


def changed(world: World) -> dict[str, object]:
    """Everything that can be changed has been; what was before."""
    change_everything(world)
    before = state_of(world)
    ran = world.run("apply", "--yes", *LOOSE)
    assert ran.code == 0, ran.text
    assert state_of(world) != before
    return before


def undone(world: World, *arguments: str) -> str:
    ran = world.run("undo", *arguments, "--yes", *LOOSE)
    assert ran.code == 0, ran.text
    return ran.out


def test_everything_is_as_before(valley: World) -> None:
    before = changed(valley)
    out = undone(valley)
    assert state_of(valley) == before
    assert "Applied: " in out
    assert valley.run("plan", "--detailed-exitcode").code == 2
    assert valley.run("apply", "--yes", *LOOSE).code == 0


def test_the_first_apply_leaves_the_routers_as_they_were(valley: World) -> None:
    undone(valley)
    for name in ROUTERS:
        text = json.dumps(contents(valley.device(name)))
        assert "[rc:" not in text
        assert '"rc-' not in text


def test_undoing_twice_does_nothing_twice(valley: World) -> None:
    before = changed(valley)
    undone(valley)
    with valley.listening("rb-norte") as writes:
        assert "Nothing to undo" in undone(valley)
    assert writes == []
    assert state_of(valley) == before


def test_an_undo_can_be_undone_by_its_name(valley: World) -> None:
    changed(valley)
    after = state_of(valley)
    undone(valley)
    undone(valley, undo_files(valley)[-1].stem)
    assert state_of(valley) == after


def test_ids_dealt_anew_do_not_matter(valley: World) -> None:
    before = changed(valley)
    for name in ROUTERS:
        valley.device(name).reboot()
    undone(valley)
    assert state_of(valley) == before


@pytest.mark.parametrize("cut_at", [1, 2, 4, 7, 11, 16, 22])
@pytest.mark.parametrize("done", [False, True])
def test_an_apply_that_was_cut_is_undone(valley: World, cut_at: int, done: bool) -> None:
    change_everything(valley)
    before = state_of(valley)
    faults = valley.servers["rb-norte"].faults
    # The first write is the lease.
    (faults.drop_after_write if done else faults.drop_before_write)(cut_at + 1)
    valley.run("apply", "--yes", *LOOSE)
    faults.clear()
    valley.run("unlock", "rb-norte", "--yes")
    undone(valley)
    assert state_of(valley) == before


@pytest.mark.parametrize("cut_at", [1, 3, 8, 15])
def test_an_undo_that_was_cut_is_completed_by_the_next(valley: World, cut_at: int) -> None:
    before = changed(valley)
    valley.servers["rb-norte"].faults.drop_after_write(cut_at + 1)
    valley.run("undo", "--yes", *LOOSE)
    valley.servers["rb-norte"].faults.clear()
    valley.run("unlock", "rb-norte", "--yes")
    undone(valley)
    assert state_of(valley) == before


def test_a_removed_rule_and_queue_return_to_their_places(valley: World) -> None:
    norte = valley.device("rb-norte")
    queue = norte.rows("/queue/simple")[-1]
    norte.move("/queue/simple", queue[".id"], norte.rows("/queue/simple")[0][".id"])
    norte.add("/ip/firewall/filter", chain="rc-forward", action="accept", comment="by hand")
    before = contents(norte)
    assert norte.rows("/queue/simple")[0]["comment"].endswith("taller-el-perico/camaras]")
    (valley.root / client("norte", "taller-el-perico")).unlink()
    edit(valley, "inventory/routers/rb-norte.yaml", block_rules="false")
    assert valley.run("apply", "--yes", *LOOSE).code == 0
    assert contents(norte)["/ip/firewall/filter"].get("rc-forward") == [
        {
            name: text
            for name, text in norte.rows("/ip/firewall/filter")[-1].items()
            if name in ("chain", "action", "comment", "invalid", "dynamic", "disabled", "log")
        }
    ]
    undone(valley)
    assert contents(norte) == before


def test_what_the_operator_set_comes_back_with_the_row(valley: World) -> None:
    norte = valley.device("rb-norte")
    secret = marked(norte, "/ppp/secret", "itzel-xool/internet")
    norte.set("/ppp/secret", secret[".id"], routes="10.99.0.0/24", limit_bytes_in="1000000")
    before = marked(norte, "/ppp/secret", "itzel-xool/internet")
    (valley.root / client("norte", "itzel-xool")).unlink()
    assert valley.run("apply", "--yes", *LOOSE).code == 0
    undone(valley)
    after = marked(norte, "/ppp/secret", "itzel-xool/internet")
    assert after | {".id": ""} == before | {".id": ""}


# -- what moved on ----------------------------------------------------------------


def test_a_row_that_moved_on_keeps_its_router_as_it_is(valley: World) -> None:
    before = changed(valley)
    secret = marked(valley.device("rb-norte"), "/ppp/secret", "luis-mora/internet")
    valley.device("rb-norte").set("/ppp/secret", secret[".id"], profile="default")
    with valley.listening("rb-norte") as writes:
        ran = valley.run("undo", "--yes", *LOOSE)
    assert ran.code == 1
    assert "/ppp/secret luis-mora pppoe is neither as before the run nor as after it" in ran.text
    assert writes == []
    assert contents(valley.device("rb-sur")) == before["rb-sur"]


def test_a_profile_that_somebody_uses_since_is_not_taken_away(valley: World) -> None:
    norte = valley.device("rb-norte")
    norte.add("/ppp/secret", name="vecino", password="x", profile="hogar-20")
    ran = valley.run("undo", "--yes", *LOOSE)
    assert ran.code == 1
    assert "/ppp/profile hogar-20 is used by 1 row of /ppp/secret now" in ran.text


def test_a_name_that_is_taken_since_is_not_written_over(valley: World) -> None:
    (valley.root / client("norte", "itzel-xool")).unlink()
    assert valley.run("apply", "--yes", *LOOSE).code == 0
    norte = valley.device("rb-norte")
    norte.add("/ppp/secret", name="itzel-xool", password="x", service="pppoe")
    ran = valley.run("undo", "--yes", *LOOSE)
    assert ran.code == 1
    assert "/ppp/secret itzel-xool pppoe is taken by another row now" in ran.text


# -- secrets -----------------------------------------------------------------------


def test_no_secret_is_in_clear_in_the_file(valley: World) -> None:
    secrets = set().union(*(secrets_on(valley.device(name)) for name in ROUTERS))
    changed(valley)
    secrets |= set().union(*(secrets_on(valley.device(name)) for name in ROUTERS))
    undone(valley)
    texts = [path.read_text() for path in undo_files(valley)]
    assert len(secrets) > 10
    assert [secret for secret in secrets for text in texts if secret in text] == []
    assert all(path.stat().st_mode & 0o077 == 0 for path in undo_files(valley))
    assert "sealed" in texts[1]


def test_without_the_package_what_cannot_be_restored_is_named(
    valley: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciler.undo.seal.INSTALLED", False)
    (valley.root / client("norte", "itzel-xool")).unlink()
    edit(valley, client("norte", "ana-lopez"), password={"derived": "2"}, comment="Otra")
    assert valley.run("apply", "--yes", *LOOSE).code == 0
    ran = valley.run("undo", "--yes", *LOOSE)
    assert ran.code == 5
    assert "password of /ppp/secret itzel-xool pppoe cannot be restored" in ran.text
    assert "password of /ppp/secret ana-lopez pppoe cannot be restored" in ran.text
    norte = valley.device("rb-norte")
    assert "itzel-xool" not in [row["name"] for row in norte.rows("/ppp/secret")]
    assert marked(norte, "/ppp/secret", "ana-lopez/internet")["comment"].startswith("Ana López")


def test_another_key_opens_nothing(valley: World) -> None:
    edit(valley, client("norte", "ana-lopez"), password={"derived": "2"})
    assert valley.run("apply", "--yes").code == 0
    valley.environ["RECONCILE_KEY"] = "another-key-of-no-value-98765"
    ran = valley.run("undo", "--yes", *LOOSE)
    assert ran.code in (1, 5)
    assert "password of /ppp/secret ana-lopez pppoe" in ran.text


# -- the command -------------------------------------------------------------------


def test_without_a_terminal_it_needs_yes(valley: World) -> None:
    with valley.listening("rb-norte") as writes:
        assert valley.run("undo", *LOOSE).code == 64
    assert writes == []


@pytest.mark.parametrize("run", ["20260101T000000Z-abcdef", "../journal/x", "x/../../y"])
def test_a_run_that_is_not_there_is_an_error(valley: World, run: str) -> None:
    ran = valley.run("undo", run, "--yes")
    assert ran.code == 1
    assert f"There is no undo file of a run {run}" in ran.err


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1, "undoes": null}', "null"])
def test_a_damaged_file_is_an_error(valley: World, text: str) -> None:
    undo_files(valley)[-1].write_text(text)
    ran = valley.run("undo", "--yes")
    assert ran.code == 1
    assert "is damaged" in ran.err


def test_limits_hold_for_an_undo_too(valley: World) -> None:
    with valley.listening("rb-norte") as writes:
        ran = valley.run("undo", "--yes")
    assert ran.code == 4
    assert "--allow-changes" in ran.err
    assert writes == []


def test_a_router_that_was_away_is_undone_later(valley: World) -> None:
    before = changed(valley)
    valley.servers["rb-sur"].faults.refuse_login = True
    ran = valley.run("undo", "--yes", *LOOSE)
    assert ran.code == 1
    valley.servers["rb-sur"].faults.clear()
    undone(valley)
    assert state_of(valley) == before


def test_a_router_that_no_file_names_is_named(valley: World) -> None:
    changed(valley)
    undo = undo_files(valley)[-1]
    undo.write_text(undo.read_text().replace('"rb-sur": {', '"rb-gone": {'))
    ran = valley.run("undo", "--yes", *LOOSE)
    assert ran.code == 1
    assert "wrote to rb-gone, which no file names any more" in ran.err


def test_an_apply_that_changes_nothing_keeps_nothing(valley: World) -> None:
    files = undo_files(valley)
    assert valley.run("apply", "--yes").code == 0
    assert undo_files(valley) == files


def lists_of(device: Device, name: str) -> list[str]:
    rows = device.rows("/ip/firewall/address-list")
    return [row["address"] for row in rows if row["list"] == name]


def test_a_restore_that_is_taken_back_cuts_again(valley: World) -> None:
    """Undo of a restore is a cut, and the limits see it as one."""
    norte = valley.device("rb-norte")
    assert "10.21.0.12" in lists_of(norte, "rc-suspended")
    data = {"status": "active"}
    edit(valley, client("centro", "miguel-ocampo"), **data)
    file = valley.root / client("centro", "miguel-ocampo")
    content = json.loads(file.read_text())
    del content["services"][0]["suspended"]
    file.write_text(json.dumps(content))
    assert valley.run("apply", "--yes").code == 0
    assert "10.21.0.12" not in lists_of(norte, "rc-suspended")
    undone(valley)
    assert "10.21.0.12" in lists_of(norte, "rc-suspended")


# -- the noted commit ----------------------------------------------------------------


def noted(device: Device) -> list[str]:
    rows = device.rows("/ip/firewall/address-list")
    return [row["comment"].split()[0] for row in rows if row["list"] == "rc-state"]


def test_the_noted_commit_goes_back_too(valley: World) -> None:
    norte = valley.device("rb-norte")
    first = commit(valley.root)
    assert valley.run("apply", "--yes").code == 0
    edit(valley, client("norte", "luis-mora"), plan="hogar-10")
    second = commit(valley.root)
    assert valley.run("apply", "--yes").code == 0
    assert noted(norte) == [f"commit={second}"]
    undone(valley)
    assert noted(norte) == [f"commit={first}"]
    # The files moved on, and nobody touched the router: nothing of it is drift.
    assert valley.run("drift", "--router", "rb-norte").code == 0


def test_the_first_commit_that_was_noted_goes_away(valley: World) -> None:
    commit(valley.root)
    edit(valley, client("norte", "luis-mora"), plan="hogar-10")
    commit(valley.root)
    assert valley.run("apply", "--yes").code == 0
    assert noted(valley.device("rb-norte")) != []
    undone(valley)
    assert noted(valley.device("rb-norte")) == []
