# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is sent, a session answers or closes: it never breaks, hangs or forgets an answer.

`FUZZ` sentences an example; `--hypothesis-profile=fuzz` makes many examples.
"""

import random

from emulator.console import Console, console_of
from hypothesis import given
from hypothesis import strategies as st

from reconciler.emulator import Clock, Device
from reconciler.emulator.facts.model import inspected
from reconciler.emulator.rsc import Mode
from reconciler.emulator.session import Session

FUZZ = 40
VERSIONS = ("6.42.12", "6.49.8", "7.10.2", "7.22.3", "7.24")
COMMANDS = (
    "print add set remove move enable disable unset comment get listen reset-counters"
    " reset-counters-all getall run info save load find"
).split()
PATHS = (
    *inspected(), "/interface", "/interface/bridge", "/interface/vlan", "/interface/ethernet",
    "/interface/list/member", "/ip/firewall/connection", "/ipv6/firewall/address-list",
    "/routing/table", "/log", "/file", "/ip/route", "/ip/dns", "", "/no/such", "/system/backup",
)  # fmt: skip
NAMES = (
    "name .id numbers list address target max-limit parent queue profile service comment disabled"
    " timeout interface chain action place-before destination value-name .proplist count-only from"
    " copy-from ranges kind interval on-event start-time contents file file-name group policy"
    " remote-address new-routing-mark dst-port time message source tag"
).split()
VALUES = (
    "", "a", "b", "*1", "*2", "*FFFFFFFE", "*0", "*", "*zz", "*1,*2", "0", "1", "-1", "10.0.0.1",
    "10.0.0.1/32", "10.0.0.0/8", "10.0.0.9-10.0.0.1", "::1", "1M/2M", "9/9", "1/2/3", "none",
    "default", "pcq", "forward", "drop", "jump", "ether1", "bridge", "yes", "no", "true", "1m",
    "00:00:01", "99999999999999999999", "!ether1", "!", "ñ", "\udcff", "a,b", "x" * 300, "all",
    "startup", "2026-01-03", "jan/40/2026", "99999999999999w",
    ":log info x", ":delay 1s", "/queue simple remove [find]", "18h-21h,mon", "name",
)  # fmt: skip
QUERIES = ("?name", "?-name", "?=name=a", "?>name=1", "?<.id=*2", "?#|", "?#&!", "?#9.", "?", "?#")


MODES: tuple[Mode, ...] = ("compact", "verbose", "terse")
NOT_EXPORTED = ("/user", "/file", "/system/package", "/ip/hotspot/active")


def state(device: Device) -> dict[str, list[dict[str, str]]]:
    return {
        path: [
            {name: value for name, value in row.items() if name != ".id"}
            for row in rows
            if row.get("dynamic") != "true"
        ]
        for path, rows in device.snapshot().items()
        if path not in NOT_EXPORTED
    }


def sentence(dice: random.Random, device: Device) -> list[str]:
    path = dice.choice(PATHS)
    words = [f"{path}/{dice.choice(COMMANDS)}"]
    form = device.shapes.get(path)
    known = sorted((form.takes or form.order) if form else ()) or NAMES
    for _ in range(dice.randrange(6)):
        name = dice.choice(known if dice.random() < 0.6 else NAMES)
        negation = "!" if dice.random() < 0.05 else ""
        words.append(f"={negation}{name}={dice.choice(VALUES)}")
    if dice.random() < 0.2:
        words += dice.sample(QUERIES, dice.randrange(1, 4))
    return words


def play(device: Device, dice: random.Random) -> None:
    console = Console(device)
    for number in range(FUZZ):
        device.clock.advance(dice.choice((0, 0, 1, 60)))
        words = [*sentence(dice, device), f".tag={number}"]
        replies = console.talk(*words)
        assert not console.session.closed
        if not words[0].endswith("/listen"):
            assert sum(reply[:2] == ["!done", f".tag={number}"] for reply in replies) == 1, words
        if dice.random() < 0.02:
            device.reboot()


@given(st.integers(0, 2**64), st.sampled_from(VERSIONS))
def test_no_sentence_breaks_a_session(seed: int, version: str) -> None:
    device = Device(version=version, clock=Clock.frozen())
    play(device, random.Random(seed))
    for mode in MODES:
        again = Device(version=version, clock=Clock.frozen())
        again.load_rsc(device.export(mode))
        assert state(again) == state(device), mode


@given(st.integers(0, 2**64))
def test_the_indexes_hold_after_anything(seed: int) -> None:
    """Rows, order, names and references agree, whatever was done."""
    device = Device(clock=Clock.frozen())
    play(device, random.Random(seed))
    for path, table in device.tables.items():
        rows = list(table)
        assert {row.number for row in rows} == set(table.rows), path
        assert len(rows) == len(table), path
        named = {row.number for found in table.names.values() for row in found.values()}
        assert named == {row.number for row in rows if "name" in row.fields}, path
        for name, found in table.names.items():
            assert all(row.fields["name"] == name for row in found.values()), path
    for (path, name), referrers in device._referrers.items():
        for menu, number in referrers:
            row = device.tables[menu].rows[number]
            kinds = device.shapes[menu].referring
            targets = [
                t for key, kind in kinds.items() for t in kind.references(row.fields.get(key, ""))
            ]
            assert (path, name) in targets


@given(st.lists(st.binary(max_size=60), max_size=20), st.booleans())
def test_no_bytes_break_a_session(chunks: list[bytes], inside: bool) -> None:
    session = Session(Device(clock=Clock.frozen()))
    if inside:
        session.enter("admin")
    for chunk in chunks:
        session.receive(chunk)
        if session.closed:
            break


@given(st.lists(st.text(max_size=20), min_size=1, max_size=8))
def test_no_words_break_a_session(words: list[str]) -> None:
    console_of().talk(*words)
