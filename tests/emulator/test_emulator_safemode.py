# SPDX-License-Identifier: GPL-3.0-or-later
"""/safe-mode: kept by a release or /quit, undone by an unroll or a lost session."""

from contextlib import closing

import pytest
from emulator.console import Console, Raw, console_of

from reconciler.emulator import serve

SECRET, QUEUE = "/ppp/secret", "/queue/simple"
DONE = [["!done"]]


def furnished() -> Console:
    console = console_of()
    for name in "abc":
        console.add(QUEUE, name=name, target="10.0.0.1")
    console.add(SECRET, name="ana", password="x")
    console.add("/system/scheduler", name="s", interval="1h", on_event="/ppp secret add name=z")
    return console


def upset(console: Console) -> None:
    """An add, a change, a removal, a move and a password."""
    console.add(SECRET, name="new")
    console.talk(f"{SECRET}/set", "=numbers=ana", "=comment=x", "=name=eva")
    console.talk(f"{QUEUE}/remove", "=numbers=b")
    console.talk(f"{QUEUE}/move", "=numbers=a")
    console.talk("/user/set", "=numbers=admin", "=password=other")


def test_unroll_undoes_and_stays_connected() -> None:
    console = furnished()
    before, rows = console.device.snapshot(), console.rows(f"{QUEUE}/print")
    assert console.talk("/safe-mode/take") == DONE
    upset(console)
    assert console.device.snapshot() != before
    assert console.talk("/safe-mode/unroll") == DONE
    assert console.device.snapshot() == before
    assert console.rows(f"{QUEUE}/print") == rows
    assert console.device.secrets.get("admin", "") == ""
    console.device.clock.advance(3600)
    assert [row["name"] for row in console.rows(f"{SECRET}/print")] == ["ana", "z"]


def test_release_keeps() -> None:
    console = furnished()
    console.talk("/safe-mode/take")
    upset(console)
    after = console.device.snapshot()
    assert console.talk("/safe-mode/release") == DONE
    console.session.end()
    assert console.device.snapshot() == after


def test_a_lost_session_undoes_what_others_did_too() -> None:
    console = furnished()
    other = Console(console.device)
    before = console.device.snapshot()
    console.talk("/safe-mode/take")
    other.add(SECRET, name="from another session")
    other.session.end()
    assert len(other.device.rows(SECRET)) == 2
    console.session.end()
    assert console.device.snapshot() == before


def test_quit_keeps() -> None:
    console = furnished()
    console.talk("/safe-mode/take")
    console.add(SECRET, name="new")
    console.talk("/quit")
    console.session.end()
    assert len(console.device.rows(SECRET)) == 2


def test_one_session_at_a_time_and_any_may_release() -> None:
    console = furnished()
    other = Console(console.device)
    assert console.talk("/safe-mode/take") == DONE
    assert console.talk("/safe-mode/take") == DONE
    assert other.trap("/safe-mode/take")[0].startswith("failure: Safe Mode is taken")
    assert other.talk("/safe-mode/release") == DONE
    assert other.talk("/safe-mode/take") == DONE


def test_nothing_to_give_back_is_no_error(console: Console) -> None:
    assert console.talk("/safe-mode/release") == DONE
    assert console.talk("/safe-mode/unroll") == DONE


def test_after_a_hundred_actions_nothing_is_undone() -> None:
    console = furnished()
    console.talk("/safe-mode/take")
    for number in range(101):
        console.add(SECRET, name=f"c{number}")
    console.session.end()
    assert len(console.device.rows(SECRET)) == 102


def test_what_the_router_put_there_itself_stays() -> None:
    console = furnished()
    console.talk("/safe-mode/take")
    console.device.add_dynamic("/ppp/active", name="ana", service="pppoe")
    console.talk("/ip/firewall/filter/add", "=chain=forward", "=action=fasttrack-connection")
    assert len(console.device.rows("/ip/firewall/filter")) == 2
    console.talk("/safe-mode/unroll")
    assert len(console.device.rows("/ppp/active")) == 1
    assert console.device.rows("/ip/firewall/filter") == []


def test_only_from_7_18_on() -> None:
    assert console_of("7.17.2").trap("/safe-mode/take")[0] == "no such command prefix"
    assert console_of("7.18").talk("/safe-mode/take") == DONE
    assert console_of("7.18").trap("/safe-mode/frobnicate") == ("no such command", "0")


def test_it_needs_the_write_policy() -> None:
    console = furnished()
    console.device.add("/user/group", name="g", policy="read,api")
    console.device.add("/user", name="eva", group="g")
    console.session.user = "eva"
    assert console.trap("/safe-mode/take") == ("not enough permissions (9)", None)


# -- over a socket -----------------------------------------------------------------


def test_a_cut_connection_undoes() -> None:
    console = furnished()
    before = console.device.snapshot()
    with serve(console.device, password="x") as server:
        with closing(Raw(server)) as client:
            for words in (["/safe-mode/take"], [f"{SECRET}/add", "=name=new"]):
                client.send(*words)
                assert client.read(1)[0][0] == "!done"
            assert len(console.device.rows(SECRET)) == 2
        server.faults.go_away()
    after = console.device.snapshot()
    assert without_login(after) == without_login(before)


def without_login(snapshot: dict[str, list[dict[str, str]]]) -> dict[str, list[dict[str, str]]]:
    return snapshot | {
        "/user": [
            {k: v for k, v in row.items() if k != "last-logged-in"} for row in snapshot["/user"]
        ]
    }


@pytest.mark.parametrize("command", ["take", "release", "unroll"])
def test_they_take_no_arguments(console: Console, command: str) -> None:
    assert console.trap(f"/safe-mode/{command}", "=x=y")[0] == "unknown parameter x"


def test_a_reboot_cuts_the_holder_off() -> None:
    console = furnished()
    console.talk("/safe-mode/take")
    console.add(SECRET, name="new")
    entry = console.add("/ip/firewall/address-list", list="a", address="10.0.0.1")
    console.device.reboot()
    assert [row["name"] for row in console.device.rows(SECRET)] == ["ana"]
    assert entry not in str(console.device.rows("/ip/firewall/address-list"))
    console.session.end()
    console.device.reboot()


def test_an_entry_that_was_given_a_timeout_meanwhile() -> None:
    console = furnished()
    entry = console.add("/ip/firewall/address-list", list="a", address="10.0.0.1")
    console.talk("/safe-mode/take")
    console.talk("/ip/firewall/address-list/set", f"=.id={entry}", "=timeout=1h")
    console.talk("/safe-mode/unroll")
    (row,) = console.device.rows("/ip/firewall/address-list")
    assert (row[".id"], row["dynamic"]) == (entry, "false")
