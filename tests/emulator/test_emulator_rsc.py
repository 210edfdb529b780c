# SPDX-License-Identifier: GPL-3.0-or-later
"""Exports: their text, what they load to, and every real one that is at hand."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.emulator import Clock, Device
from reconciler.emulator.rsc import Mode
from reconciler.emulator.rsc.lexer import LexError, logical_lines, words

SAMPLES = Path(__file__).resolve().parents[2] / "../shared/routeros/samples"


def loaded(text: str | bytes, version: str | None = "7.22.3") -> tuple[Device, list[str]]:
    device = Device(version=version, clock=Clock.frozen())
    return device, device.load_rsc(text)


# -- text ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "texts"),
    [
        ("add name=a comment=b", ["add", "name=a", "comment=b"]),
        ('add name="a b" x=', ["add", "name=a b", "x="]),
        (r'add c="say \"hi\" \\ \$x \?"', ["add", 'c=say "hi" \\ $x ?']),
        (r'c="a\r\nb\tc\_d"', ["c=a\r\nb\tc d"]),
        (r'c="Calder\C3\B1n"', ["c=Calderñn"]),
        (r'c="\96 \FF"', ["c=\udc96 \udcff"]),
        ("set [ find default=yes ] x=1", ["set", "find default=yes", "x=1"]),
        ('set [ find name="]" ] x=1', ["set", 'find name="]"', "x=1"]),
        ("set *FFFFFFFE x=1", ["set", "*FFFFFFFE", "x=1"]),
        ('add "quoted"', ["add", "quoted"]),
    ],
)
def test_words_of_a_line(line: str, texts: list[str]) -> None:
    assert [word.text for word in words(line)] == texts


@pytest.mark.parametrize("line", ['add name="open', "set [ find", 'x="a\\'])
def test_what_is_not_closed_is_an_error(line: str) -> None:
    with pytest.raises(LexError):
        words(line)


def test_lines_go_on_after_a_backslash_even_inside_quotes() -> None:
    text = 'add name=\\\r\n    "a b" comment="one\\\r\n    \\_two" x=\\\\\nadd y=1\n'
    lines = list(logical_lines(text))
    assert [number for number, _ in lines] == [1, 4, 5]
    assert [word.text for word in words(lines[0][1])] == [
        "add",
        "name=a b",
        "comment=one two",
        "x=\\",
    ]


# -- loading ---------------------------------------------------------------------


def test_the_forms_of_an_export() -> None:
    device, notes = loaded(
        "# 2024-06-06 15:22:31 by RouterOS 7.14.2\r\n"
        "/interface bridge\r\nadd name=br100\r\n"
        "/interface ethernet\r\nset [ find default-name=ether1 ] name=wan comment=\\\r\n    WAN\r\n"
        "/ip pool add name=p ranges=10.0.0.2-10.0.0.9\r\n"
        "/ppp profile\r\nset *0 only-one=yes\r\n"
        'add name="VPN ONE" local-address=10.0.0.1 remote-address=p\r\n'
        "# an error text\r\n"
        "set *FFFFFFFE use-encryption=required\r\n"
        "/queue simple\r\nadd name=10001 max-limit=50M/50M target=10.10.0.3/32\r\n"
        "/ip service\r\nset telnet disabled=yes\r\nset api address=172.26.160.0/19\r\n"
        "/system identity\r\nset name=norte\r\n",
        version=None,
    )
    assert notes == []
    assert device.version.text == "7.14.2"
    profiles = {row["name"]: row for row in device.rows("/ppp/profile")}
    assert profiles["default"]["only-one"] == "yes"
    assert profiles["default-encryption"]["use-encryption"] == "required"
    assert profiles["VPN ONE"]["remote-address"] == "p"
    assert device.rows("/queue/simple")[0]["max-limit"] == "50000000/50000000"
    services = {row["name"]: row for row in device.rows("/ip/service")}
    assert services["telnet"]["disabled"] == "true"
    assert services["api"]["address"] == "172.26.160.0/19"
    assert device.rows("/interface")[0]["name"] == "wan"
    assert device.rows("/system/identity") == [{"name": "norte"}]


def test_what_is_not_known_is_kept_and_noted() -> None:
    device, notes = loaded(
        "/lcd interface\nset sfp1 timeout=10s\n/tool fancy\nset enabled=yes\n"
        "/tool list\nadd a=1 !b\nadd a=2\n/ppp secret\nadd name=x vlan-id=7\n"
    )
    assert device.rows("/lcd/interface")[0] == {".id": "*1", "name": "sfp1", "timeout": "10s"}
    assert device.rows("/tool/fancy") == [{"enabled": "yes"}]
    assert [row["a"] for row in device.rows("/tool/list")] == ["1", "2"]
    assert device.rows("/ppp/secret")[0]["vlan-id"] == "7"
    assert any("no vlan-id" in note and note.startswith("line 9:") for note in notes)


def test_notes_hold_no_values() -> None:
    """An export holds passwords, and what is broken may be one."""
    _, notes = loaded(
        '/ppp secret\nadd name=x password=geheim nonsense=geheim\nadd name=x password="geheim\n'
        "add name=y password=a geheim\nadd name=geheim,geheim remote-address=geheim\n"
        "set [ find name=geheim ] comment=geheim\nset [geheim] a=b\nset *99 a=geheim\n"
        'geheim\n/lcd pin\nset geheim pin=geheim\n/x geheim=1 "geheim"\nadd (geheim)\n'
        "/ip hotspot user\nadd name=geheim\nadd name=geheim\n"
    )
    assert len(notes) > 10
    assert not [note for note in notes if "geheim" in note]


def test_what_add_refuses_is_kept_and_noted() -> None:
    device, notes = loaded(
        "/ip address add address=10.20.20.1/30 interface=*1B\n"
        "/ip proxy access\nadd src-address=10.0.0.1\nadd src-address=10.0.0.1\n"
        "/ip firewall address-list\nadd list=a address=10.0.0.1\nadd list=a address=10.0.0.1\n"
    )
    assert device.rows("/ip/address")[0]["interface"] == "*1B"
    assert len(device.rows("/ip/proxy/access")) == 2
    assert len(device.rows("/ip/firewall/address-list")) == 2
    assert sum("already have such entry" in note for note in notes) == 1


def test_ports_that_hold_only_defaults_are_made() -> None:
    device, notes = loaded("/interface vlan\nadd interface=sfp-sfpplus1 name=v vlan-id=100\n")
    assert "sfp-sfpplus1" in {row["name"] for row in device.rows("/interface")}
    assert any("sfp-sfpplus1" in note for note in notes)


def test_bytes_that_are_not_utf8_survive() -> None:
    device, _ = loaded(b'/ppp secret\nadd name="a\\96" comment="\xf1 \\F1"\n')
    row = device.rows("/ppp/secret")[0]
    assert row["name"] == "a\udc96"
    assert row["comment"] == "\udcf1 \udcf1"


# -- writing ---------------------------------------------------------------------


def state(device: Device) -> dict[str, list[dict[str, str]]]:
    """What an export is about: everything but ids, users, packages and what is dynamic."""
    return {
        path: [
            {name: value for name, value in row.items() if name != ".id"}
            for row in rows
            if row.get("dynamic") != "true"
        ]
        for path, rows in device.snapshot().items()
        if path not in ("/user", "/system/package")
    }


def again(device: Device, mode: Mode) -> Device:
    return loaded(device.export(mode), version=None)[0]


@given(
    st.lists(st.tuples(st.text(min_size=1), st.text(), st.text()), max_size=5),
    st.sampled_from(["compact", "verbose", "terse"]),
)
def test_any_text_survives_an_export(rows: list[tuple[str, str, str]], mode: Mode) -> None:
    device = Device(clock=Clock.frozen())
    for number, (name, password, comment) in enumerate(rows):
        fields = {"name": f"{number}{name}", "password": password, "comment": comment}
        device.add("/ppp/secret", **fields)
    assert state(again(device, mode)) == state(device)


@given(st.binary(max_size=300))
def test_any_bytes_survive_an_export(data: bytes) -> None:
    device = Device(clock=Clock.frozen())
    device.add("/ppp/secret", name="a", password=data.decode("utf-8", "surrogateescape"))
    assert state(again(device, "compact")) == state(device)


def test_lines_of_an_export_are_short_but_for_terse_ones() -> None:
    device = Device(clock=Clock.frozen())
    device.add("/system/script", name="s", source="x y " * 100 + "\n")
    device.add("/ppp/profile", name="a" * 100)
    text = device.export()
    assert max(map(len, text.splitlines())) <= 80
    assert any(line.endswith("\\") for line in text.splitlines())
    assert state(loaded(text)[0]) == state(device)


def test_a_compact_export_says_only_what_differs() -> None:
    device = Device(clock=Clock.frozen())
    device.set("/ppp/profile", "default", only_one="yes")
    device.set("/queue/type", "default-small", pfifo_limit="20")
    device.set("/ip/service", "telnet", disabled="yes")
    device.add("/queue/simple", name="ana", target="10.0.0.1", max_limit="2M/10M")
    device.add("/ip/firewall/filter", chain="forward", action="drop")
    device.add("/ip/firewall/address-list", list="x", address="10.0.0.9", timeout="1m")
    assert device.export("compact").splitlines()[3:] == [
        "/queue type",
        "set 9 pfifo-limit=20",
        "/queue simple",
        "add max-limit=2M/10M name=ana target=10.0.0.1/32",
        "/ppp profile",
        "set *0 only-one=yes",
        "/ip firewall filter",
        "add action=drop chain=forward",
        "/ip service",
        "set telnet disabled=yes",
    ]


def test_secrets_can_be_left_out() -> None:
    device = Device(clock=Clock.frozen())
    device.add("/ppp/secret", name="ana", password="geheim")
    assert "geheim" in device.export()
    assert "geheim" not in device.export(sensitive=False)


@given(st.text(max_size=120))
def test_no_text_raises(text: str) -> None:
    loaded(text)


@given(st.lists(st.sampled_from(
    ["/ppp secret", "add", "set", "name=a", "[", "]", "find", '"', "\\", "\n", "\n", " ", "*0",
     "default=yes", "/queue simple", "target=", "!x", "=", "#", "{", ":do", "disabled=yes"]
), max_size=30))  # fmt: skip
def test_no_broken_export_raises(parts: list[str]) -> None:
    device, _ = loaded(" ".join(parts))
    device.snapshot()


# -- real exports ------------------------------------------------------------------

REAL = {
    "isp-a-6.48.6-day1.rsc": {"/ip/hotspot/user": 1685, "/ip/firewall/address-list": 1612,
                              "/queue/simple": 50, "/ppp/secret": 32, "/ip/firewall/mangle": 45},
    "isp-a-6.49.8-day3.rsc": {"/ip/hotspot/user": 1645, "/ip/firewall/address-list": 1273},
    "isp-b-6.48.4-ppp.rsc": {"/ppp/secret": 388, "/ip/firewall/nat": 270},
    "isp-c-6.48.6-pcq.rsc": {"/queue/simple": 25, "/queue/type": 25, "/ppp/secret": 23},
    "isp-d-6.49.7-compact.rsc": {"/ip/firewall/filter": 13, "/ip/firewall/nat": 6},
    "isp-d-6.49.7-verbose.rsc": {"/ip/firewall/filter": 13, "/queue/type": 10},
    "isp-e-6.43.7-queuetree.rsc": {"/queue/tree": 12, "/ip/firewall/mangle": 7, "/ip/arp": 1},
    "isp-f-7.24.4-excerpt.rsc": {"/ppp/profile": 6, "/queue/simple": 5, "/ip/pool": 2},
    "isp-g-7.11.3-terse-excerpt.rsc": {"/ppp/profile": 5, "/queue/simple": 2, "/ip/pool": 3},
    "isp-h-6-terse-excerpt.rsc": {"/ppp/secret": 5},
    "wisphub-managed-7.14.2.rsc": {"/queue/simple": 168, "/ppp/secret": 172,
                                   "/ip/firewall/address-list": 75, "/ip/proxy/access": 246},
}  # fmt: skip


def sample(name: str) -> tuple[Device, list[str]]:
    path = SAMPLES / name
    if not path.exists():
        pytest.skip(f"{path} is not at hand")
    return loaded(path.read_bytes(), version=None)


@pytest.mark.parametrize("name", sorted(REAL))
def test_real_exports_load_whole(name: str) -> None:
    device, notes = sample(name)
    assert not [note for note in notes if "not understood" in note]
    counted = {
        menu: sum(row.get("dynamic") != "true" for row in device.rows(menu)) for menu in REAL[name]
    }
    assert counted == REAL[name]


@pytest.mark.parametrize("mode", ["compact", "verbose", "terse"])
@pytest.mark.parametrize("name", sorted(REAL))
def test_real_exports_survive_a_round_trip(name: str, mode: Mode) -> None:
    device, _ = sample(name)
    assert state(again(device, mode)) == state(device)


def test_our_defaults_are_those_of_a_verbose_export() -> None:
    """One router, exported twice within minutes: what compact leaves out is the default."""
    compact, verbose = (sample(f"isp-d-6.49.7-{mode}.rsc")[0] for mode in ("compact", "verbose"))
    anonymised = {"name", "comment", "cache-administrator", "mac-address"}
    for path, table in compact.tables.items():
        if not table.menu.open and path != "/interface":
            one, two = (
                [{k: v for k, v in row.items() if k not in anonymised} for row in device.rows(path)]
                for device in (compact, verbose)
            )
            assert one == two, path
