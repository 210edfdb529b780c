# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows: identity, order, keys, references, what the router made, what goes with time."""

import pytest
from emulator.console import Console, console_of

from reconciler.emulator import Clock, Device, Trap

FILTER = "/ip/firewall/filter"
LIST = "/ip/firewall/address-list"
SECRET = "/ppp/secret"
QUEUE = "/queue/simple"


def names(console: Console, path: str = QUEUE) -> list[str]:
    return [row["name"] for row in console.rows(f"{path}/print")]


# -- which rows ----------------------------------------------------------------


def test_ids_are_never_reused_and_never_change(console: Console) -> None:
    first, second = (console.add(SECRET, name=name) for name in "ab")
    console.talk(f"{SECRET}/remove", f"=.id={second}")
    third = console.add(SECRET, name="c")
    console.talk(f"{SECRET}/set", f"=.id={first}", "=name=z")
    assert (first, second, third) == ("*1", "*2", "*3")
    assert console.row(SECRET, first)["name"] == "z"


def test_id_lists_names_positions_and_numbers(console: Console) -> None:
    for name in "abcd":
        console.add(SECRET, name=name)
    console.talk(f"{SECRET}/disable", "=.id=*1,*2")
    console.talk(f"{SECRET}/disable", "=numbers=c")
    assert [row["disabled"] for row in console.rows(f"{SECRET}/print")] == ["true"] * 3 + ["false"]
    console.talk(f"{SECRET}/enable", "=numbers=0")
    assert console.row(SECRET, "*1")["disabled"] == "false"
    console.talk(f"{SECRET}/remove", "=.id=*1,*4")
    assert names(console, SECRET) == ["b", "c"]


def test_a_name_with_a_comma_is_one_name(console: Console) -> None:
    console.add(SECRET, name="a,b")
    assert console.talk(f"{SECRET}/remove", "=numbers=a,b") == [["!done"]]


def test_one_missing_id_refuses_all(console: Console) -> None:
    console.add(SECRET, name="a")
    assert console.trap(f"{SECRET}/remove", "=.id=*1,*9") == ("no such item", "0")
    assert names(console, SECRET) == ["a"]


def test_no_id_at_all(console: Console) -> None:
    for command in ("set", "remove", "disable", "comment"):
        assert console.trap(f"{SECRET}/{command}")[0] == "missing =.id="


def test_menus_of_one_row(any_console: Console) -> None:
    assert any_console.talk("/system/identity/set", "=name=rb-norte") == [["!done"]]
    assert any_console.rows("/system/identity/print") == [{"name": "rb-norte"}]
    (resource,) = any_console.rows("/system/resource/print")
    assert resource["version"] == f"{any_console.device.version.text} (stable)"
    assert ".id" not in resource


# -- order ---------------------------------------------------------------------


def test_place_before_and_move(console: Console) -> None:
    for name in "abcd":
        console.add(QUEUE, name=name)
    console.talk(f"{QUEUE}/add", "=name=x", "=place-before=*2")
    assert names(console) == list("axbcd")
    console.talk(f"{QUEUE}/move", "=numbers=*4", "=destination=*1")
    assert names(console) == list("daxbc")
    console.talk(f"{QUEUE}/move", "=numbers=*4")
    assert names(console) == list("axbcd")


def test_several_move_in_the_order_given(console: Console) -> None:
    for name in "abcde":
        console.add(QUEUE, name=name)
    console.talk(f"{QUEUE}/move", "=numbers=*5,*4", "=destination=*2")
    assert names(console) == list("aedbc")


def test_an_unknown_destination_is_the_end(console: Console) -> None:
    for name in "abc":
        console.add(QUEUE, name=name)
    assert console.talk(f"{QUEUE}/move", "=numbers=*1", "=destination=*99") == [["!done"]]
    assert names(console) == list("bca")


def test_move_takes_a_comment(console: Console) -> None:
    for name in "abc":
        console.add(FILTER, chain=name, comment=f"rule {name}")
    console.talk(f"{FILTER}/move", "=numbers=rule c", "=destination=*1")
    assert [row["chain"] for row in console.rows(f"{FILTER}/print")] == ["c", "a", "b"]


def test_a_row_cannot_move_before_itself(console: Console) -> None:
    console.add(QUEUE, name="a")
    words = ("=numbers=*1", "=destination=*1")
    assert console.trap(f"{QUEUE}/move", *words)[0] == "failure: can not move object before itself"


def test_place_before_belongs_to_ordered_menus(console: Console) -> None:
    console.add(SECRET, name="a")
    words = ("=name=b", "=place-before=*1")
    assert console.trap(f"{SECRET}/add", *words)[0] == "unknown parameter place-before"


# -- keys ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "first", "twin", "message"),
    [
        (QUEUE, {"name": "a"}, {"name": "a"}, "already have such name"),
        (
            SECRET,
            {"name": "a", "service": "pppoe"},
            {"name": "a", "service": "pppoe", "password": "x"},
            "secret with the same name already exists",
        ),
        (
            "/ip/hotspot/user",
            {"name": "a"},
            {"name": "a", "server": "all"},
            "already have user with this name for this server",
        ),
        (
            LIST,
            {"list": "l", "address": "10.0.0.1"},
            {"list": "l", "address": "10.0.0.1/32", "timeout": "1m", "comment": "x"},
            "already have such entry",
        ),
        (
            "/ip/dhcp-server/lease",
            {"address": "10.0.0.2", "mac-address": "02:00:00:00:00:01"},
            {"address": "10.0.0.3", "mac-address": "02:00:00:00:00:01"},
            "already have static lease for this client",
        ),
        (
            "/ip/dhcp-server/lease",
            {"address": "10.0.0.2", "mac-address": "02:00:00:00:00:01"},
            {"address": "10.0.0.2", "mac-address": "02:00:00:00:00:02"},
            "already have static lease with this IP address",
        ),
        (
            "/interface/bridge",
            {"name": "b"},
            {"name": "ether1"},
            "already have interface with such name",
        ),
        (
            "/ip/pool",
            {"name": "p", "ranges": "10.0.0.1"},
            {"name": "p", "ranges": "10.0.0.2"},
            "item with such name already exists",
        ),
        (
            "/ip/address",
            {"address": "10.0.0.1/24", "interface": "ether1"},
            {"address": "10.0.0.1/24", "interface": "ether1"},
            "already have such address",
        ),
        (
            "/ip/dhcp-server",
            {"name": "d", "interface": "ether1"},
            {"name": "d", "interface": "ether2"},
            "server with such name already exists",
        ),
        (
            "/queue/tree",
            {"name": "t", "parent": "global"},
            {"name": "t", "parent": "global"},
            "already have such name",
        ),
        (
            "/queue/type",
            {"name": "t", "kind": "pcq"},
            {"name": "t", "kind": "sfq"},
            "already have such name",
        ),
    ],
)
def test_twins_are_refused(
    any_console: Console, path: str, first: dict[str, str], twin: dict[str, str], message: str
) -> None:
    any_console.add(path, **first)
    words = [f"={name}={value}" for name, value in twin.items()]
    assert any_console.trap(f"{path}/add", *words) == (f"failure: {message}", None)


def test_a_secret_may_share_its_name_with_another_service(console: Console) -> None:
    console.add(SECRET, name="a")
    assert console.add(SECRET, name="a", service="pppoe") == "*2"


def test_a_disabled_entry_may_have_a_twin(console: Console) -> None:
    console.add(LIST, list="l", address="10.0.0.1", disabled="yes")
    twin = console.add(LIST, list="l", address="10.0.0.1")
    assert console.trap(f"{LIST}/enable", "=.id=*1")[0] == "failure: already have such entry"
    console.talk(f"{LIST}/remove", f"=.id={twin}")
    assert console.talk(f"{LIST}/enable", "=.id=*1") == [["!done"]]


def test_a_refused_set_changes_nothing(console: Console) -> None:
    console.add(QUEUE, name="a")
    console.add(QUEUE, name="b")
    before = console.device.snapshot()
    console.trap(f"{QUEUE}/set", "=.id=*2", "=name=a", "=max-limit=1M/1M")
    assert console.device.snapshot() == before


# -- references ----------------------------------------------------------------


def test_a_renamed_row_keeps_its_referrers(console: Console) -> None:
    profile = console.add("/ppp/profile", name="p")
    console.add(SECRET, name="a", profile="p")
    console.talk("/ppp/profile/set", f"=.id={profile}", "=name=q")
    assert console.row(SECRET, "*1")["profile"] == "q"


def test_a_removed_row_leaves_its_id_behind(console: Console) -> None:
    pool = console.add("/ip/pool", name="p", ranges="10.0.0.1")
    profile = console.add("/ppp/profile", name="x", remote_address="p")
    console.talk("/ip/pool/remove", f"=.id={pool}")
    assert console.row("/ppp/profile", profile)["remote-address"] == pool
    words = (f"=.id={profile}", "=rate-limit=1M/1M")
    assert console.talk("/ppp/profile/set", *words) == [["!done"]]


def test_parents_pairs_and_targets_are_references(console: Console) -> None:
    console.add("/queue/type", name="t", kind="pfifo")
    console.add("/interface/bridge", name="br")
    console.add(QUEUE, name="parent")
    child = console.add(QUEUE, name="c", parent="parent", queue="t/default", target="br,10.0.0.1")
    for path, old in (("/queue/type", "t"), ("/interface", "br"), (QUEUE, "parent")):
        assert console.talk(f"{path}/set", f"=numbers={old}", f"=name=new-{old}") == [["!done"]]
    row = console.row(QUEUE, child)
    assert row["queue"] == "new-t/default"
    assert row["target"] == "new-br,10.0.0.1/32"
    assert row["parent"] == "new-parent"


def test_a_group_with_users_stays(console: Console) -> None:
    message, _ = console.trap("/user/group/remove", "=numbers=full")
    assert message == "failure: can not remove default item"
    console.add("/user/group", name="ops", policy="read,api")
    console.add("/user", name="eva", group="ops")
    message, _ = console.trap("/user/group/remove", "=numbers=ops")
    assert message == "failure: group has some users"


def test_marks_of_version_7_need_their_table() -> None:
    rule = ("=chain=prerouting", "=action=mark-routing", "=new-routing-mark=isp2")
    old, new = console_of("6.49.8"), console_of("7.22.3")
    assert old.talk("/ip/firewall/mangle/add", *rule)[0][0] == "!done"
    message, _ = new.trap("/ip/firewall/mangle/add", *rule)
    assert message == "input does not match any value of new-routing-mark"
    new.talk("/routing/table/add", "=name=isp2", "=fib=")
    assert new.talk("/ip/firewall/mangle/add", *rule)[0][0] == "!done"


# -- interfaces ----------------------------------------------------------------


def test_interfaces_are_one_list_under_the_same_id(console: Console) -> None:
    identifier = console.add("/interface/bridge", name="bridge-clientes", comment="LAN")
    row = console.row("/interface", identifier)
    assert (row["name"], row["type"], row["comment"]) == ("bridge-clientes", "bridge", "LAN")
    console.talk("/interface/set", f"=.id={identifier}", "=name=lan")
    assert console.row("/interface/bridge", identifier)["name"] == "lan"
    console.talk("/interface/bridge/remove", f"=.id={identifier}")
    assert "lan" not in names(console, "/interface")


def test_an_interface_can_be_disabled_on_either_side(console: Console) -> None:
    console.talk("/interface/disable", "=numbers=ether2")
    (row,) = console.rows("/interface/ethernet/print", "?name=ether2")
    assert row["disabled"] == "true"
    console.talk("/interface/ethernet/enable", "=numbers=ether2")
    (row,) = console.rows("/interface/print", "?name=ether2")
    assert row["disabled"] == "false"


# -- built-in and dynamic ------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "name", "identifier"),
    [
        ("/ppp/profile", "default", "*0"),
        ("/ppp/profile", "default-encryption", "*FFFFFFFE"),
        ("/ip/hotspot/user", "default-trial", None),
        ("/ip/hotspot/user/profile", "default", None),
        ("/ip/hotspot/profile", "default", None),
        ("/queue/type", "default-small", None),
        ("/queue/type", "pcq-upload-default", None),
    ],
)
def test_built_in_rows(any_console: Console, path: str, name: str, identifier: str | None) -> None:
    (row,) = any_console.rows(f"{path}/print", f"?name={name}")
    assert row["default"] == "true"
    assert identifier in (None, row[".id"])
    any_console.trap(f"{path}/remove", f"=.id={row['.id']}")
    assert any_console.rows(f"{path}/print", f"?name={name}") == [row]


def test_dynamic_rows_are_not_a_clients_to_change(console: Console) -> None:
    device = console.device
    rule = device.add_dynamic(
        FILTER, chain="forward", action="passthrough", comment="special dummy rule"
    )
    for words in ((f"=.id={rule}", "=comment=x"), (f"=.id={rule}", "=disabled=yes")):
        assert console.trap(f"{FILTER}/set", *words)[0] == "failure: can not change dynamic"
    assert console.trap(f"{FILTER}/remove", f"=.id={rule}")[0] == "failure: can not change dynamic"
    lease = device.add_dynamic("/ip/dhcp-server/lease", address="10.0.0.2")
    words = (f"=.id={lease}", "=comment=x")
    message, _ = console.trap("/ip/dhcp-server/lease/set", *words)
    assert message == "failure: can not change dynamic lease"


def test_sessions_and_connections_can_be_removed(any_console: Console) -> None:
    for path, fields in (
        ("/ppp/active", {"name": "ana", "service": "pppoe", "address": "10.0.0.5"}),
        ("/ip/hotspot/active", {"user": "ana", "address": "10.0.0.5"}),
        ("/ip/firewall/connection", {"src_address": "10.0.0.5:99", "dst_address": "1.1.1.1:53"}),
    ):
        identifier = any_console.device.add_dynamic(path, **fields)
        assert any_console.rows(f"{path}/print", "=.proplist=.id") == [{".id": identifier}]
        assert any_console.talk(f"{path}/remove", f"=.id={identifier}") == [["!done"]]
        assert any_console.rows(f"{path}/print") == []


def test_a_static_arp_entry_takes_the_place_of_a_dynamic_one(console: Console) -> None:
    console.device.add_dynamic("/ip/arp", address="10.0.0.5", interface="ether1")
    identifier = console.add("/ip/arp", address="10.0.0.5", interface="ether1")
    assert [row[".id"] for row in console.rows("/ip/arp/print")] == [identifier]


def test_passwords_of_users_are_never_shown(console: Console) -> None:
    console.talk("/user/add", "=name=eva", "=group=full", "=password=geheim")
    assert "geheim" not in str(console.rows("/user/print"))


# -- time ----------------------------------------------------------------------


def test_an_entry_with_a_timeout_goes_by_itself(any_console: Console) -> None:
    clock = any_console.device.clock
    identifier = any_console.add(LIST, list="rc-lease", address="192.0.2.1", timeout="2m")
    row = any_console.row(LIST, identifier)
    assert (row["timeout"], row["dynamic"]) == ("2m", "true")
    clock.advance(60)
    assert any_console.row(LIST, identifier)["timeout"] == "1m"
    any_console.talk(f"{LIST}/set", f"=.id={identifier}", "=timeout=2m")
    clock.advance(119)
    assert any_console.row(LIST, identifier)["timeout"] == "1s"
    clock.advance(1)
    assert any_console.rows(f"{LIST}/print") == []


def test_a_hosts_addresses_hang_on_its_entry(console: Console) -> None:
    parent = console.add(LIST, list="rc-allowed", address="pagos.ejemplo.mx")
    console.device.resolve("pagos.ejemplo.mx", "203.0.113.7", "203.0.113.8")
    rows = console.rows(f"{LIST}/print")
    assert [(row["address"], row["dynamic"]) for row in rows] == [
        ("pagos.ejemplo.mx", "false"),
        ("203.0.113.7", "true"),
        ("203.0.113.8", "true"),
    ]
    assert console.trap(f"{LIST}/remove", f"=.id={rows[1]['.id']}")[0].startswith("failure: can")
    console.talk(f"{LIST}/remove", f"=.id={parent}")
    assert console.rows(f"{LIST}/print") == []


def test_a_reboot_loses_what_is_in_memory_and_deals_ids_anew() -> None:
    device = Device(clock=Clock.frozen())
    device.add(LIST, list="a", address="10.0.0.1", timeout="1h")
    device.add(LIST, list="a", address="10.0.0.2")
    device.add("/ppp/secret", name="x")
    device.add_dynamic("/ppp/active", name="x")
    device.clock.advance(100)
    device.reboot()
    assert [(row[".id"], row["address"]) for row in device.rows(LIST)] == [("*1", "10.0.0.2")]
    assert device.rows("/ppp/active") == []
    assert device.rows("/system/resource")[0]["uptime"] == "0s"


def test_times_that_are_set_anew_do_not_pile_up() -> None:
    device = Device(clock=Clock.frozen())
    entry = device.add(LIST, list="rc-lease", address="192.0.2.1", timeout="2m")
    alarm = device.add("/system/scheduler", name="s", interval="1h")
    for second in range(3000):
        device.clock.advance(1)
        device.set(LIST, entry, timeout="2m")
        device.set("/system/scheduler", alarm, interval=f"{3600 + second}s")
        device.tick()
    assert len(device.tables[LIST].deadlines) < 1100
    assert len(device.schedule._alarms) < 1100
    device.clock.advance(119)
    assert len(device.rows(LIST)) == 1
    device.clock.advance(1)
    assert device.rows(LIST) == []


def test_read_only_properties_of_open_menus(console: Console) -> None:
    words = ("=name=b", "=running=no")
    assert console.trap("/interface/bridge/add", *words)[0] == "unknown parameter running"
    assert console.trap("/ip/route/add", "=default=yes")[0] == "unknown parameter default"


# -- the shortcuts of tests ----------------------------------------------------


def test_the_shortcuts_are_the_apis_own_path() -> None:
    device = Device(version="6.49.8", clock=Clock.frozen())
    identifier = device.add(QUEUE, name="x", target="10.0.0.1", max_limit="1M/2M")
    device.set(QUEUE, identifier, comment="hola")
    assert device.rows(QUEUE)[0]["max-limit"] == "1000000/2000000"
    with pytest.raises(Trap, match="already have such name"):
        device.add(QUEUE, name="x")
    device.remove(QUEUE, "x")
    assert device.rows(QUEUE) == []


def test_a_snapshot_leaves_out_what_changes_by_itself() -> None:
    device = Device(clock=Clock.frozen())
    device.add(LIST, list="a", address="10.0.0.1")
    before = device.snapshot()
    device.clock.advance(5)
    assert device.snapshot() == before
    assert before[LIST] == [
        {".id": "*1", "list": "a", "address": "10.0.0.1", "dynamic": "false", "disabled": "false"}
    ]
    device.set(LIST, "*1", comment="x")
    assert device.snapshot() != before


def test_a_reboot_deals_no_number_that_a_built_in_row_keeps() -> None:
    """An export may name rows that the router came with by numbers of any height."""
    device = Device(clock=Clock.frozen())
    low, _ = (device.add("/system/script", name=name) for name in "ab")
    row = device.find("/system/script", low)
    row.builtin = True
    device.move("/system/script", low)
    device.reboot()
    assert [row[".id"] for row in device.rows("/system/script")] == ["*2", low]
