# SPDX-License-Identifier: GPL-3.0-or-later
"""The client commands on the example: each changes what it means, says it, and nothing else."""

import difflib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.shell_completion import BashComplete
from end_to_end.world import Ran, World, git

from reconciler.cli import cli

NORTE = "inventory/clients/norte"
FIRST = "2026-11-20"


class Diff:
    """Runs a command and keeps the lines that differ on disk afterwards."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.before = self.texts()

    def texts(self) -> dict[str, str]:
        root = self.world.root / "inventory/clients"
        return {
            str(file.relative_to(self.world.root)): file.read_text(encoding="utf-8")
            for file in sorted(root.rglob("*.yaml"))
        }

    def run(self, *arguments: str, code: int = 0) -> Ran:
        ran = self.world.run("client", *arguments)
        assert ran.code == code, ran.text
        return ran

    def lines(self) -> list[str]:
        after = self.texts()
        found: list[str] = []
        for file in sorted({*self.before, *after}):
            found += _changed(self.before.get(file, ""), after.get(file, ""))
        self.before = after
        return found


def _changed(before: str, after: str) -> Iterator[str]:
    for line in difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""):
        if not line.startswith(("---", "+++", "@@")):
            yield re.sub(r" +", " ", line)


@pytest.fixture
def diff(example: World) -> Diff:
    return Diff(example)


# -- states ------------------------------------------------------------------------


def test_a_suspension_and_its_end(diff: Diff) -> None:
    ran = diff.run("suspend", "luis-mora", "--on", FIRST, "--cause", "request")
    assert "+    suspended: {since: 2026-11-20, cause: request}" in ran.out
    assert f"changed {NORTE}/luis-mora.yaml" in ran.err
    assert diff.lines() == [
        "- status: active",
        "+ status: suspended",
        "+ suspended: {since: 2026-11-20, cause: request}",
    ]
    diff.run("activate", "luis-mora", "--on", "2026-11-23")
    assert diff.lines() == [
        "- status: suspended",
        "+ status: active",
        "- suspended: {since: 2026-11-20, cause: request}",
        "+ history:",
        "+ - {status: suspended, cause: request, from: 2026-11-20, to: 2026-11-23}",
    ]


def test_a_suspension_that_ends_on_its_day_leaves_no_history(diff: Diff) -> None:
    diff.run("suspend", "luis-mora", "--on", FIRST)
    diff.run("activate", "luis-mora", "--on", FIRST)
    assert diff.lines() == []


def test_a_fee_can_be_waived(diff: Diff) -> None:
    diff.run("activate", "jose-ibarra", "--on", FIRST, "--waive-fee")
    assert (
        "+ - {status: suspended, cause: debt, from: 2026-11-05, to: 2026-11-20, fee: waived}"
        in diff.lines()
    )


def test_a_free_service_that_becomes_active_is_billed_from_that_day(diff: Diff) -> None:
    diff.run("activate", "escuela-benito-juarez", "--on", FIRST)
    assert diff.lines() == [
        "- status: free",
        "- since: 2024-08-19",
        "+ status: active",
        "+ since: 2026-11-20",
    ]
    diff.run("activate", "escuela-benito-juarez", "--free")
    assert diff.lines() == ["- status: active", "+ status: free"]


def test_what_is_so_already_changes_nothing(diff: Diff) -> None:
    ran = diff.run("activate", "luis-mora")
    assert "luis-mora/internet is active already." in ran.err
    assert "Nothing to change." in ran.err
    assert diff.lines() == []


def test_a_cancelled_client_cannot_be_activated_but_can_return(diff: Diff) -> None:
    ran = diff.run("activate", "sofia-garcia", code=1)
    assert "client return sofia-garcia" in ran.err
    diff.run("return", "sofia-garcia", "--on", FIRST)
    # Her old address is another client's by now.
    assert diff.lines() == [
        "- status: cancelled",
        "- since: 2024-06-03",
        "- cancelled: {on: 2026-10-20, address: release, released: 10.20.0.15}",
        "+ status: active",
        "+ since: 2026-11-20",
        "+ address: 10.20.0.2",
    ]


def test_who_left_gets_the_old_address_back_if_it_is_free(diff: Diff) -> None:
    diff.run("cancel", "maria-nunez", "--on", FIRST)
    assert diff.lines() == [
        "- status: active",
        "+ status: cancelled",
        "- address: 10.20.0.9",
        "+ cancelled: {on: 2026-11-20, address: release, released: 10.20.0.9}",
    ]
    assert "10.20.0.2\n" in diff.run("free-address", "--zone", "norte", "--count", "8").out
    diff.run("return", "maria-nunez", "--on", "2026-11-22")
    assert diff.lines()[-1] == "+ address: 10.20.0.9"


def test_cancelling_ends_a_suspension_without_fee_and_warns_of_equipment(diff: Diff) -> None:
    diff.run("set", "jose-ibarra", "--lend", "antena:X9:2")
    assert diff.lines() == ["+equipment: [{item: antena, serial: X9, quantity: 2}]"]
    ran = diff.run("cancel", "jose-ibarra", "--on", FIRST, "--address", "keep")
    assert "The client has left and still has `antena`." in ran.err
    assert diff.lines() == [
        "- status: suspended",
        "+ status: cancelled",
        "- suspended: {since: 2026-11-05, cause: debt}",
        "+ cancelled: {on: 2026-11-20, address: keep}",
        "+ - {status: suspended, cause: debt, from: 2026-11-05, to: 2026-11-20, fee: waived}",
    ]
    diff.run("set", "jose-ibarra", "--returned", "X9")
    assert diff.lines() == ["-equipment: [{item: antena, serial: X9, quantity: 2}]"]
    assert "has no X9" in diff.run("set", "jose-ibarra", "--returned", "X9", code=1).err


def test_filters_choose_and_leave_out_what_cannot_be(diff: Diff) -> None:
    ran = diff.run("suspend", "--zone", "norte", "--plan", "hogar-20", "--on", FIRST)
    assert "left out: pedro-quiroz/internet is cancelled" in ran.err
    statuses = [line for line in diff.lines() if "status" in line]
    assert len(statuses) == 4  # Luis and the office of the workshop, not its cameras


def test_a_file_of_ids(diff: Diff, tmp_path: Path) -> None:
    ids = tmp_path / "ids.txt"
    ids.write_text("\ufeffluis-mora\n# a comment\nmaria-nunez;owes\n\n", encoding="utf-8")
    ran = diff.run("suspend", "--file", str(ids), "--dry-run")
    assert "2 files would change" in ran.err
    assert diff.lines() == []
    ids.write_text("luis-mora\nluis-morra\n")
    assert "Did you mean luis-mora?" in diff.run("suspend", "--file", str(ids), code=1).err


@pytest.mark.parametrize(
    "arguments",
    [
        ["suspend"],
        ["suspend", "luis-mora", "--zone", "norte"],
        ["suspend", "--zone", "nord"],
        ["set", "luis-mora"],
        ["set", "luis-mora", "maria-nunez", "--id", "x"],
        ["set", "taller-el-perico", "--plan", "hogar-10"],
        ["delete"],
        ["delete", "luis-mora"],
        ["delete", "luis-mora", "--confirm", "si"],
        ["delete", "luis-mora", "maria-nunez", "--confirm", "eliminar_clientes"],
        ["forget"],
        ["migrate", "luis-mora"],
        ["migrate", "luis-mora", "--zone", "nowhere"],
        ["migrate", "luis-mora", "--plan", "hogar-10", "--address", "ten"],
        ["migrate", "luis-mora", "maria-nunez", "--zone", "sur", "--address", "10.30.0.9"],
        ["new", "--zone", "norte"],
        ["free-address"],
        ["free-address", "--zone", "nord"],
        ["list", "--columns", "nmae"],
        ["return"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_64_and_changes_nothing(diff: Diff, arguments: list[str]) -> None:
    diff.run(*arguments, code=64)
    assert diff.lines() == []


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["set", "ana-lopes", "--name", "x"], "Did you mean ana-lopez?"),
        (["set", "luis-mora", "--plan", "hogar-200"], "Did you mean hogar-20?"),
        (["set", "luis-mora", "--address", "10.20.0.7"], "also given to luis-mora"),
        (["set", "luis-mora", "--address", "10.99.0.7"], "not in the addresses of zone norte"),
        (["set", "luis-mora", "--mac", "zz"], "mac"),
        (["set", "luis-mora", "--password", "hunter2"], "A password is given as"),
        (["set", "luis-mora", "--password", "plain:hunter2"], "secret in clear is refused"),
        (["set", "luis-mora", "--password", "random"], "kept somewhere"),
        (["set", "luis-mora", "--id", "ana-lopez"], "is that of Ana López"),
        (["set", "luis-mora", "--id", "Luis Mora"], "not an id"),
        (["suspend", "maria-nunez", "--on", "2026-10-06"], "suspended until 2026-10-07"),
        (["activate", "jose-ibarra", "--on", "2026-11-04"], "cannot end on 2026-11-04"),
        (["return", "luis-mora"], "active, not cancelled"),
        (["migrate", "sofia-garcia", "--zone", "sur"], "is cancelled"),
        (["new", "ana-lopez", "--zone", "norte", "--plan", "hogar-10"], "Free is: ana-lopez-2"),
        (["set", "luis-mora", "--service", "tv", "--mac", "none"], "It has: internet"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_is_1_with_the_reason(diff: Diff, arguments: list[str], text: str) -> None:
    ran = diff.run(*arguments, code=64 if "random" in arguments else 1)
    assert text in ran.err
    assert "hunter2" not in ran.text
    assert diff.lines() == []


# -- fields ------------------------------------------------------------------------


def test_fields_are_set_and_taken_out(diff: Diff) -> None:
    diff.run("set", "luis-mora", "--phone", "+52 1", "--street", "none", "--onu", "HW1")
    diff.run("set", "luis-mora", "--late-fee", "false", "--free-periods", "2026-12,2027-01")
    assert diff.lines() == [
        '-contact: {phone: "+52 555 111 3333", address: Camino Viejo km 2}',
        '+contact: {phone: "+52 1"}',
        "+ onu: {serial: HW1}",
        "+billing:",
        "+ late_fee: false",
        "+ free_periods: [2026-12, 2027-01]",
    ]  # fmt: skip
    diff.run("set", "luis-mora", "--onu", "none")
    assert diff.lines() == ["- onu: {serial: HW1}"]


def test_one_discount_takes_the_place_of_the_other(diff: Diff) -> None:
    diff.run("set", "rosa-angeles", "--discount-amount", "25.00")
    assert diff.lines() == [
        '- discount: {percent: "10"} # on every service she has',
        '+ discount: {amount: "25.00"} # on every service she has',
    ]


def test_a_plan_changes_with_its_history(diff: Diff) -> None:
    diff.run("set", "ana-lopez", "--plan", "hogar-20", "--on", FIRST)
    assert diff.lines() == [
        "- - plan: hogar-10 # its mode, pppoe, decides which fields a service has",
        "+ - plan: hogar-20 # its mode, pppoe, decides which fields a service has",
        "+ - {plan: hogar-10, from: 2026-08-01, to: 2026-11-20}",
    ]
    diff.run("set", "ana-lopez", "--plan", "hogar-10", "--on", FIRST)
    assert diff.lines() == [
        "- - plan: hogar-20 # its mode, pppoe, decides which fields a service has",
        "+ - plan: hogar-10 # its mode, pppoe, decides which fields a service has",
    ]
    ran = diff.run("set", "ana-lopez", "--plan", "hogar-20", "--on", "2026-11-01", code=1)
    assert "since 2026-11-20" in ran.err


def test_a_plan_counts_from_the_next_day_where_that_days_invoice_is_issued(diff: Diff) -> None:
    folder = diff.world.root / "ledger/invoices"
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        {"client": "ana-lopez", "service": "internet", "issued_on": FIRST},
        {"client": "luis-mora", "service": None, "issued_on": FIRST},
        {"client": "maria-nunez", "service": "internet", "issued_on": "2026-11-19"},
    ]
    text = "\n".join(json.dumps(line) for line in lines)
    (folder / "2026-11.jsonl").write_text(text + "\n{half a line", encoding="utf-8")
    for name in ("ana-lopez", "luis-mora", "maria-nunez"):
        plan = "basico-5"
        diff.run("set", name, "--plan", plan, "--on", FIRST)
    ends = re.findall(r"plan: hogar-\d+, from: \S+ to: (\S+)}", "\n".join(diff.lines()))
    assert sorted(ends) == ["2026-11-20", "2026-11-20", "2026-11-21"]


def test_a_plan_of_another_kind_brings_what_it_needs(diff: Diff) -> None:
    ran = diff.run("set", "jose-ibarra", "--plan", "hogar-10", "--on", FIRST)
    assert "address - → 10.20.0.2" in ran.err  # he had one of his old plan's pool
    diff.run("set", "escuela-benito-juarez", "--plan", "hogar-10", "--address", "10.20.0.99")
    school = diff.world.load().inventory.clients["escuela-benito-juarez"].services[0]
    assert (str(school.address), school.targets) == ("10.20.0.99", ())


def test_a_pause(diff: Diff) -> None:
    diff.run("set", "luis-mora", "--pause", "2026-12-15..2027-01-10")
    assert diff.lines() == ["+ pauses: [{from: 2026-12-15, to: 2027-01-10}]"]
    ran = diff.run("set", "luis-mora", "--pause", "2027-01-01..2027-01-12", code=1)
    assert "before another has ended" in ran.err
    diff.run("set", "luis-mora", "--pause", "2027-01-01", code=64)


def test_a_bulk_change_of_plan(diff: Diff) -> None:
    ran = diff.run("set", "--zone", "norte", "--of-plan", "hogar-10", "--status", "active",
                   "--plan", "basico-5", "--on", FIRST)  # fmt: skip
    assert "3 files written" in ran.err
    assert diff.run("list", "--zone", "norte", "--plan", "hogar-10").out.count("norte") == 1


def test_a_rename_pins_what_followed_from_the_id(diff: Diff) -> None:
    diff.run("set", "taller-el-perico", "--id", "el-perico")
    text = (diff.world.root / NORTE / "el-perico.yaml").read_text()
    assert "former_ids: [taller-el-perico]" in text
    client = diff.world.load().inventory.clients["el-perico"]
    assert [service.name for service in client.services] == [
        "taller-el-perico",
        "taller-el-perico-camaras",
    ]
    assert "password: {derived: 1, of: taller-el-perico/internet}" in text
    assert text.count("password") == 1  # the cameras have no login
    diff.run("set", "el-perico", "--id", "taller-el-perico")
    back = diff.world.load().inventory.clients["taller-el-perico"]
    assert back.former_ids == ("el-perico",)


def test_a_client_without_services_has_fields_too(diff: Diff) -> None:
    path = diff.world.root / NORTE / "nadie.yaml"
    path.write_text("id: nadie\nname: Nadie\nzone: norte\n")
    diff.lines()
    diff.run("set", "nadie", "--phone", "1 2")
    assert diff.lines() == ["+contact: {phone: 1 2}"]
    assert "has no service that" in diff.run("set", "nadie", "--mac", "none", code=1).err
    rows = json.loads(diff.run("list", "--format", "json", "--search", "NADIE").out)
    assert rows == [
        {"id": "nadie", "name": "Nadie", "zone": "norte", "plan": "", "status": "", "address": ""}
    ]
    assert "nadie" not in diff.run("list", "--plan", "hogar-10").out
    assert "Nadie" in diff.run("show", "nadie").out


def test_an_address_can_be_picked(diff: Diff) -> None:
    diff.run("set", "luis-mora", "--address", "auto")
    assert diff.lines() == ["- address: 10.20.0.8", "+ address: 10.20.0.2"]


# -- the life ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "plan", "lines"),
    [
        ("norte", "hogar-10", ["+ address: 10.20.0.2"]),
        ("norte", "basico-5", []),  # its plan has a pool
        ("norte", "rural-6", ["+ address: 10.20.0.2"]),
        ("centro", "comunidad-8", ["+ address: 10.21.0.2"]),
        ("centro", "plaza-3", []),
    ],
)
def test_new_clients_of_all_modes(diff: Diff, zone: str, plan: str, lines: list[str]) -> None:
    diff.run("new", "--name", "Ñoño O'Neill", "--zone", zone, "--plan", plan, "--on", FIRST)
    assert diff.lines() == [
        "+# yaml-language-server: $schema=../../../schemas/client.schema.json",
        "+id: nono-o-neill",
        "+name: Ñoño O'Neill",
        f"+zone: {zone}",
        "+services:",
        f"+ - plan: {plan}",
        "+ status: active",
        "+ since: 2026-11-20",
        *lines,
    ]


def test_a_random_password_is_sealed_and_shown_nowhere(diff: Diff) -> None:
    pyrage = pytest.importorskip("pyrage", reason="age secrets are an extra")
    identity = pyrage.x25519.Identity.generate()
    diff.world.environ["AGE_IDENTITY"] = str(identity)
    settings = diff.world.root / "reconcile.yaml"
    text = settings.read_text().replace(
        "  key: {env: RECONCILE_KEY}",
        "  key: {env: RECONCILE_KEY}\n  age_identity: {env: AGE_IDENTITY}",
    )
    settings.write_text(text)
    ran = diff.run("new", "neu", "--zone", "norte", "--plan", "hogar-10", "--password", "random")
    loaded = diff.world.load()
    password = loaded.secrets.resolve(loaded.inventory.clients["neu"].services[0].password)
    assert re.fullmatch(r"[a-z2-9]{12}", password)
    assert password not in ran.text


def test_delete_and_forget(diff: Diff) -> None:
    diff.run("forget", "escuela-benito-juarez")
    assert diff.lines() == ["+manage: false"]
    diff.run("set", "escuela-benito-juarez", "--manage", "true")
    ran = diff.run("delete", "escuela-benito-juarez", "--confirm", "eliminar_clientes")
    assert f"deleted {NORTE}/escuela-benito-juarez.yaml" in ran.err
    assert "escuela-benito-juarez" not in diff.world.load().inventory.clients
    assert diff.world.run("validate").code == 0


def test_who_has_lines_in_the_ledger_is_not_deleted(example: World) -> None:
    ran = example.run("client", "delete", "luis-mora", "--confirm", "eliminar_clientes", "--yes")
    assert ran.code == 1
    assert re.search(r"ledger/payments/2026-\d\d\.csv:\d+ names luis-mora", ran.err)
    assert "`reconcile client cancel luis-mora`" in ran.err
    assert example.run("billing", "issue", "--on", "2026-12-01", "--client", "luis-mora").code == 0
    ran = example.run("client", "delete", "luis-mora", "--confirm", "eliminar_clientes", "--yes")
    assert re.search(r"ledger/invoices/\d{4}-\d\d\.jsonl:\d+ names luis-mora", ran.err)
    assert "luis-mora" in example.load().inventory.clients


def test_migrate_to_another_zone(diff: Diff) -> None:
    ran = diff.run("migrate", "carmen-yanez", "--zone", "norte", "--on", FIRST)
    assert f"moved inventory/clients/sur/carmen-yanez.yaml to {NORTE}/carmen-yanez.yaml" in ran.err
    assert "10.30.0.12 → 10.20.0.2" in ran.err
    client = diff.world.load().inventory.clients["carmen-yanez"]
    assert (client.zone, str(client.services[0].address)) == ("norte", "10.20.0.2")


def test_migrate_to_every_mode_and_back(diff: Diff) -> None:
    for plan in ("rural-6", "comunidad-8", "plaza-3", "hogar-10"):
        diff.run("migrate", "ernesto-diaz", "--plan", plan, "--on", FIRST)
        service = diff.world.load().inventory.clients["ernesto-diaz"].services[0]
        assert service.plan == plan
        assert str(service.address) == "10.30.0.11"
        ran = diff.world.run("validate")
        assert "ernesto-diaz" not in ran.out


def test_migrate_drops_what_belonged_to_the_old_place(diff: Diff) -> None:
    ran = diff.run("migrate", "escuela-benito-juarez", "--plan", "hogar-10", "--on", FIRST)
    assert "`targets` has no use in its new place" in ran.err
    assert "- targets: [10.20.0.40/29] # its classrooms, under the same queue" in diff.lines()


def test_a_migration_that_lacks_something_says_what(diff: Diff) -> None:
    zone = diff.world.root / "inventory/zones/sur.yaml"
    zone.write_text(zone.read_text().replace("local_address: 10.30.0.1\n", ""))
    for file in ("carmen-yanez", "taqueria-el-guero"):
        (diff.world.root / f"inventory/clients/sur/{file}.yaml").unlink()
    diff.lines()
    ran = diff.run("migrate", "ernesto-diaz", "--plan", "hogar-10", code=1)
    assert "--local-address" in ran.err
    diff.run("migrate", "ernesto-diaz", "--plan", "hogar-10", "--local-address", "10.30.0.1")
    assert "+ local_address: 10.30.0.1" in diff.lines()


def test_a_zone_is_full(diff: Diff) -> None:
    zone = diff.world.root / "inventory/zones/centro.yaml"
    zone.write_text(
        zone.read_text().replace(
            "[10.21.0.0/24]", "[10.21.0.10-10.21.0.12, 10.21.0.21, 10.21.0.31]"
        )
    )
    first = diff.run("free-address", "--zone", "centro", "--count", "9")
    assert first.out == "10.21.0.10\n"
    diff.run("new", "neu", "--zone", "centro", "--plan", "comunidad-8")
    assert (
        "No address of zone centro is free"
        in diff.run("free-address", "--zone", "centro", code=1).err
    )


# -- looking ------------------------------------------------------------------------


def test_list_in_every_form(diff: Diff) -> None:
    rows = json.loads(diff.run("list", "--format", "json", "--zone", "sur").out)
    assert [row["id"] for row in rows] == [
        "carmen-yanez", "ernesto-diaz", "rancho-los-encinos", "taqueria-el-guero",
    ]  # fmt: skip
    csv = diff.run("list", "--format", "csv", "--search", "perico", "--columns", "id,login,mode")
    assert csv.out.splitlines() == [
        "id,login,mode",
        "taller-el-perico,taller-el-perico,pppoe",
        "taller-el-perico,taller-el-perico-camaras,simple-queue",
    ]
    features = json.loads(diff.run("list", "--format", "geojson").out)["features"]
    assert features[0]["geometry"] == {"type": "Point", "coordinates": [-96.7266, 17.0732]}
    assert "18 clients, 19 services" in diff.run("list").err


def test_show_tells_everything_even_without_a_router(in_git: World) -> None:
    ran = in_git.run("client", "show", "ana-lopez", "--offline")
    for text in ("Ana López García", "LOGA900101AAA", "hogar-10", "2024-03-11 – 2026-08-01",
                 "antena-lhg5", "first state", "02:11:22:33:44:55"):  # fmt: skip
        assert text in ran.out
    data = json.loads(in_git.run("client", "show", "ana-lopez", "--format", "json").out)
    assert data["services"][0]["address"] == "10.20.0.7"
    assert "is not set" in data["router"][0]["state"]
    assert data["commits"][0]["subject"] == "first state"


def test_ids_are_completed_without_loading_anything(
    in_git: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (in_git.root / "plans/broken.yaml").write_text("{")
    monkeypatch.chdir(in_git.root / "plans")
    assert completions("reconcile client show ma") == ["maria-nunez"]
    assert completions("reconcile client suspend ana-lopez lu") == ["lucia-munoz", "luis-mora"]
    assert completions("reconcile client migrate --zone ") == ["centro", "norte", "sur"]
    root = str(in_git.root)
    monkeypatch.chdir("/")
    assert completions(f"reconcile --repo {root} client set --plan h") == ["hogar-10", "hogar-20"]
    assert completions("reconcile client show ma") == []


def completions(line: str) -> list[str]:
    """What the shell would offer, through click's own completion."""
    words = line.split()
    incomplete = "" if line.endswith(" ") else words.pop()
    shell = BashComplete(cli, {}, "reconcile", "_RECONCILE_COMPLETE")
    return [item.value for item in shell.get_completions(words[1:], incomplete)]


def test_a_repository_with_errors_is_not_edited(diff: Diff) -> None:
    (diff.world.root / "plans/broken.yaml").write_text("id: other\n")
    ran = diff.run("suspend", "luis-mora", code=1)
    assert "plans/broken.yaml" in ran.err
    assert diff.lines() == []


def test_a_move_in_git_is_a_rename(in_git: World) -> None:
    assert in_git.run("client", "set", "luis-mora", "--id", "luis").code == 0
    status = git(in_git.root, "status", "--porcelain")
    assert status == f"RM {NORTE}/luis-mora.yaml -> {NORTE}/luis.yaml\n"
