# SPDX-License-Identifier: GPL-3.0-or-later
"""The contract suite on the emulator: every fact holds there, and the suite sees what does not."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from device import __main__ as command
from device import report
from device.facts import MARK, UnsafeFact, fact_of, load, writes
from device.suite import Device, Result, Verdict, marked, run
from device.table import DOCUMENT, written
from device.talk import Address, NoAnswer

from reconciler.emulator import Clock, Server, anonymous_context, serve
from reconciler.emulator import Device as Router

VERSIONS = ("6.49.8", "7.10.2", "7.22.3")


def furnished(version: str) -> Router:
    """A router in use: rows of its own in every menu that the facts write to."""
    router = Router(version=version, clock=Clock.frozen())
    router.add("/queue/simple", name="q", target="10.0.0.1")
    router.add("/ip/firewall/filter", chain="forward", action="drop")
    router.add("/ip/firewall/address-list", list="l", address="198.51.100.1", comment="rc-")
    router.add("/ip/firewall/address-list", list="l", address="10.0.0.9", timeout="1h")
    router.add("/ppp/secret", name="ana", password="x")
    router.add("/ip/pool", name="p", ranges="10.0.0.10-10.0.0.20")
    return router


@pytest.fixture(params=VERSIONS)
def served(request: pytest.FixtureRequest) -> Iterator[Server]:
    with serve(furnished(request.param), user="tester", password="geheim") as server:
        yield server


@pytest.fixture
def newest() -> Iterator[Server]:
    with serve(furnished("7.22.3"), user="tester", password="geheim") as server:
        yield server


def device_of(server: Server, **options: Any) -> Device:
    address = Address(server.host, server.port, "tester", "geheim", timeout=30)
    return Device(address, pause=server.device.clock.advance, **options)


def test_every_fact_holds(served: Server) -> None:
    before = served.device.snapshot()
    device = device_of(served, users=True)
    results = list(run(device, load()))
    refuted = [line for r in results if r.verdict is Verdict.REFUTED for line in report.lines(r)]
    assert not refuted, "\n".join(refuted)
    assert all(r.why.startswith("for ") for r in results if r.verdict is Verdict.SKIPPED)
    assert list(marked(device)) == []
    device.hang_up()
    assert served.device.snapshot() == before


def test_every_fact_is_for_one_of_the_versions() -> None:
    seen: set[str] = set()
    for version in VERSIONS:
        with serve(furnished(version), user="tester", password="geheim") as server:
            facts = [fact for fact in load() if fact.versions]
            results = run(device_of(server, users=True), facts)
            seen |= {r.fact.id for r in results if r.verdict is Verdict.CONFIRMED}
    assert seen == {fact.id for fact in load() if fact.versions}


def test_reading_comes_first() -> None:
    order = [writes(fact) for fact in load()]
    assert order == sorted(order)
    assert len(order) > 100


def test_the_document_has_a_row_for_each_fact() -> None:
    document = DOCUMENT.read_text("utf-8")
    assert written(document) == document, "`make facts` writes it"


# -- what it does when something is wrong ---------------------------------------


def fact(talk: str, **more: Any) -> Any:
    given = {
        "id": "x", "says": "It is so.", "source": "a test", "sure": "memory", "change": "this.py",
    }  # fmt: skip
    return fact_of(given | {"talk": talk} | more)


WRONG = """
> /queue/simple/add =name={mark}1 =target=198.51.100.1 =max-limit=1M/2M
< !done =ret={a}
> /queue/simple/print =.proplist=max-limit ?.id={a}
< !re =max-limit=1M/2M
< !done
"""


def only(results: Iterator[Result]) -> Result:
    (result,) = results
    return result


def test_a_refuted_fact_says_what_was_sent_and_seen(newest: Server) -> None:
    result = only(run(device_of(newest), [fact(WRONG)]))
    assert "\n".join(report.lines(result)) == (
        "refuted    x                                It is so.\n"
        "    sent    > /queue/simple/add =name=rc-contract-1 =target=198.51.100.1"
        " =max-limit=1M/2M\n"
        "    sent    > /queue/simple/print =.proplist=max-limit ?.id=*2\n"
        "    seen    < !re =max-limit=1M/2M  was expected, and this came:"
        " !re =max-limit=1000000/2000000\n"
        "    source  a test (memory)\n"
        "    change  this.py, and the row x of docs/routeros-facts.md"
    )
    assert [row["name"] for row in newest.device.rows("/queue/simple")] == ["q"]


@pytest.mark.parametrize(
    ("talk", "why"),
    [
        ("> /system/identity/print\n< !re =name=other\n< !done", "was expected"),
        ("> /system/identity/print\n< !re\n< !done", "was expected"),
        ("> /system/identity/print\n< !re !name ...\n< !done", "was expected"),
        ("> /system/identity/print\n< !re ...", "more came"),
        ("> /system/identity/print\n< !re ...\n< !re ...\n< !done", "was expected"),
        ("> /system/identity/print\n<* !re ...\n< !done\n< !done", "did not come"),
        ("> /system/identity/print .tag=1\n< !re ...\n< !done", "with tags"),
        ("> /system/identity/print\n< !re =name=/x+/\n< !done", "was expected"),
        ("new\n> /system/identity/print\n< !done", "not logged in"),
        ("> /ip/pool/print\n< !trap ...\n< !done", "was expected"),
    ],
)
def test_what_differs_is_refuted(newest: Server, talk: str, why: str) -> None:
    result = only(run(device_of(newest), [fact(talk)]))
    assert result.verdict is Verdict.REFUTED
    assert why in result.why


def test_what_a_router_lacks_is_skipped(newest: Server) -> None:
    talk = "> /no/such/menu/print\n<* !re ...\n< !done"
    result = only(run(device_of(newest), [fact(talk)]))
    assert (result.verdict, result.why) == (
        Verdict.SKIPPED, "the router says: no such command prefix",
    )  # fmt: skip


def test_users_are_added_only_where_it_is_allowed(newest: Server) -> None:
    facts = [one for one in load() if one.needs == "users"]
    assert len(facts) == 3
    results = list(run(device_of(newest), facts))
    assert {result.verdict for result in results} == {Verdict.SKIPPED}
    assert newest.commands("/user/add", "/group/add") == []


def test_a_row_left_by_an_earlier_run_is_taken_away(newest: Server) -> None:
    newest.device.add("/queue/simple", name=f"{MARK}old", target="198.51.100.9")
    list(run(device_of(newest), []))
    assert [row["name"] for row in newest.device.rows("/queue/simple")] == ["q"]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_nothing_is_left_where_the_connection_goes(newest: Server, number: int) -> None:
    before = newest.device.snapshot()
    newest.faults.drop_after_write(number)
    results = list(run(device_of(newest), [fact(WRONG), fact(WRONG)]))
    assert [result.verdict for result in results] == [Verdict.REFUTED] * 2
    assert newest.device.snapshot() == before


@pytest.mark.parametrize(
    ("talk", "why"),
    [
        ("> /queue/simple/add =name=x =target=198.51.100.1\n< !done", "without the mark"),
        ("> /queue/simple/add =name={mark}x =target=10.0.0.1\n< !done", "must have"),
        ("> /queue/tree/add =name={mark}x =parent=global\n< !done", "must have"),
        ("> /ppp/secret/add =name={mark}x\n< !done", "must have disabled=yes"),
        ("> /ip/firewall/filter/add =chain=forward =comment={mark}x\n< !done", "must have chain"),
        ("> /ip/route/add =comment={mark}\n< !done", "nothing may be written"),
        ("> /system/identity/set =name={mark}\n< !done", "nothing may be written"),
        ("> /queue/simple/remove =.id=*1\n< !done", "was not added by this fact"),
        ("> /queue/simple/remove =numbers=0\n< !done", "was not added by this fact"),
        ("> /queue/simple/remove\n< !done", "nothing was not added"),
        ("> /queue/simple/set =.id={a} =comment=x\n< !done", "was not added by this fact"),
        ("> /queue/simple/reset-counters-all\n< !done", "none of the commands"),
        ("> /system/reboot\n< !done", "nothing may be written"),
        (
            "> /ppp/secret/add =name={mark}x =disabled=yes\n< !done =ret={a}\n"
            "> /ppp/secret/set =.id={a} =disabled=no\n< !done",
            "what is off stays off",
        ),
        (
            "> /ppp/secret/add =name={mark}x =disabled=yes\n< !done =ret={a}\n"
            "> /ppp/secret/enable =.id={a}\n< !done",
            "none of the commands",
        ),
        (
            "> /queue/simple/add =name={mark}x\n< !done =ret={a}\n"
            "> /queue/simple/remove =.id={a},*1\n< !done",
            "was not added by this fact",
        ),
    ],
)
def test_a_fact_that_could_touch_other_rows_is_refused(talk: str, why: str) -> None:
    with pytest.raises(UnsafeFact, match=why):
        fact(talk)


def test_a_transcript_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(ValueError, match="no line of a transcript"):
        fact(">/system/identity/print\n< !done")
    with pytest.raises(ValueError, match="without an expected reply"):
        fact("> /system/identity/print")
    with pytest.raises(ValueError, match="sure is one of"):
        fact("> /system/identity/print\n< !done", sure="very")


# -- the command ----------------------------------------------------------------


def command_of(monkeypatch: pytest.MonkeyPatch, *words: str, **environ: str) -> int:
    for name in ("HOST", "PORT", "TLS", "USERS", "ONLY", "PASSWORD", "ROUTER_USER"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.argv", ["device", *words])
    return command.main()


def test_the_command(
    newest: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:  # fmt: skip
    given = {
        "HOST": newest.host, "PORT": str(newest.port), "ROUTER_USER": "tester",
        "PASSWORD": "geheim", "ONLY": "empty",
    }  # fmt: skip
    report_file = tmp_path / "facts.json"
    assert command_of(monkeypatch, "--json", str(report_file), **given) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"RouterOS 7.22.3 (stable) on {newest.host}:{newest.port}"
    assert lines[-1] == (
        "3 confirmed, 0 refuted, 1 skipped; nothing of ours is left on the router."
    )
    found = json.loads(report_file.read_text())
    assert found["version"] == "7.22.3 (stable)"
    assert [(one["id"], one["verdict"]) for one in found["facts"]] == [
        ("empty-since-7.18", "confirmed"),
        ("empty-before-7.18", "skipped"),
        ("empty-bears-the-tag", "confirmed"),
        ("comment-cleared-by-empty", "confirmed"),
    ]


def test_the_command_ends_with_1_where_a_fact_is_refuted(
    newest: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "load", lambda: (fact(WRONG),))
    given = {"HOST": newest.host, "PORT": str(newest.port), "PASSWORD": "geheim"}
    assert command_of(monkeypatch, "--user", "tester", **given) == 1


def test_the_command_ends_with_2_where_the_router_is_not_to_be_used(
    newest: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {"HOST": newest.host, "PORT": str(newest.port), "PASSWORD": "wrong"}
    assert command_of(monkeypatch, **given) == 2
    assert "the login was refused" in capsys.readouterr().err


def test_the_command_ends_with_64_without_a_router(monkeypatch: pytest.MonkeyPatch) -> None:
    assert command_of(monkeypatch) == 64


def test_anonymous_tls() -> None:
    router = furnished("7.22.3")
    with serve(router, user="tester", password="geheim", tls=anonymous_context()) as server:
        address = Address(server.host, server.port, "tester", "geheim", "anonymous", timeout=30)
        result = only(run(Device(address), [load()[0]]))
        assert result.verdict is Verdict.CONFIRMED
        with pytest.raises(NoAnswer):
            list(run(Device(Address(server.host, server.port, "tester", "geheim")), []))


def test_the_older_login() -> None:
    with serve(furnished("6.42.12"), user="tester", password="geheim") as server:
        assert only(run(device_of(server), [load()[0]])).verdict is Verdict.CONFIRMED
