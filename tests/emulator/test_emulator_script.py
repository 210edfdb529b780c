# SPDX-License-Identifier: GPL-3.0-or-later
"""Scripts, schedulers that fire, export and import over the API, backups."""

import contextlib

import pytest
from emulator.console import Console
from hypothesis import given
from hypothesis import strategies as st

from reconciler.emulator import Clock, Device, Trap

QUEUE = "/queue/simple"
SECRET = "/ppp/secret"
SCHEDULER = "/system/scheduler"


def names(console: Console, path: str = QUEUE) -> list[str]:
    return [row["name"] for row in console.device.rows(path)]


def play(console: Console, source: str) -> None:
    console.device.run_now(source)


def logged(console: Console) -> list[str]:
    return [row["message"] for row in console.device.rows("/log")]


# -- the language ------------------------------------------------------------------


def test_menu_commands_in_all_their_spellings(console: Console) -> None:
    play(
        console,
        "/queue simple add name=a max-limit=1M/2M; /queue simple add name=b\n"
        "# a comment; add name=never\n"
        "/queue/simple\n"
        'add name="c d" \\\n    comment="x;y # z"\n'
        "add name=d place-before=[find name=a]\n"
        "move [find name=b] [find name=d]\n"
        "move [find name=a] destination=0\n"
        "set [find name=b] comment=hola\n"
        "set c\\ d disabled=yes\n"
        "/ppp secret add name=s\n",
    )
    assert names(console) == ["a", "b", "d", "c d"]
    rows = {row["name"]: row for row in console.device.rows(QUEUE)}
    assert rows["b"]["comment"] == "hola"
    assert rows["c d"]["comment"] == "x;y # z"
    assert rows["c d"]["disabled"] == "true"
    assert names(console, SECRET) == ["s"]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("", ["a", "b", "c"]),
        ("name=a", ["a"]),
        ("where name=a", ["a"]),
        ("name!=a", ["b", "c"]),
        ('comment~"\\\\[rc:.*\\\\]\\$"', ["a", "b"]),
        ('comment~"rc:" disabled=no', ["a"]),
        ('comment~"rc:" and disabled=yes', ["b"]),
        ("disabled", ["b"]),
        ("!disabled", ["a", "c"]),
        ("max-limit=2M/10M", ["c"]),
        ("target=10.0.0.9", ["c"]),
        (".id=*2", ["b"]),
        ("comment=(", []),
    ],
)
def test_find(console: Console, condition: str, found: list[str]) -> None:
    console.add(QUEUE, name="a", comment="Ana [rc:ana/internet]")
    console.add(QUEUE, name="b", comment="[rc:b/internet]", disabled="yes")
    console.add(QUEUE, name="c", max_limit="2M/10M", target="10.0.0.9")
    if condition.endswith("("):
        with pytest.raises(Trap):
            play(console, f"/queue simple disable [find {condition}]")
        return
    play(console, f"/queue simple set [find {condition}] packet-marks=hit")
    rows = console.device.rows(QUEUE)
    assert [row["name"] for row in rows if row["packet-marks"] == "hit"] == found


def test_a_find_that_finds_nothing_is_no_error(console: Console) -> None:
    play(console, "/queue simple remove [find name=nobody]; /queue simple add name=a")
    assert names(console) == ["a"]


def test_a_find_in_another_menu(console: Console) -> None:
    console.add(QUEUE, name="a")
    play(console, "/queue simple remove [/queue simple find name=a]")
    assert names(console) == []


def test_do_and_on_error(console: Console) -> None:
    play(
        console,
        ":do {\n  /queue simple add name=a\n  /queue simple add name=a\n"
        '  /queue simple add name=never\n} on-error={\n  :log error "undone; { here }"\n'
        '  /queue simple add name=b\n}\n:log info "went on"',
    )
    assert names(console) == ["a", "b"]
    assert logged(console) == ["undone; { here }", "went on"]


@pytest.mark.parametrize(
    "source",
    [
        "/queue simple add name=",
        "/no such menu add a=b",
        "/queue simple remove *99",
        ":frobnicate 1",
        '/queue simple add name="open',
        "/queue simple set [nothing] name=a",
        "gibberish",
        ':do {:error "x"}',
        "{" * 30 + "}" * 30,
    ],
)
def test_errors_end_a_script(console: Console, source: str) -> None:
    with pytest.raises(Trap):
        play(console, f"/ppp secret add name=before; {source}; /ppp secret add name=after")
    assert "after" not in names(console, SECRET)


def test_a_value_that_looks_like_a_bracket_is_text_when_quoted(console: Console) -> None:
    play(console, '/queue simple add name=a comment="[rc:ana/internet]"')
    assert console.device.rows(QUEUE)[0]["comment"] == "[rc:ana/internet]"


PARTS = [":do", "{", "}", "[", "]", "find", "add", "name=a", "/queue simple", "\n", ";", '"', "#",
         "on-error=", "remove", ":delay", "1s", ":log info", "\\", "set", "move", "*1", "where",
         'comment~"("', "x=[find]", "!", "="]  # fmt: skip


@given(st.lists(st.sampled_from(PARTS), max_size=25))
def test_no_broken_script_raises_anything_but_a_trap(parts: list[str]) -> None:
    device = Device(clock=Clock.frozen())
    with contextlib.suppress(Trap):
        device.run_now(" ".join(parts))
    device.snapshot()


# -- schedulers --------------------------------------------------------------------


def test_a_scheduler_fires_at_its_interval(console: Console) -> None:
    clock = console.device.clock
    console.add(SCHEDULER, name="s", interval="1m", on_event=":log info tick")
    (row,) = console.rows(f"{SCHEDULER}/print")
    assert (row["start-time"], row["next-run"]) == ("03:04:05", "2026-01-02 03:05:05")
    clock.advance(59)
    assert logged(console) == []
    clock.advance(1)
    assert logged(console) == ["tick"]
    clock.advance(180)
    assert logged(console) == ["tick"] * 4
    (row,) = console.rows(f"{SCHEDULER}/print")
    assert row["run-count"] == "4"
    assert [row["time"] for row in console.device.rows("/log")] == [
        "03:05:05", "03:06:05", "03:07:05", "03:08:05",
    ]  # fmt: skip


def test_a_scheduler_at_a_time_of_day_fires_once(console: Console) -> None:
    console.add(SCHEDULER, name="s", start_time="03:10:00", on_event=":log info once")
    console.device.clock.advance(400)
    assert logged(console) == ["once"]
    console.device.clock.advance(86400)
    assert logged(console) == ["once"]


def test_a_scheduler_that_is_removed_or_disabled_does_not_fire(console: Console) -> None:
    for name in "ab":
        console.add(SCHEDULER, name=name, interval="1m", on_event=":log info tick")
    console.talk(f"{SCHEDULER}/remove", "=numbers=a")
    console.talk(f"{SCHEDULER}/disable", "=numbers=b")
    console.device.clock.advance(100)
    assert logged(console) == []


def test_an_undo_that_was_not_called_off(console: Console) -> None:
    """The dead man's switch: a change is undone unless its scheduler goes in time."""
    console.add(QUEUE, name="ana", max_limit="1M/1M")
    console.add(
        SCHEDULER, name="rc-undo", interval="2m",
        on_event="/system scheduler remove [find name=rc-undo]\n"
        ":do { /queue simple set [find name=ana] max-limit=1M/1M } on-error={ :log error no }\n"
        ":delay 5s\n/queue simple set [find name=ana] comment=undone",
    )  # fmt: skip
    console.talk(f"{QUEUE}/set", "=numbers=ana", "=max-limit=9M/9M")
    console.device.clock.advance(121)
    (row,) = console.device.rows(QUEUE)
    assert row["max-limit"] == "1000000/1000000"
    assert "comment" not in row
    assert console.device.rows(SCHEDULER) == []
    console.device.clock.advance(5)
    assert console.device.rows(QUEUE)[0]["comment"] == "undone"


def test_what_is_due_is_played_in_its_order_at_its_time(console: Console) -> None:
    """A scheduler at 60 s still sees the entry that expires at 90 s, and its own ends at 150 s."""
    lists = "/ip/firewall/address-list"
    console.add(lists, list="l", address="10.0.0.1", timeout="90s")
    console.add(
        SCHEDULER, name="s", start_time="03:05:05",
        on_event=f"{lists} set [find list=l] comment=seen\n"
        f"{lists} add list=m address=10.0.0.2 timeout=90s",
    )  # fmt: skip
    console.device.clock.advance(100)
    (row,) = console.device.rows(lists)
    assert (row["list"], row["timeout"]) == ("m", "50s")
    console.device.clock.advance(50)
    assert console.device.rows(lists) == []


@pytest.mark.parametrize(
    "start", ["2026-02-30", "feb/30/2026", "0000-00-00", "soon", "xyz/01/2026"]
)
def test_dates_that_are_none(console: Console, start: str) -> None:
    words = ("=name=s", f"=start-date={start}")
    assert console.trap(f"{SCHEDULER}/add", *words)[0].endswith("argument start-date")


def test_a_scheduler_for_the_end_of_days(console: Console) -> None:
    console.add(SCHEDULER, name="s", interval="99999999999999d", start_date="2026-01-03")
    console.device.clock.advance(3 * 86400)
    assert console.rows(f"{SCHEDULER}/print")[0]["next-run"].startswith("9999-12-31")


def test_scripts_by_name_and_their_errors(console: Console) -> None:
    console.add("/system/script", name="hello", source=":log info hello; /nope add")
    console.add(SCHEDULER, name="s", interval="1m", on_event="hello")
    console.device.clock.advance(60)
    assert logged(console)[0] == "hello"
    assert len(logged(console)) == 2
    assert console.talk("/system/script/run", "=.id=*1") == [["!done"]]
    assert logged(console).count("hello") == 2


def test_startup_schedulers_fire_when_the_router_starts(console: Console) -> None:
    console.add(SCHEDULER, name="s", start_time="startup", on_event="/log info up")
    console.device.clock.advance(10)
    assert logged(console) == []
    console.device.reboot()
    assert "up" in logged(console)


def test_a_delay_does_not_survive_a_reboot(console: Console) -> None:
    console.add("/system/script", name="s", source=":delay 10s; /queue simple add name=late")
    console.talk("/system/script/run", "=number=s")
    console.device.reboot()
    console.device.clock.advance(20)
    assert names(console) == []


# -- files -------------------------------------------------------------------------


def test_export_and_import_over_the_api(console: Console) -> None:
    console.add(SECRET, name="ana", password="geheim")
    assert console.talk("/export") == [["!done"]]
    assert console.talk("/export", "=file=all", "=show-sensitive=") == [["!done"]]
    (row,) = console.rows("/file/print", "?name=all.rsc")
    assert "add name=ana password=geheim" in row["contents"]
    console.talk("/export", "=file=shy")
    (row,) = console.rows("/file/print", "?name=shy.rsc")
    assert "geheim" not in row["contents"]
    console.talk(f"{SECRET}/remove", "=numbers=ana")
    assert console.talk("/import", "=file-name=all.rsc") == [["!done"]]
    assert names(console, SECRET) == ["ana"]
    message, _ = console.trap("/import", "=file-name=all.rsc")
    assert message == "failure: secret with the same name already exists"


def test_a_backup_brings_everything_back(console: Console) -> None:
    console.add(SECRET, name="ana", password="x")
    console.talk("/system/backup/save", "=name=before")
    assert "before.backup" in names(console, "/file")
    console.talk(f"{SECRET}/remove", "=numbers=ana")
    assert console.talk("/system/backup/load", "=name=before") == [["!done"]]
    assert names(console, SECRET) == ["ana"]


def test_messages_can_be_logged(console: Console) -> None:
    assert console.talk("/log/warning", "=message=ojo") == [["!done"]]
    (row,) = console.rows("/log/print")
    assert (row["topics"], row["message"]) == ("script,warning", "ojo")


def test_the_log_does_not_grow_without_bound(console: Console) -> None:
    for number in range(1200):
        console.device.log("script,info", str(number))
    assert logged(console)[-1] == "1199"
    assert len(logged(console)) == 1000


def test_files_have_a_limit(console: Console) -> None:
    words = ("=name=big", f"=contents={'x' * 70_000}")
    assert console.trap("/file/add", *words)[0] == "failure: contents too long"
    console.device.write_file("big", "file", "x" * 70_000)
    (row,) = console.rows("/file/print", "?name=big")
    assert row["size"] == "70000"
    assert "contents" not in row
