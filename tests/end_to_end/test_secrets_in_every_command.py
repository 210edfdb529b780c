# SPDX-License-Identifier: GPL-3.0-or-later
"""Every command of the program does its work once, and nothing that comes of it holds a secret.

A story is a list of steps, each a line as it is typed, with its exit code where that is not 0. A
command, a format or an option that writes a file which no story tells fails here: tell it.
"""

import json
import re
import shlex
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import click
import pyrage  # type: ignore[import-untyped]
import pytest
from cli.test_monitoring import Receiver, receiver
from executor.inline import Inline
from pipelines.stand_in import TOKEN, Request, standing_in

from end_to_end.test_secrets_nowhere import (
    ALLOW,
    CPE,
    DRIFTED,
    ENV,
    HAND,
    PLAIN,
    SECRETS,
    Watch,
    add_client,
    found_in,
    found_in_sentences,
    git,
    noted_processes,
    watch,
    world,
)
from end_to_end.world import KEY, World
from reconciler.cli import cli

__all__ = ["receiver", "watch", "world"]  # fixtures

TOLD = "canary-of-who-is-told"
_PASSWORD = re.compile(r'password=("(?:[^"\\]|\\.)*"|\S+)')
Act = Callable[["Stage"], None]
Step = str | tuple[int, str] | Act


@dataclass
class Stage:
    """Where a story is told: `{out}` in a step is its folder for files."""

    watch: Watch
    receiver: Receiver
    out: Path

    @property
    def world(self) -> World:
        return self.watch.world

    def tell(self, story: list[Step]) -> None:
        wrong: list[str] = []
        for step in story:
            if callable(step):
                step(self)
                self.watch.accept_files()
                continue
            code, line = step if isinstance(step, tuple) else (0, step)
            for words in in_every_format(words_of(line.format(out=self.out))):
                ran = self.watch.run(*words)
                if ran.code != code:
                    wrong.append(f"{ran.code}, not {code}: {' '.join(words)}\n{ran.text}")
        assert not wrong, "\n".join(wrong)
        self.look_everywhere()

    def look_everywhere(self) -> None:
        """Files packed or not, what routers were told and keep, and what was sent to people."""
        known = self.watch.secrets
        for path in self.world.root.parent.rglob("*"):
            if path.is_file() and ".git" not in path.parts and self.world.root not in path.parents:
                assert found_in(unpacked(path.read_bytes()), known) == [], path
        for name in ("journal", "undo"):
            for path in self.world.root.glob(f".reconcile/{name}/*"):
                assert found_in(path.read_text(encoding="utf-8"), known) == [], path
        assert found_in_sentences(self.world) == []
        device = self.world.device("rb-norte")
        for menu in ("/system/script", "/system/scheduler"):
            assert found_in(str(device.rows(menu)), known) == [], menu
        # From 7.16 on a router notes the commands that it is given, with what is set.
        for row in device.rows("/log"):
            assert found_in(_PASSWORD.sub("", row["message"]), known) == [], row
        identity = self.world.environ["AGE_IDENTITY"]
        for request in self.receiver.seen:
            assert found_in(str(request), [*SECRETS, identity]) == []


def words_of(line: str) -> list[str]:
    return shlex.split(line.replace("ALLOW", " ".join(ALLOW)))


def unpacked(content: bytes) -> str:
    """What is inside of PDFs and packed files, too."""
    parts = [content]
    if content.startswith(b"%PDF"):
        for stream in re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
            try:
                parts.append(zlib.decompressobj().decompress(stream))
            except zlib.error:
                parts.append(stream)
    if content.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts += [archive.read(name) for name in archive.namelist()]
    return b"\n".join(parts).decode("utf-8", "replace")


# -- the stories ---------------------------------------------------------------------


def committed(stage: Stage) -> None:
    git(stage.world, "add", "--all", ".", ":!.reconcile")
    git(stage.world, "commit", "-q", "--allow-empty", "-m", "more")


def drifted(stage: Stage) -> None:
    device = stage.world.device("rb-norte")
    for row in device.rows("/ppp/secret"):
        device.set("/ppp/secret", row[".id"], password=DRIFTED)


def handed(stage: Stage) -> None:
    device = stage.world.device("rb-norte")
    for row in device.rows("/ppp/secret"):
        device.set("/ppp/secret", row[".id"], password=HAND)


def changed(stage: Stage) -> None:
    add_client(stage.world, "eva", "hot", 9, {"env": "EVA"}, comment="Eva Ñandú")
    committed(stage)


def without_plain(stage: Stage) -> None:
    """What no cluster is ever sent."""
    add_client(stage.world, "ana", "ppp", 7, {"env": "EVA"})
    committed(stage)


def denied(stage: Stage) -> None:
    """A rule that asks for every secret and says it."""
    keys = "{{ it.password }} {{ it.cpe }} {{ it.wifi }} {{ settings.secrets }}"
    rule = {"about": "files", "each": "services", "deny": "it.mode is not none", "message": keys}
    stage.world.write("policies/ask.yaml", {"id": "ask", "severity": "warning", **rule})
    said = "{{ it.before }} {{ it.after }} {{ it.key }} {{ files.clients }} {{ files.routers }}"
    rule = {"about": "plan", "each": "changes", "deny": "it.action != 'x'", "message": said}
    stage.world.write("policies/say.yaml", {"id": "say", "severity": "warning", **rule})
    committed(stage)


def gone(stage: Stage) -> None:
    stage.world.servers["rb-norte"].faults.go_away()


def back(stage: Stage) -> None:
    stage.world.servers["rb-norte"].faults.come_back()


def refusing(stage: Stage) -> None:
    stage.world.servers["rb-norte"].faults.trap_at_write(3, f"failure: bad password {PLAIN}")


def calm(stage: Stage) -> None:
    stage.world.servers["rb-norte"].faults.clear()


def lease_held(stage: Stage) -> None:
    stage.world.device("rb-norte").add(
        "/ip/firewall/address-list", list="rc-lease", address="192.0.2.1", timeout="2m"
    )


FILES = "--markdown {out}/p.md --junit {out}/p.xml --terraform {out}/p.tf"
ON_CLUSTER = "--executor dask --scheduler tcp://127.0.0.1:1"
ROUTERS: list[Step] = [
    "validate",
    (1, "fmt --check --diff"),
    "fmt",
    denied,
    "validate --since HEAD~1",
    "plan --base HEAD~1 --html {out}/base.html",
    f"plan --adopt --html {{out}}/p.html --metrics {{out}}/p.prom --out {{out}}/a.plan {FILES}",
    "plan --adopt --shard 1/2 --out {out}/s1.plan",
    "plan --adopt --shard 2/2 --out {out}/s2.plan",
    f"merge {{out}}/s1.plan {{out}}/s2.plan --out {{out}}/m.plan --html {{out}}/m.html {FILES}",
    "rehearse {out}/m.plan",
    "import rb-norte --zone norte",
    (6, "apply --adopt --yes --expect 0123456789abcdef ALLOW"),
    lease_held,
    (7, "apply --adopt --yes ALLOW"),
    "unlock rb-norte --yes",
    refusing,
    (5, "apply --client ana --adopt --yes --metrics {out}/f.prom --format text ALLOW"),
    calm,
    "apply --adopt --resume --yes ALLOW",
    "apply --adopt --yes --waves 50 --metrics {out}/a.prom ALLOW",
    (6, "apply {out}/m.plan --yes ALLOW"),
    drifted,
    "drift --adopt --yes --format text",
    committed,
    handed,
    (2, "drift --html {out}/d.html --issue {out}/d.md --junit {out}/d.xml"),
    (2, "drift --format text --json {out}/d.json --metrics {out}/d.prom"),
    "apply --yes --confirm 60 ALLOW",
    changed,
    "apply --yes --rehearse ALLOW",
    "undo --yes ALLOW",
    "status",
    "status --client ana --sessions",
    (2, "doctor rb-norte"),
    gone,
    (3, "plan --metrics {out}/g.prom"),
    (3, "apply --yes --metrics {out}/g2.prom"),
    back,
    without_plain,
    f"plan {ON_CLUSTER} --format json --html {{out}}/c.html",
    f"apply --yes {ON_CLUSTER} --metrics {{out}}/c.prom ALLOW",
    drifted,
    f"apply --yes {ON_CLUSTER} ALLOW",
    "detach rb-norte --yes",
]


def sheets(stage: Stage) -> None:
    (stage.out / "ids").write_text("ana\n", encoding="utf-8")


CLIENTS: list[Step] = [
    sheets,
    "client list --file {out}/ids",
    "client list",
    "client show ana",
    "client show ana --offline",
    "client set ana --email a@example.com --dry-run",
    "client export --csv {out}/clients.csv --file {out}/ids",
    "client export --csv --columns id,plan,zone,password --excel",
    "client import --csv {out}/clients.csv --yes",
    "client new zoe --name Zoé --zone norte --plan ppp --password random --yes",
    "client new --name Yo --zone norte --plan hot --password derived:3 --yes",
    "client set ana --phone +525551112222 --yes",
    "client set --file {out}/ids --password env:EVA --cpe-password env:CPE --yes",
    "client set ana --wifi-password env:WIFI --yes",
    "client suspend luis --yes",
    "client activate luis --yes",
    "client bind --zone norte --missing --dry-run",
    "client migrate eva --plan ppp --yes",
    "client free-address --zone norte",
    "client cancel luis --yes",
    "client return luis --yes",
    "client cancel eva --yes",
    "client forget eva --yes",
    "client delete age --confirm eliminar_clientes --yes",
]

PRICED = {"price": "350.00", "download": "10M", "upload": "2M"}
MAP = {
    "name": "Banco",
    "date": {"column": "Fecha", "format": "DD/MM/YYYY"},
    "amount": {"column": "Abono"},
    "reference": {"column": "Folio"},
    "method": {"text": "banco"},
    "client": [{"column": "Concepto", "by": "id"}],
}
STATEMENT = "Fecha,Abono,Folio,Concepto\n03/10/2026,350.00,F1,ana\n04/10/2026,10.00,F2,luis\n"


def in_business(stage: Stage) -> None:
    """Prices, days and a bank; money whose notes may not tell anything either."""
    world = stage.world
    world.write("plans/ppp.yaml", {"id": "ppp", "mode": "pppoe", **PRICED})
    world.write("plans/hot.yaml", {"id": "hot", "mode": "hotspot", **PRICED})
    days = {"start": "2026-08-25", "issue_day": 25, "notice_day": 28, "due_day": 1, "cut_day": 5}
    zone = {"router": "rb-norte", "addresses": ["10.20.0.0/16"], "local_address": "10.20.0.1"}
    world.write("inventory/zones/norte.yaml", {"id": "norte", **zone, "billing": days})
    settings = json.loads((world.root / "reconcile.yaml").read_text(encoding="utf-8"))
    company = {"company": {"name": "Enlaces Ñandú"}, "locale": "es_MX", "currency": "MXN"}
    world.write("reconcile.yaml", settings | company | {"timezone": "America/Mexico_City"})
    world.write("ledger/maps/banco.yaml", MAP)
    (stage.out / "bank.csv").write_text(STATEMENT, encoding="utf-8")
    committed(stage)


ON = "--on 2026-10-20"
BILLING: list[Step] = [
    in_business,
    f"billing issue --allow-branch {ON}",
    f"billing invoices {ON}",
    f"billing void A-000001 --reason Ñandú --allow-branch {ON}",
    f"billing import-payments {{out}}/bank.csv --map banco {ON}",
    f"billing pay pia 350.00 --method oxxo --reference 1 {ON}",
    f"billing invoice ana --line Antena=1450.00 --allow-branch {ON}",
    f"billing print --client ana --out {{out}}/ana.pdf {ON} --format pdf",
    f"billing print --client ana --out {{out}}/ana.html {ON} --format html",
    f"billing promise luis --until 2026-10-25 {ON} --yes",
    f"billing balance {ON}",
    f"billing cuts {ON}",
    "billing notices --on 2026-10-30",
    f"billing explain luis {ON}",
    f"billing statement ana {ON}",
    f"billing report --html {{out}}/report.html {ON}",
    f"billing what-if --set zone.norte.grace_days=5 {ON}",
    committed,
    f"billing backtest --months 2 {ON}",
    f"billing export {ON}",
    "billing merge --dry-run",
    f"billing join luis --allow-branch {ON}",
    f"billing cuts --write --yes {ON} --expect {{out}}/cuts.json",
]


def cuts_noted(stage: Stage) -> None:
    ran = stage.watch.run("billing", "cuts", "--format", "json", *ON.split())
    (stage.out / "cuts.json").write_text(ran.out, encoding="utf-8")


BILLING.insert(-1, cuts_noted)


def sealed_for_all(stage: Stage) -> None:
    """Who may open texts from now on, so that they are all written anew."""
    identity = pyrage.x25519.Identity.from_str(stage.world.environ["AGE_IDENTITY"])
    keys: dict[str, object] = {
        "key": {"env": "RECONCILE_KEY"},
        "age_identity": {"env": "AGE_IDENTITY"},
    }
    keys |= {"allow_plain": "true", "age_recipients": [str(identity.to_public())]}
    stage.world.write("reconcile.yaml", {"format": 1, "secrets": keys})
    (stage.world.root / ".env").write_text(f"EVA={ENV}\nKEY={KEY}\n", encoding="utf-8")
    committed(stage)


KEEPING: list[Step] = [
    sealed_for_all,
    (1, "secrets check"),
    "secrets rotate --dry-run",
    "secrets rotate --yes",
    "secrets rotate --derived --client pia --yes",
    "validate",
    "init {out}/wisp --ci github --ci gitlab --ci systemd",
]


def planned(stage: Stage) -> None:
    for form, name in (("markdown", "plan.md"), ("json", "plan.json")):
        ran = stage.watch.run("plan", "--adopt", "--format", form)
        (stage.out / name).write_text(ran.out, encoding="utf-8")


FORGE: list[Step] = [
    planned,
    "ci outputs {out}/plan.json",
    "ci comment {out}/plan.md",
    "ci expected --nothing",
    "ci issue --title Drift {out}/plan.md",
    "ci pull-request --branch cuts --title Cuts {out}/plan.md",
    "ci issue --close Done",
]

STORIES = {
    "routers": ROUTERS,
    "clients": CLIENTS,
    "billing": BILLING,
    "keeping": KEEPING,
    "forge": FORGE,
}
# Told in tests of their own, beside.
ELSEWHERE = {
    "emulator": "serves until it is interrupted: test_nor_does_the_emulator",
    "demo": "has a repository and a key of its own: test_nor_does_the_demo",
    "secrets encrypt": "reads the secret from its input: test_nor_does_encrypting_one",
}


@pytest.fixture
def stage(watch: Watch, receiver: Receiver, tmp_path: Path) -> Stage:
    out = tmp_path / "out"
    out.mkdir()
    world = watch.world
    url = f"json://user:{TOLD}@127.0.0.1:{receiver.port}/told"
    world.environ["TO"] = url
    settings = json.loads((world.root / "reconcile.yaml").read_text(encoding="utf-8"))
    world.write("reconcile.yaml", settings | {"notifications": [{"to": {"env": "TO"}}]})
    git(world, "branch", "-q", "-M", "main")
    git(world, "commit", "-q", "-a", "-m", "who is told")
    watch.accept_files()
    watch.secrets += [TOLD, TOKEN, world.environ["AGE_IDENTITY"]]
    return Stage(watch, receiver, out)


@pytest.mark.parametrize("name", [name for name in STORIES if name != "forge"])
def test_a_story_holds_no_secret(stage: Stage, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    processes = noted_processes(monkeypatch)
    clusters = listened(stage.world, monkeypatch)
    monkeypatch.chdir(stage.world.root)  # where workers look for secret files
    stage.tell(STORIES[name])
    assert [one for one in processes if found_in(one, stage.watch.secrets)] == []
    if name == "routers":
        assert len(stage.receiver.seen) > 2
        assert len(clusters) > 2
        for one in clusters:
            assert len(one.sent) > 2
            assert found_in(" ".join(one.sent), stage.watch.secrets) == []


def listened(world: World, monkeypatch: pytest.MonkeyPatch) -> list["Listened"]:
    """Every cluster that a command comes to; all that it is sent is noted."""
    made: list[Listened] = []

    def cluster_of(_address: str, _carry: object, _files: object) -> Listened:
        made.append(Listened(b"", world.environ))
        return made[-1]

    monkeypatch.setattr("reconciler.cli.cluster.Cluster", cluster_of)
    return made


class Listened(Inline):
    def send(self, parcel: bytes, digest: str) -> None:
        self.parcel = parcel
        self.sent += [zlib.decompress(parcel).decode("utf-8", "replace"), digest]


def test_nor_do_stories_of_a_forge(stage: Stage) -> None:
    with standing_in("github") as memory:
        number = memory.number()
        memory.requests[number] = Request("cuts")
        job = {"GITHUB_REF": f"refs/pull/{number}/merge", "GITHUB_SHA": "f" * 40}
        stage.world.environ |= memory.environ() | job
        stage.tell(FORGE)
        assert len(memory.issues) == 1
        assert len(memory.said(number)) == 1
        assert found_in(f"{memory.requests} {memory.issues}", stage.watch.secrets) == []


# -- that all is told ----------------------------------------------------------------


def commands(
    command: click.Command = cli, words: tuple[str, ...] = ()
) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from commands(inner, (*words, name))
    else:
        yield " ".join(words), command


COMMANDS = dict(commands())
LINES = [
    words_of(step[1] if isinstance(step, tuple) else step)
    for story in STORIES.values()
    for step in story
    if not callable(step)
]


def command_of(words: list[str]) -> str:
    return next(name for name in (" ".join(words[:2]), words[0]) if name in COMMANDS)


def in_every_format(words: list[str]) -> Iterator[list[str]]:
    """The line once for each choice of `--format`, where it makes none."""
    formats = [p for p in COMMANDS[command_of(words)].params if "--format" in p.opts]
    if not formats or "--format" in words:
        yield words
        return
    assert isinstance(formats[0].type, click.Choice)
    for choice in formats[0].type.choices:
        yield [*words, "--format", choice]


def test_every_command_is_told() -> None:
    told = {command_of(words) for words in LINES}
    assert set(COMMANDS) - told == set(ELSEWHERE)


def test_every_option_that_writes_a_file_is_told() -> None:
    used = {(command_of(words), word) for words in LINES for word in words}
    missing = [
        (name, option.opts[-1])
        for name, command in COMMANDS.items()
        if name not in ELSEWHERE
        for option in command.params
        if isinstance(option, click.Option)
        and (isinstance(option.type, click.Path | click.File) or "FILE" in (option.metavar or ""))
        and "--file" not in option.opts  # ids, which are read
        and not any((name, spelling) in used for spelling in option.opts)
    ]
    assert missing == []


def test_what_is_packed_is_looked_into() -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x", PLAIN * 9)
    assert PLAIN in unpacked(packed.getvalue())
    stream = zlib.compress((CPE * 9).encode())
    assert CPE in unpacked(b"%PDF-1.7\nstream\n" + stream + b"\nendstream")
