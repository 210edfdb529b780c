# SPDX-License-Identifier: GPL-3.0-or-later
"""What pages show of the example repository is what comes out there.

Each console is played in a copy of it whose emulated routers hold what the files say, but for
what was done before: in files and git by the shell, on a router by hand.
"""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from pipelines.quick import quick_program

from docs.pages import DOCS, blocks_of, section
from docs.played import check_outputs, played, shown
from reconciler.demo.stage import Stage, set_stage
from reconciler.emulator import Device
from reconciler.kinds import KINDS

pytestmark = pytest.mark.docs

DAY = "2026-11-21"
# What else commands by the day are asked in a page, there with `--on`.
DATED = [
    f"RECONCILE_{command}_ON"
    for command in ("PLAN", "APPLY", "DRIFT", "CLIENT_SUSPEND", "CLIENT_NEW", "CLIENT_ACTIVATE")
]
LISTS = "/ip/firewall/address-list"
MENUS = [*(kind.path for kind in KINDS), "/ppp/active"]
FASTTRACK = "fasttrack-connection rule lets"
NORTE = "inventory/clients/norte"
ANA = f"{NORTE}/ana-lopez.yaml"
APPLY = "reconcile apply --yes"
LUIS = f"sed -i 's/plan: hogar-20/plan: hogar-10/' {NORTE}/luis-mora.yaml"
SUSPEND = "reconcile client suspend --cause debt --on 2026-11-05 --yes"
CUT = f"{SUSPEND} ana-lopez"
AWAY = 'sed -i "s/^port: .*/port: $NOBODY/" inventory/routers/rb-sur.yaml'
SAME = f"sed -i 's/address: 10.20.0.8/address: 10.20.0.7/' {NORTE}/luis-mora.yaml"
WRONG = f"{SAME}; sed -i 's/simple-queue/simple-que/' plans/rural-6.yaml"
TALLER = "sed -i 's/download: 6M/download: 7M/' plans/rural-6.yaml"
ERNESTO = "reconcile client migrate ernesto-diaz --zone norte"
COMMIT = "git commit -qam Edit"


def _as_is(_stage: Stage) -> None:
    pass


@dataclass(frozen=True)
class Shown:
    """A console of a page: what files and routers went through before it is typed."""

    page: str
    heading: str
    block: int = 0
    before: str = ":"
    by_hand: Callable[[Stage], None] = _as_is

    @property
    def title(self) -> str:
        return f"{self.page}: {self.heading} {self.block}"


def _one(router: Device, menu: str, name: str) -> str:
    (identifier,) = (row[".id"] for row in router.rows(menu) if row["name"] == name)
    return identifier


def _knob(stage: Stage) -> None:
    router = stage.devices["rb-norte"]
    queue = _one(router, "/queue/simple", "escuela-benito-juarez")
    router.set("/queue/simple", queue, **{"max-limit": "50M/50M"})


def _somebodys_ana(stage: Stage) -> None:
    router = stage.devices["rb-norte"]
    router.remove("/ppp/secret", _one(router, "/ppp/secret", "ana-lopez"))
    router.add(
        "/ppp/secret", name="ana-lopez", service="pppoe", password="vieja", comment="Ana, torre 2"
    )


def _leased(stage: Stage) -> None:
    comment = f"owner=maria@oficina since={datetime.now(UTC).isoformat()}"
    stage.devices["rb-norte"].add(
        LISTS, list="rc-lease", address="192.0.2.1", timeout="1m40s", comment=comment
    )


def _luis_online(stage: Stage) -> None:
    router = stage.devices["rb-norte"]
    router.add_dynamic("/ppp/active", name="luis-mora", service="pppoe", address="10.20.0.8")


def _faster_ana(stage: Stage) -> None:
    router = stage.devices["rb-norte"]
    router.set("/ppp/secret", _one(router, "/ppp/secret", "ana-lopez"), profile="hogar-20")


def _sur_untouched(stage: Stage) -> None:
    router = stage.devices["rb-sur"]
    router.mirror(
        {
            menu: [row for row in router.rows(menu) if "[rc:" not in row.get("comment", "")]
            for menu in MENUS
        }
    )


SHOWN = [
    Shown("../README", "reconcile", 0, by_hand=_luis_online),
    Shown("handbook", "A router is offline", before=f"{LUIS}; {AWAY}; {COMMIT}"),
    Shown("handbook", "A run was interrupted", by_hand=_leased),
    Shown("handbook", "Too many were cut", before=f"{SUSPEND} --zone norte"),
    Shown("handbook", "Somebody changed a router by hand", by_hand=_faster_ana),
    Shown("flow", "Conflicts and adoption", 0, by_hand=_somebodys_ana),
    Shown("flow", "Conflicts and adoption", 1, by_hand=_somebodys_ana),
    Shown("flow", "Make before break", before=f"{ERNESTO}; {COMMIT}"),
    Shown("flow", "Drift", by_hand=_knob),
    Shown("secrets", "Kinds", before="unset RECONCILE_KEY"),
    Shown("clients", "Clients"),
    Shown("clients", "Spreadsheets"),
    Shown("commands", "reconcile validate", 0, before=WRONG),
    Shown("commands", "reconcile validate", 1, before=SAME),
    Shown(
        "commands",
        "reconcile fmt",
        0,
        before=f"reconcile fmt; sed -i 's/zone: norte/zone: \"norte\"/' {ANA}",
    ),
    Shown("commands", "reconcile plan", 0, before=LUIS, by_hand=_luis_online),
    Shown("commands", "reconcile plan", 1),
    Shown("commands", "reconcile plan", 2, before=f"{LUIS}; {AWAY}"),
    Shown("commands", "Preview without routers", 0, before=LUIS),
    Shown("commands", "reconcile merge", 0, before=LUIS),
    Shown("commands", "reconcile apply", 0, before=f"{CUT}; {COMMIT}"),
    Shown("commands", "reconcile apply", 1, by_hand=_sur_untouched),
    Shown("commands", "Limits", 0, before="rm inventory/clients/norte/[a-m]*.yaml"),
    Shown("commands", "reconcile drift", 0, before=TALLER, by_hand=_knob),
    Shown("commands", "reconcile detach"),
    Shown("commands", "reconcile undo", before=f"{LUIS}; {APPLY}"),
    Shown("commands", "reconcile unlock", before=CUT, by_hand=_leased),
    Shown("commands", "reconcile rehearse", 0, before=LUIS),
    Shown(
        "commands",
        "reconcile rehearse",
        1,
        before="sed -i 's/total-clientes/total-cliente/' plans/rural-6.yaml",
    ),
    Shown("commands", "reconcile client list"),
    Shown("commands", "reconcile client show"),
    Shown("commands", "reconcile client new"),
    Shown("commands", "reconcile client set"),
    Shown("commands", "reconcile client activate"),
    Shown("commands", "reconcile client migrate"),
    Shown("commands", "reconcile client free-address"),
    Shown("commands", "reconcile billing invoices"),
    Shown("commands", "reconcile billing explain"),
    Shown(
        "commands", "reconcile secrets check", before="echo RECONCILE_KEY=0123456789abcdef > .env"
    ),
    Shown(
        "commands",
        "reconcile ci outputs",
        before=f"{CUT}; reconcile plan --format json > plan.json",
    ),
]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("bin")
    with quick_program(folder) as program, set_stage() as stage, socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and does not listen, so that whoever connects is refused
        stage.environ["NOBODY"] = str(nobody.getsockname()[1])
        stage.environ["PATH"] = f"{program}{os.pathsep}{os.environ['PATH']}"
        stage.environ["HOME"] = str(folder)
        stage.environ["LANG"] = "C.UTF-8"
        for role in ("AUTHOR", "COMMITTER"):
            stage.environ[f"GIT_{role}_NAME"] = "Tutorial"
            stage.environ[f"GIT_{role}_EMAIL"] = "tutorial@example.com"
        stage.environ.update(dict.fromkeys(DATED, DAY))
        (stage.root / ".git/info/exclude").write_text("*.plan\n*.csv\n.reconcile/\n")
        played([APPLY], stage.root, stage.environ)
        yield stage


@contextmanager
def _as_it_was(stage: Stage) -> Iterator[None]:
    """Files and routers afterwards are as before."""
    held = {
        name: {menu: device.rows(menu) for menu in MENUS} for name, device in stage.devices.items()
    }
    commit = stage.git("rev-parse", "HEAD").strip()
    try:
        yield
    finally:
        stage.git("reset", "--hard", "--quiet", commit)
        stage.git("clean", "-d", "--force", "--quiet")
        for name, tables in held.items():
            stage.devices[name].mirror(tables)


@pytest.mark.parametrize("one", SHOWN, ids=[one.title for one in SHOWN])
def test_what_a_page_shows_is_what_comes_out(stage: Stage, one: Shown) -> None:
    text = section(DOCS / f"{one.page}.md", one.heading)
    console = list(blocks_of(text, "console"))[one.block]
    steps = shown(f"```console\n{console}```\n")
    assert any(lines for _, lines in steps)
    with _as_it_was(stage):
        one.by_hand(stage)
        commands = [one.before, *(command for command, _ in steps)]
        _, *outputs = played(commands, stage.root, stage.environ)
    for (command, wanted), printed in zip(steps, outputs, strict=True):
        told = printed.replace(f"127.0.0.1:{stage.environ['NOBODY']}:", "10.0.0.2:8728:")
        if FASTTRACK not in console:  # said with every plan of this router, shown once
            told = "".join(line for line in told.splitlines(True) if FASTTRACK not in line)
        if wanted:  # else it is left to the reader to look
            check_outputs([(command, wanted)], [told])
