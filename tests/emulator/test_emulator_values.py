# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written and how it is printed back; what is refused and with which text."""

import pytest
from emulator.console import Console, console_of
from hypothesis import given
from hypothesis import strategies as st

from reconciler.emulator.kinds.net import list_address, rule_address
from reconciler.emulator.kinds.units import (
    export_rate,
    format_time,
    milliseconds,
    read_rate,
    read_time,
)

BASE = {
    "/queue/simple": {"name": "q"},
    "/queue/tree": {"parent": "global"},
    "/queue/type": {"kind": "pcq"},
    "/ppp/secret": {"name": "s"},
    "/ppp/profile": {"name": "p"},
    "/ip/hotspot/user": {"name": "u"},
    "/ip/hotspot/user/profile": {"name": "p"},
    "/ip/firewall/address-list": {"list": "l", "address": "192.0.2.9"},
    "/ip/firewall/filter": {"chain": "forward"},
    "/ip/firewall/mangle": {"chain": "forward"},
    "/ip/arp": {"interface": "ether1"},
    "/ipv6/firewall/address-list": {"list": "l"},
    "/ipv6/firewall/filter": {"chain": "forward"},
    "/ip/pool": {"name": "p", "ranges": "10.0.0.1"},
    "/ip/dhcp-server/lease": {},
}


@pytest.mark.parametrize(
    ("path", "field", "written", "printed"),
    [
        ("/queue/simple", "max-limit", "25M/25M", "25000000/25000000"),
        ("/queue/simple", "max-limit", "10137k/1G", "10137000/1000000000"),
        ("/queue/simple", "max-limit", "2000000/512k", "2000000/512000"),
        ("/queue/simple", "target", "10.0.0.5", "10.0.0.5/32"),
        ("/queue/simple", "target", "10.0.0.5/32,10.0.1.9/29", "10.0.0.5/32,10.0.1.8/29"),
        ("/queue/simple", "target", "ether1", "ether1"),
        ("/queue/simple", "target", "2001:db8::1", "2001:db8::1/128"),
        ("/queue/simple", "target", "", ""),
        ("/queue/simple", "burst-time", "60/00:01:00", "1m/1m"),
        ("/queue/simple", "priority", "1/8", "1/8"),
        ("/queue/simple", "disabled", "yes", "true"),
        ("/queue/simple", "queue", "default/pcq-download-default", "default/pcq-download-default"),
        ("/queue/tree", "max-limit", "12G", "12000000000"),
        ("/queue/tree", "burst-time", "59", "59s"),
        ("/queue/type", "pcq-rate", "512k", "512000"),
        ("/queue/type", "pcq-limit", "500KiB", "500"),
        ("/queue/type", "pcq-total-limit", "4500", "4500"),
        ("/queue/type", "pcq-classifier", "dst-address", "dst-address"),
        ("/ppp/secret", "remote-address", "10.0.0.9", "10.0.0.9"),
        ("/ppp/secret", "caller-id", "02:0e:83:05:07:07", "02:0e:83:05:07:07"),
        ("/ppp/secret", "limit-bytes-in", "0100", "100"),
        ("/ppp/profile", "rate-limit", "900K", "900K"),
        ("/ppp/profile", "rate-limit", "10M/10M 0/0 0/0 0/0 8 1k/1k",
         "10M/10M 0/0 0/0 0/0 8 1k/1k"),
        ("/ppp/profile", "use-encryption", "yes", "yes"),
        ("/ppp/profile", "remote-address", "10.1.1.1", "10.1.1.1"),
        ("/ppp/profile", "session-timeout", "90000", "1d1h"),
        ("/ip/hotspot/user", "limit-uptime", "08:00:00", "8h"),
        ("/ip/hotspot/user", "mac-address", "02-0e-83-05-07-0a", "02:0E:83:05:07:0A"),
        ("/ip/hotspot/user/profile", "shared-users", "unlimited", "unlimited"),
        ("/ip/hotspot/user/profile", "idle-timeout", "none", "none"),
        ("/ip/hotspot/user/profile", "keepalive-timeout", "240", "4m"),
        ("/ip/firewall/address-list", "address", "10.0.0.1/32", "10.0.0.1"),
        ("/ip/firewall/address-list", "address", "10.0.0.9/24", "10.0.0.0/24"),
        ("/ip/firewall/address-list", "address", "192.168.0.0-192.168.1.255", "192.168.0.0/23"),
        ("/ip/firewall/address-list", "address", "10.0.0.2-10.0.0.9", "10.0.0.2-10.0.0.9"),
        ("/ip/firewall/address-list", "address", "pagos.ejemplo.mx", "pagos.ejemplo.mx"),
        ("/ip/firewall/filter", "src-address", "10.0.0.1/32", "10.0.0.1"),
        ("/ip/firewall/filter", "src-address", "!10.0.0.0/8", "!10.0.0.0/8"),
        ("/ip/firewall/filter", "time", "18h-21h,tue,mon,sun", "18h-21h,sun,mon,tue"),
        ("/ip/firewall/filter", "protocol", "tcp", "tcp"),
        ("/ip/firewall/filter", "dst-port", "53,8000-8100", "53,8000-8100"),
        ("/ip/firewall/filter", "src-address-list", "!rc-allowed", "!rc-allowed"),
        ("/ip/arp", "mac-address", "020e8305070a", "02:0E:83:05:07:0A"),
        ("/ipv6/firewall/address-list", "address", "2001:db8::1", "2001:db8::1/128"),
        ("/ipv6/firewall/filter", "src-address", "!2001:db8::/32", "!2001:db8::/32"),
        ("/ip/pool", "ranges", "10.0.0.2-10.0.0.9,10.1.0.0/24", "10.0.0.2-10.0.0.9,10.1.0.0/24"),
    ],
)  # fmt: skip
def test_printed_forms(
    any_console: Console, path: str, field: str, written: str, printed: str
) -> None:
    identifier = any_console.add(path, **(BASE[path] | {field: written}))
    assert any_console.row(path, identifier)[field] == printed


MATCH = "input does not match any value of {}"
INVALID = "invalid value for argument {}"


@pytest.mark.parametrize(
    ("path", "field", "written", "message"),
    [
        ("/queue/simple", "max-limit", "fast/slow", INVALID.format("max-limit")),
        ("/queue/simple", "max-limit", "1/2/3", INVALID.format("max-limit")),
        ("/queue/simple", "priority", "9/9", "value of priority out of range (1..8)"),
        ("/queue/simple", "target", "nowhere", MATCH.format("target")),
        ("/queue/simple", "parent", "nobody", MATCH.format("parent")),
        ("/queue/simple", "queue", "a/b", MATCH.format("queue")),
        ("/queue/tree", "queue", "nope", MATCH.format("queue")),
        ("/queue/tree", "parent", "nope", MATCH.format("parent")),
        ("/queue/type", "kind", "nope", MATCH.format("kind")),
        ("/ppp/secret", "profile", "nope", MATCH.format("profile")),
        ("/ppp/secret", "service", "dialup", MATCH.format("service")),
        ("/ppp/secret", "remote-address", "nowhere", INVALID.format("remote-address")),
        ("/ppp/secret", "remote-address", "", INVALID.format("remote-address")),
        ("/ppp/secret", "name", "", INVALID.format("name")),
        ("/queue/simple", "max-limit", "2.5M/10M", INVALID.format("max-limit")),
        ("/ppp/profile", "remote-address", "no-pool", INVALID.format("remote-address")),
        ("/ppp/profile", "parent-queue", "nope", MATCH.format("parent-queue")),
        ("/ip/hotspot/user", "server", "nope", MATCH.format("server")),
        ("/ip/hotspot/user", "profile", "nope", MATCH.format("profile")),
        ("/ip/hotspot/user", "limit-uptime", "soon", INVALID.format("limit-uptime")),
        ("/ip/firewall/address-list", "address", "10.0.0.300 x", INVALID.format("address")),
        ("/ip/firewall/address-list", "timeout", "soon", INVALID.format("timeout")),
        ("/ip/firewall/filter", "action", "explode", MATCH.format("action")),
        ("/ip/firewall/filter", "protocol", "carrier-pigeon", MATCH.format("protocol")),
        ("/ip/firewall/filter", "dst-port", "70000", "value of dst-port out of range (0..65535)"),
        ("/ip/firewall/filter", "in-interface", "nope", MATCH.format("in-interface")),
        ("/ip/firewall/filter", "in-interface-list", "x", MATCH.format("in-interface-list")),
        ("/ip/arp", "interface", "asdf", MATCH.format("interface")),
        ("/ip/arp", "mac-address", "zz", INVALID.format("mac-address")),
        ("/ip/dhcp-server/lease", "server", "nope", MATCH.format("server")),
    ],
)
def test_refused_values(
    any_console: Console, path: str, field: str, written: str, message: str
) -> None:
    words = [f"={k}={v}" for k, v in (BASE[path] | {field: written}).items()]
    before = any_console.device.snapshot()
    assert any_console.trap(f"{path}/add", *words) == (message, "1")
    assert any_console.device.snapshot() == before


@pytest.mark.parametrize(
    ("path", "argument"),
    [
        ("/queue/simple", "bytes"),
        ("/ppp/secret", "last-caller-id"),
        ("/ip/hotspot/user", "shared-users"),
        ("/ip/firewall/address-list", "creation-time"),
        ("/ip/firewall/filter", "new-packet-mark"),
        ("/queue/type", "comment"),
        ("/ip/hotspot/user/profile", "disabled"),
    ],
)
def test_read_only_and_unknown_arguments(any_console: Console, path: str, argument: str) -> None:
    words = [f"={k}={v}" for k, v in (BASE[path] | {argument: "1"}).items()]
    message, category = any_console.trap(f"{path}/add", *words)
    assert message == f"unknown parameter {argument}"
    assert category is None


@pytest.mark.parametrize(
    ("path", "argument", "without", "having"),
    [
        ("/queue/type", "fq-codel-limit", "6.49.8", "7.10.2"),
        ("/ip/hotspot/user", "otp-secret", "7.10.2", "7.22.3"),
        ("/ppp/profile", "bridge-port-vid", "7.10.2", "7.22.3"),
        ("/ip/service", "max-sessions", "7.10.2", "7.22.3"),
    ],
)
def test_arguments_by_version(path: str, argument: str, without: str, having: str) -> None:
    assert argument not in (console_of(without).device.shapes[path].takes or ())
    assert argument in (console_of(having).device.shapes[path].takes or ())


def test_comment_on_a_service_and_place_before_in_set_are_unknown(console: Console) -> None:
    assert console.trap("/ip/service/set", "=numbers=api", "=comment=x") == (
        "unknown parameter comment",
        None,
    )
    identifier = console.add("/ip/firewall/filter", chain="forward")
    words = (f"=.id={identifier}", "=place-before=0")
    assert console.trap("/ip/firewall/filter/set", *words) == (
        "unknown parameter place-before",
        None,
    )


def test_missing_arguments(console: Console) -> None:
    assert console.trap("/ppp/secret/add") == ("missing value(s) of argument(s) name", "1")
    assert console.trap("/ip/firewall/address-list/add", "=list=x")[0].endswith(" address")


@pytest.mark.parametrize(
    ("version", "never", "created"),
    [
        ("6.49.8", "jan/01/1970 00:00:00", "jan/02/2026 03:04:05"),
        ("7.4", "jan/01/1970 00:00:00", "jan/02/2026 03:04:05"),
        ("7.22.3", "1970-01-01 00:00:00", "2026-01-02 03:04:05"),
    ],
)
def test_dates_by_version(version: str, never: str, created: str) -> None:
    console = console_of(version)
    secret = console.add("/ppp/secret", name="s")
    entry = console.add("/ip/firewall/address-list", list="l", address="10.0.0.1")
    assert console.row("/ppp/secret", secret)["last-logged-out"] == never
    assert console.row("/ip/firewall/address-list", entry)["creation-time"] == created


def test_a_secret_prints_what_a_recorded_one_prints() -> None:
    console = console_of("6.49.8")
    identifier = console.add(
        "/ppp/secret", name="0001@isp", service="pppoe", password="k", local_address="10.205.74.1",
        remote_address="10.205.74.160",
    )  # fmt: skip
    assert (
        list(console.row("/ppp/secret", identifier))
        == (
            ".id name service caller-id password profile local-address remote-address routes"
            " ipv6-routes limit-bytes-in limit-bytes-out last-logged-out last-caller-id"
            " last-disconnect-reason disabled"
        ).split()
    )


def test_a_queue_prints_what_a_recorded_one_prints(any_console: Console) -> None:
    identifier = any_console.add(
        "/queue/simple", name="71346", target="10.16.97.102", max_limit="25M/25M", comment="L M"
    )
    assert any_console.row("/queue/simple", identifier) == {
        ".id": identifier,
        "name": "71346",
        "target": "10.16.97.102/32",
        "parent": "none",
        "packet-marks": "",
        "priority": "8/8",
        "queue": "default-small/default-small",
        "limit-at": "0/0",
        "max-limit": "25000000/25000000",
        "burst-limit": "0/0",
        "burst-threshold": "0/0",
        "burst-time": "0s/0s",
        "bucket-size": "0.1/0.1",
        **dict.fromkeys(
            "bytes packets dropped rate packet-rate queued-packets queued-bytes".split(), "0/0"
        ),
        **dict.fromkeys(
            "total-bytes total-packets total-dropped total-rate total-packet-rate"
            " total-queued-packets total-queued-bytes".split(),
            "0",
        ),
        "invalid": "false",
        "dynamic": "false",
        "disabled": "false",
        "comment": "L M",
    }


def test_a_tree_queue_prints_what_a_recorded_one_prints(console: Console) -> None:
    identifier = console.add("/queue/tree", name="queue1", parent="global", packet_mark="no-mark",
                             limit_at="12G", max_limit="12G")  # fmt: skip
    row = console.row("/queue/tree", identifier)
    assert identifier == "*1000000"
    assert set(row) == set(
        ".id bucket-size burst-limit burst-threshold burst-time bytes disabled dropped invalid"
        " limit-at max-limit name packet-mark packet-rate packets parent priority queue"
        " queued-bytes queued-packets rate".split()
    )
    assert (row["limit-at"], row["priority"], row["queue"]) == ("12000000000", "8", "default-small")


def test_a_mark_rule_prints_what_a_recorded_one_prints(console: Console) -> None:
    identifier = console.add(
        "/ip/firewall/mangle", chain="prerouting", action="mark-connection", disabled="yes",
        new_connection_mark="PANEL", comment="panel",
    )  # fmt: skip
    assert console.row("/ip/firewall/mangle", identifier) == {
        ".id": identifier,
        "action": "mark-connection",
        "bytes": "0",
        "chain": "prerouting",
        "comment": "panel",
        "disabled": "true",
        "dynamic": "false",
        "invalid": "false",
        "new-connection-mark": "PANEL",
        "packets": "0",
        "passthrough": "true",
    }


def test_an_entry_prints_what_a_recorded_one_prints(any_console: Console) -> None:
    identifier = any_console.add(
        "/ip/firewall/address-list", list="activo", address="10.205.73.178", comment="x"
    )
    assert list(any_console.row("/ip/firewall/address-list", identifier)) == (
        ".id list address creation-time dynamic disabled comment".split()
    )


def test_rules_print_disabled_and_log_once_written() -> None:
    new, old = console_of("7.22.3"), console_of("6.49.8")
    path = "/ip/firewall/filter"
    one, two = new.add(path, chain="forward"), old.add(path, chain="forward")
    assert {"disabled", "log", "log-prefix"}.isdisjoint(new.row(path, one))
    assert old.row(path, two)["log"] == old.row(path, two)["disabled"] == "false"
    new.talk(f"{path}/set", f"=.id={one}", "=disabled=no", "=log=no")
    assert new.row(path, one)["disabled"] == new.row(path, one)["log"] == "false"


def test_a_type_prints_the_options_of_its_kind(console: Console) -> None:
    identifier = console.add("/queue/type", name="t", kind="pcq", pcq_rate="5M")
    row = console.row("/queue/type", identifier)
    assert row["pcq-rate"] == "5000000"
    assert row["pcq-total-limit"] == "2000"
    assert not any(name.startswith(("sfq", "pfifo")) for name in row)
    console.talk("/queue/type/set", f"=.id={identifier}", "=kind=pfifo")
    row = console.row("/queue/type", identifier)
    assert row["pfifo-limit"] == "50"
    assert not any(name.startswith("pcq") for name in row)


def test_empty_comments_and_unset_remove(any_console: Console) -> None:
    path = "/ppp/secret"
    identifier = any_console.add(path, name="a", comment="x", local_address="10.0.0.1")
    any_console.talk(f"{path}/set", f"=.id={identifier}", "=comment=")
    any_console.talk(f"{path}/unset", f"=.id={identifier}", "=value-name=local-address")
    assert {"comment", "local-address"}.isdisjoint(any_console.row(path, identifier))


def test_a_name_with_an_exclamation_mark_unsets(console: Console) -> None:
    identifier = console.add("/ppp/profile", name="p", rate_limit="1M", local_address="10.0.0.1")
    words = (f"=.id={identifier}", "=!rate-limit=", "=!local-address=")
    assert console.talk("/ppp/profile/set", *words) == [["!done"]]
    assert {"rate-limit", "local-address"}.isdisjoint(console.row("/ppp/profile", identifier))


RATES = st.integers(0, 10**12)
TIMES = st.integers(0, 10**12)


@given(RATES)
def test_exported_rates_read_back(rate: int) -> None:
    assert read_rate(export_rate(str(rate))) == str(rate)


@given(TIMES)
def test_printed_times_read_back(total: int) -> None:
    assert milliseconds(format_time(total)) == total


@given(st.text(alphabet="0123456789wdhms:. -", max_size=12))
def test_reading_a_time_is_idempotent(text: str) -> None:
    printed = read_time(text)
    assert printed is None or read_time(printed) == printed


@given(st.text(alphabet="0123456789./-!ab:", max_size=24))
def test_reading_an_address_is_idempotent(text: str) -> None:
    for shape in (list_address, rule_address):
        printed = shape(text)
        assert printed is None or shape(printed) == printed
