# SPDX-License-Identifier: GPL-3.0-or-later
"""Login, tags and replies, held against recorded transcripts."""

import hashlib

import pytest
from emulator.console import Console, console_of, fresh, talk

from reconciler.emulator import Clock, Device
from reconciler.emulator.session import Session
from reconciler.emulator.wire import SentenceReader


def digest(password: str, challenge: str) -> str:
    data = b"\0" + password.encode() + bytes.fromhex(challenge)
    return "00" + hashlib.md5(data, usedforsecurity=False).hexdigest()


def test_new_login() -> None:
    session = fresh("7.22.3")
    assert talk(session, "/login", "=name=admin", "=password=x") == [["!done"]]
    assert talk(session, "/system/identity/print") == [["!re", "=name=MikroTik"], ["!done"]]


@pytest.mark.parametrize("version", ["6.43", "7.22.3"])
def test_new_login_that_fails(version: str) -> None:
    session = fresh(version)
    assert talk(session, "/login", "=name=admin", "=password=no") == [
        ["!trap", "=message=invalid user name or password (6)"],
        ["!done"],
    ]
    assert talk(session, "/system/identity/print") == [["!fatal", "not logged in"]]
    assert session.closed


@pytest.mark.parametrize("version", ["6.42.12", "6.44"])
def test_login_by_challenge(version: str) -> None:
    session = fresh(version)
    ((done, ret),) = talk(session, "/login")
    challenge = ret.removeprefix("=ret=")
    assert done == "!done"
    assert len(challenge) == 32
    response = digest("x", challenge)
    assert talk(session, "/login", "=name=admin", f"=response={response}") == [["!done"]]
    assert talk(session, "/system/identity/print")[-1] == ["!done"]


def test_login_by_challenge_that_fails() -> None:
    session = fresh("6.42.12")
    ((_, ret),) = talk(session, "/login")
    response = digest("wrong", ret.removeprefix("=ret="))
    assert talk(session, "/login", "=name=admin", f"=response={response}") == [
        ["!trap", "=message=cannot log in"],
        ["!done"],
    ]


def test_a_challenge_serves_once() -> None:
    session = fresh("6.42.12")
    ((_, ret),) = talk(session, "/login")
    response = digest("x", ret.removeprefix("=ret="))
    talk(session, "/login", "=name=admin", "=response=00")
    assert talk(session, "/login", "=name=admin", f"=response={response}")[0][0] == "!trap"


def test_an_old_router_answers_a_new_login_with_a_challenge() -> None:
    session = fresh("6.42.12")
    ((done, ret),) = talk(session, "/login", "=name=admin", "=password=x")
    assert done == "!done"
    assert ret.startswith("=ret=")


def test_a_new_router_has_no_challenge() -> None:
    assert talk(fresh("6.49.8"), "/login")[0][0] == "!trap"


def test_quit(console: Console) -> None:
    assert console.talk("/quit") == [["!fatal", "session terminated on request"]]
    assert console.session.closed


@pytest.mark.parametrize(
    ("version", "replies"),
    [("6.49.8", []), ("7.17.2", []), ("7.18", [["!empty"]]), ("7.22.3", [["!empty"]])],
)
def test_a_print_without_rows(version: str, replies: list[list[str]]) -> None:
    console = console_of(version)
    words = ("/ip/route/print", "=.proplist=.id", "?=comment=test")
    assert console.talk(*words) == [*replies, ["!done"]]


def test_tags_come_back_on_every_sentence(console: Console) -> None:
    assert console.talk("/ppp/active/print", ".tag=5") == [
        ["!empty", ".tag=5"],
        ["!done", ".tag=5"],
    ]
    assert console.talk("/system/identity/print", ".tag=a b") == [
        ["!re", ".tag=a b", "=name=MikroTik"],
        ["!done", ".tag=a b"],
    ]
    assert console.talk("/ppp/secret/remove", "=.id=*9", ".tag=7") == [
        ["!trap", ".tag=7", "=category=0", "=message=no such item"],
        ["!done", ".tag=7"],
    ]


def test_proplist_of_what_no_row_has_gives_bare_rows(console: Console) -> None:
    words = ("/ip/service/print", "=.proplist=comment")
    assert console.talk(*words) == [["!re"]] * 8 + [["!done"]]


def test_proplist_gives_id_only_when_asked(console: Console) -> None:
    console.add("/ppp/secret", name="ana")
    words = ("/ppp/secret/print", "=.proplist=name,profile")
    assert console.talk(*words)[0] == ["!re", "=name=ana", "=profile=default"]


def test_count_only(console: Console) -> None:
    for number in range(3):
        console.add("/ppp/secret", name=f"c{number}", service="pppoe")
    console.add("/ppp/secret", name="other")
    words = ("/ppp/secret/print", "=count-only=", "?service=pppoe")
    assert console.talk(*words) == [["!done", "=ret=3"]]


def test_an_unknown_path_of_version_6_takes_two_traps() -> None:
    assert console_of("6.49.8").talk("/ip/adress/print") == [
        ["!trap", "=category=0", "=message=no such command or directory (adress)"],
        ["!trap", "=message=no such command prefix"],
        ["!done"],
    ]


def test_an_unknown_path_of_version_7(console: Console) -> None:
    assert console.trap("/ip/adress/print") == ("no such command prefix", "0")
    assert console.trap("/print") == ("no such command prefix", "0")


@pytest.mark.parametrize(
    "words",
    [
        ("/ppp/secret/find",),
        ("/ppp/secret/move", "=numbers=0"),
        ("/ppp/active/add", "=name=x"),
        ("/ip/service/add", "=name=x"),
        ("/system/resource/set", "=x=y"),
        ("/queue/simple/frobnicate",),
    ],
)
def test_commands_that_a_menu_lacks(console: Console, words: tuple[str, ...]) -> None:
    assert console.trap(*words) == ("no such command", "0")


def test_bytes_that_are_no_text_survive(console: Console) -> None:
    name = b"caf\xe9 \xff\x00\x01".decode("utf-8", "surrogateescape")
    identifier = console.add("/ppp/secret", name=name, password='ñandú "x" \\')
    row = console.row("/ppp/secret", identifier)
    assert row["name"] == name
    assert row["password"] == 'ñandú "x" \\'


@pytest.mark.parametrize("text", ["yes", "no", "true", "123", "0123", "=a=b", "?x", ".tag=1", " "])
def test_text_is_never_taken_for_anything_else(any_console: Console, text: str) -> None:
    identifier = any_console.add("/ppp/secret", name=text, password=text, comment=text)
    row = any_console.row("/ppp/secret", identifier)
    assert (row["name"], row["password"], row["comment"]) == (text, text, text)


def test_nothing_can_be_claimed_before_login() -> None:
    session = fresh("7.22.3")
    session.receive(b"\xe0\x10\x00\x00")
    assert session.closed


def test_passwords_of_logins_are_not_recorded() -> None:
    seen: list[list[str]] = []
    device = Device(clock=Clock.frozen())
    session = Session(device, record=seen.append)
    talk(session, "/login", "=name=admin", "=password=geheim", ".tag=1")
    assert seen == [["/login", "=name=admin", "=password=***", ".tag=1"]]


# -- listening ---------------------------------------------------------------------


def test_changes_are_told_while_one_listens(console: Console) -> None:
    other = Console(console.device)
    pushed: list[bytes] = []
    other.session.push = pushed.append
    assert other.talk("/ppp/secret/listen", "=.proplist=.id,name", ".tag=10") == []
    identifier = console.add("/ppp/secret", name="ana")
    console.talk("/ppp/secret/set", f"=.id={identifier}", "=name=eva")
    console.talk("/ppp/secret/remove", f"=.id={identifier}")
    reader = SentenceReader()
    reader.feed(b"".join(pushed))
    assert list(reader.sentences()) == [
        ["!re", ".tag=10", "=.id=*1", "=name=ana"],
        ["!re", ".tag=10", "=.id=*1", "=name=eva"],
        ["!re", ".tag=10", "=.id=*1", "=.dead=true"],
    ]
    other.session.end()
    console.add("/ppp/secret", name="luis")
    assert len(pushed) == 3


def test_cancel_of_a_tagged_listen(console: Console) -> None:
    console.talk("/ppp/secret/listen", ".tag=10")
    assert console.talk("/cancel", "=tag=10", ".tag=20") == [
        ["!trap", ".tag=10", "=category=2", "=message=interrupted"],
        ["!done", ".tag=20"],
        ["!done", ".tag=10"],
    ]
    assert console.talk("/cancel", ".tag=21") == [["!done", ".tag=21"]]


def test_listening_can_be_narrowed(console: Console) -> None:
    console.talk("/ppp/secret/listen", "?name=b", ".tag=1")
    replies = [console.talk("/ppp/secret/add", f"=name={name}") for name in "ab"]
    assert [len(reply) for reply in replies] == [1, 2]
