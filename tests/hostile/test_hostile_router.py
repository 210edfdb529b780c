# SPDX-License-Identifier: GPL-3.0-or-later
"""Routers that answer nonsense, too much, or text made for terminals, tables and scripts.

Each ends in a sentence for people, in bounded time and memory, and the other router goes on.
"""

import csv
import io
import json
import re
import resource
import time
from collections.abc import Iterable

import pytest
from end_to_end.world import Ran, World
from hostile.liar import Answer, liar, nothing, row, say
from run.town import build

from reconciler.emulator import Device
from reconciler.errors import Unreachable
from reconciler.router import Endpoint, Read, TlsMode, connect

LISTS = "/ip/firewall/address-list"
QUEUES = "/queue/simple"
SECONDS = 60
MEGABYTES = 1200
_ESCAPES = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def peak() -> float:
    """The most memory this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def plan_against(world: World, answer: Answer, *arguments: str) -> Ran:
    """A plan of an honest router and one that answers so."""
    build(world, 2)
    with liar(answer) as port:
        world.environ["LIAR"] = "x"
        world.write(
            "inventory/routers/liar.yaml",
            {
                "id": "liar",
                "host": "127.0.0.1",
                "port": port,
                "tls": "false",
                "username": "u",
                "password": {"env": "LIAR"},
                "timeout": "2s",
            },
        )
        return world.run(*(arguments or ("plan",)))


def garbage(_command: str, tag: bytes) -> Iterable[bytes]:
    yield say("!re", tag, b"=list=\xff\xfe\x00\x01", b"=\xc3(=x", b"no-attribute", b"=", b"==")
    yield b"\xf8\xff\xff\xff\xff" * 8


def web_server(_command: str, _tag: bytes) -> Iterable[bytes]:
    yield b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<html>"


def huge_word(_command: str, tag: bytes) -> Iterable[bytes]:
    yield b"\xe7\xff\xff\xff"  # a word of 128 MiB is announced, and its bytes begin
    yield b"x" * 1000
    del tag


def no_ids(_command: str, tag: bytes) -> Iterable[bytes]:
    yield row(tag, list="a", address="1.2.3.4")
    yield say("!done", tag)


def odd_ids(_command: str, tag: bytes) -> Iterable[bytes]:
    yield row(tag, **{".id": "*1,*2"}, list="rc-lease", address="1.2.3.4")
    yield say("!done", tag)


def unasked(_command: str, _tag: bytes) -> Iterable[bytes]:
    while True:
        yield say("!re", ".tag=999999", "=a=1") * 1000


def trap(_command: str, tag: bytes) -> Iterable[bytes]:
    yield say("!trap", tag, "=message=\x1b[2J\x1b]0;owned\x07 not today\nerror: all is well")
    yield say("!done", tag)


@pytest.mark.parametrize(
    ("answer", "code", "text"),
    [
        (garbage, 3, "does not speak the RouterOS API"),
        (web_server, 3, "does not speak the RouterOS API"),
        (huge_word, 3, "a word of 134217727 bytes is announced"),
        (no_ids, 3, "a row without .id"),
        (odd_ids, 3, "a row without .id"),
        (unasked, 3, "rows of what nobody asked for"),
        (trap, 1, "not today"),
    ],
)
def test_nonsense_is_that_routers_own_affair(
    world: World, answer: Answer, code: int, text: str
) -> None:
    begun, before = time.monotonic(), peak()
    ran = plan_against(world, answer)
    assert ran.code == code, ran.text
    assert text in ran.out
    assert "liar" in ran.out
    assert "2 to add" in ran.out or "+ /queue/simple client-1" in ran.out
    assert _ESCAPES.search(ran.text) is None
    assert time.monotonic() - begun < SECONDS
    assert peak() - before < MEGABYTES


def lists(count: int, **more: str) -> Answer:
    """A router with `count` rows in its address lists, and nothing else."""

    def answer(command: str, tag: bytes) -> Iterable[bytes]:
        if command == f"{LISTS}/print":
            for start in range(0, count, 1000):
                yield b"".join(
                    row(tag, **{".id": f"*{n:X}"}, list=f"l{n}", address=f"10.0.0.{n}", **more)
                    for n in range(start, start + 1000)
                )
        yield say("!done", tag)

    return answer


def endpoint(port: int) -> Endpoint:
    return Endpoint("127.0.0.1", port, "u", "p", TlsMode.off(), name="liar")


def test_endless_rows_are_given_up() -> None:
    with (
        liar(lists(10**9)) as port,
        connect(endpoint(port), max_rows=20_000) as session,
        pytest.raises(Unreachable, match="more than 20000 rows of /ip/firewall/address-list"),
    ):
        session.read([Read(LISTS)])


def test_rows_that_are_few_and_large_are_given_up_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.conversation.MAX_SIZE", 8 << 20)
    with (
        liar(lists(10**9, comment="x" * 100_000)) as port,
        connect(endpoint(port)) as session,
        pytest.raises(Unreachable, match="answers with more than 8 MiB, and was given up"),
    ):
        session.read([Read(LISTS)])


def test_rows_of_very_many_small_fields_count_as_what_they_take(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("reconciler.conversation.MAX_SIZE", 8 << 20)
    fields = {f"f{n}": "" for n in range(2000)}
    with (
        liar(lists(10**9, **fields)) as port,
        connect(endpoint(port)) as session,
        pytest.raises(Unreachable, match="answers with more than 8 MiB"),
    ):
        session.read([Read(LISTS)])


@pytest.mark.slow
def test_a_million_rows_end_in_bounded_time_and_memory(world: World) -> None:
    begun, before = time.monotonic(), peak()
    comment = "of a router that holds a million rows in its lists"
    ran = plan_against(world, lists(1_000_001, comment=comment, dynamic="false"))
    assert ran.code == 3, ran.text
    assert re.search(r"more than (1000000 rows|512 MiB)", ran.out)
    assert time.monotonic() - begun < SECONDS
    assert peak() - before < MEGABYTES


# -- text made for what shows it -----------------------------------------------------

NASTY = [
    "\x1b[2J\x1b[31mred\x07",
    "\x9b31mC1",
    "name\r\nerror: all is well",
    "left\u202eright",
    '=HYPERLINK("http://evil.example","click")',
    "+1+cmd|' /C calc'!A0",
    "@SUM(1)",
    "| a | b |\n|---|---|",
    "</details><script>alert(1)</script>",
    "[click](javascript:alert(1)) `code` **bold**",
    '"; /system reset-configuration; #',
    "[/system/reboot] $x {do} ; \\",
    "::set-output name=x::y",
    "[rc:ana-lopez/internet",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
]


def nasty_device() -> Device:
    """Rows of others, and rows that were ours, with names and comments that are no names."""
    device = Device(version="7.22.3")
    for number, text in enumerate(NASTY):
        device.add(QUEUES, name=f"{text}{number}", target=f"10.9.0.{number + 1}/32", comment=text)
        device.add("/ppp/secret", name=f"{text}{number}", password=text, comment=text)
        device.add(
            QUEUES,
            name=f"of the gone {text}",
            target=f"10.9.1.{number + 1}/32",
            comment=f"{text} [rc:gone-{number}/internet]",
        )
        device.add("/ip/firewall/filter", chain="rc-forward", action="accept", comment=text)
    return device


@pytest.fixture
def nasty(world: World) -> World:
    build(world, 2)
    world.serve("nasty", nasty_device())
    world.write(
        "inventory/zones/nasty-zone.yaml",
        {"id": "nasty-zone", "router": "nasty", "addresses": ["10.9.0.0/16"]},
    )
    return world


@pytest.mark.parametrize(
    "command",
    [
        ["plan"],
        ["drift"],
        ["apply", "--yes", "--allow-removals", "99", "--allow-changes", "99"],
        ["rehearse"],
        ["import", "nasty", "--zone", "nasty-zone"],
        ["detach", "nasty", "--yes"],
        ["doctor", "nasty"],
        ["status"],
    ],
    ids=lambda command: command[0],
)
def test_no_command_lets_a_terminal_be_steered(nasty: World, command: list[str]) -> None:
    ran = nasty.run(*command)
    assert "Traceback" not in ran.text
    assert _ESCAPES.search(ran.text) is None, repr(ran.text)
    assert not re.search(r"^(error: all is well|::set-output)", ran.text, re.MULTILINE)


def test_markdown_shows_text_as_text(nasty: World) -> None:
    ran = nasty.run("plan", "--format", "markdown")
    assert ran.code == 0, ran.text
    assert _ESCAPES.search(ran.out) is None
    outside = re.sub(r"```.*?```", "", ran.out, flags=re.DOTALL)
    for evil in ("<script>", "](javascript:", "</details><"):
        assert evil not in outside


def test_json_keeps_the_text_and_is_ascii(nasty: World) -> None:
    ran = nasty.run("plan", "--format", "json")
    shown = json.dumps(json.loads(ran.out)["changes"])
    assert "HYPERLINK" in shown
    assert ran.out.isascii()


def test_what_a_router_says_is_never_run_by_it(nasty: World) -> None:
    """Values go as words of the API, which no script parser sees: the rows are as they were."""
    before = {row[".id"]: row for row in nasty.device("nasty").rows("/ppp/secret")}
    ran = nasty.run("apply", "--yes", "--allow-removals", "99", "--allow-changes", "99")
    assert ran.code == 0, ran.text
    assert {row[".id"]: row for row in nasty.device("nasty").rows("/ppp/secret")} == before
    assert all("of the gone" not in row["name"] for row in nasty.device("nasty").rows(QUEUES))


def client(world: World, id_: str, name: str, address: str) -> None:
    service = {"plan": "basic", "since": "2026-01-01", "address": address}
    content = {"id": id_, "name": name, "zone": "tower-zone", "services": [service]}
    world.write(f"inventory/clients/{id_}.yaml", content)


def test_names_of_our_files_reach_the_router_as_they_are(world: World) -> None:
    build(world, 0)
    names = [text for text in NASTY if text.isprintable()]
    for number, name in enumerate(names):
        client(world, f"c-{number}", name, f"10.60.0.{number + 2}")
    refused = {
        line for line in world.run("validate").text.splitlines() if line.startswith("inventory/")
    }
    for line in refused:
        (world.root / line.partition(":")[0]).unlink()
    assert world.run("apply", "--yes").code == 0
    comments = [row["comment"] for row in world.device("tower").rows(QUEUES)]
    assert len(comments) == len(names) - len(refused)
    assert any("HYPERLINK" in comment for comment in comments)
    assert any("reset-configuration" in comment for comment in comments)
    assert world.run("plan", "--detailed-exitcode").code == 0


def test_a_spreadsheet_runs_no_formula(world: World) -> None:
    build(world, 1)
    for number, name in enumerate(("=HYPERLINK(1)", "+1+1", "-1+1", "@SUM(1)")):
        client(world, f"f-{number}", name, f"10.60.9.{number + 2}")
    ran = world.run("client", "export", "--csv")
    assert ran.code == 0, ran.text
    cells = [cell for line in csv.reader(io.StringIO(ran.out)) for cell in line]
    assert any("HYPERLINK" in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))]


def test_an_empty_router_is_no_reason_to_fall(world: World) -> None:
    assert plan_against(world, nothing).code == 0
