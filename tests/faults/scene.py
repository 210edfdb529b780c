# SPDX-License-Identifier: GPL-3.0-or-later
"""A router before and after a change set of more than sixty writes, again and again.

Everything that a run can do is in it: adds, sets, moves and removals in every kind of menu, rules
of our own between rules of others, live sessions, and rows of others beside every row of ours.
"""

import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from end_to_end.world import KEY, World, changes_of, commit, foreign, is_ours, router_password

from reconciler.emulator import Clock, Device, Server, serve

ROUTER = "tower"
LISTS = "/ip/firewall/address-list"
FILTER = "/ip/firewall/filter"
LIVE = "/ppp/active"
DEBT = {"since": "2026-11-05", "cause": "debt"}
ALLOW: tuple[str, ...] = tuple(
    word
    for limit in ("removals", "changes", "cuts", "sessions")
    for word in (f"--allow-{limit}", "99")
)
# Rules of ours that mark packets are appended, in any order.
_ORDERED = ("/ip/firewall/filter", "/ip/firewall/nat")
_UNSTEADY = {".id", "creation-time", "timeout", "next-run", "run-count", "owner"}
_PLANS = {
    "fixed": ("simple-queue", "10M", "2M"),
    "fixed-fast": ("simple-queue", "20M", "4M"),
    "dial": ("pppoe", "10M", "2M"),
    "dial-fast": ("pppoe", "30M", "6M"),
    "shared": ("pcq", "8M", "2M"),
    "shared-fast": ("pcq", "16M", "4M"),
    "spot": ("hotspot", "3M", "1M"),
}


class Scene:
    """`fresh` puts the router back to where every case begins; `wanted` is where each must end."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._base = Device(version="7.22.3", identity=ROUTER, clock=Clock.frozen())
        _furnish(self._base)
        self._server = world.serve(
            ROUTER,
            self._base,
            lan_interface="bridge",
            binding="arp",
            allowed=["203.0.113.7", "203.0.113.9"],
            notice={"address": "203.0.113.7"},
        )
        self._write_before()
        commit(world.root, "before")
        ran = world.run("apply", "--yes")
        assert ran.code == 0, ran.text
        self._disturb()
        self._export = self._base.export("verbose")
        self._write_after()
        commit(world.root, "after")
        self.fresh()
        self.changes = len(self.left())
        ran = world.run("apply", "--yes", *ALLOW)
        assert ran.code == 0, ran.text
        self.wanted = self.contents()
        self.wanted_ours = self.ours()
        self.ended = {"dial-0", "dial-1", "dial-2"} - self.live()
        assert len(self.ended) > 1
        self.writes = self.server.faults.writes

    @property
    def server(self) -> Server:
        """That of the router on which things go wrong."""
        return self._server

    @property
    def device(self) -> Device:
        return self.server.device

    def fresh(self) -> None:
        """The router as it is before the run, without faults, journals and undo files."""
        device = Device(version="7.22.3", identity=ROUTER, clock=Clock.frozen())
        device.load_rsc(self._export)
        serve(device, user="reconcile", password=router_password(ROUTER))
        for name in ("dial-0", "dial-1", "dial-2", "somebody"):
            device.add_dynamic(LIVE, name=name, service="pppoe", uptime="5h")
        self.server.device = device
        self.server.faults.clear()
        self.server.faults.writes = 0
        for kept in self.world.root.glob(".reconcile/*/*"):
            kept.unlink()

    def others(self) -> dict[str, Any]:
        """What is not ours, in its order, but for sessions, whose dropping is planned."""
        rows = {path: rows for path, rows in self.device.snapshot().items() if path != LIVE}
        return {path: [_plain(row) for row in rows] for path, rows in foreign(rows).items()}

    def ours(self) -> Counter[tuple[str, str]]:
        """How often each row of ours is there, by menu and by what makes it that row."""
        return ours(self.device)

    def contents(self) -> dict[str, Any]:
        return contents(self.device)

    def live(self) -> set[str]:
        """Who is logged in."""
        return {row["name"] for row in self.device.rows(LIVE)}

    @property
    def numbers(self) -> range:
        """Of the writes at which things go wrong."""
        return range(1, self.writes + 1)

    def beyond(self) -> list[str]:
        """What was written where nothing may be after such a fault; here there is no such place."""
        return []

    def left(self) -> list[str]:
        """What a plan would still change."""
        return changes_of(self.world.plan())

    def let_leases_run_out(self) -> None:
        self.device.clock.advance(121)

    def command(self, *arguments: str) -> list[str]:
        return [*PROGRAM, "--repo", str(self.world.root), *arguments]

    @property
    def environ(self) -> dict[str, str]:
        return {**os.environ, **self.world.environ, "NO_COLOR": "1"}

    # -- the files ---------------------------------------------------------------

    def _write_before(self) -> None:
        write = self.world.write
        write("reconcile.yaml", {"format": 1, "secrets": {"key": {"env": "RECONCILE_KEY"}}})
        zone = {"id": "zone", "router": ROUTER, "addresses": ["10.60.0.0/16"]}
        write("inventory/zones/zone.yaml", zone | {"local_address": "10.60.255.1"})
        for name, (mode, download, upload) in _PLANS.items():
            rates = {"download": download, "upload": upload}
            write(f"plans/{name}.yaml", {"id": name, "mode": mode, **rates})
        for number in range(6):
            self._client("fixed", number)
            self._client("dial", number)
        for number in range(4):
            self._client("shared", number)
            self._client("spot", number)

    def _write_after(self) -> None:
        """Sets, suspensions, removals, and then adds of every kind."""
        self._client("fixed", 0, plan="fixed-fast")
        self._client("fixed", 1, status="suspended", suspended=DEBT)
        self._client("fixed", 2, name="renamed", comment="Somebody else")
        self._client("dial", 0, plan="dial-fast")
        self._client("dial", 1, password={"derived": 2})
        self._client("dial", 2, status="suspended", suspended=DEBT)
        self._client("dial", 3, address="10.60.9.9")
        self._client("shared", 0, plan="shared-fast")
        self._client("spot", 0, password={"derived": 2})
        for gone in ("fixed-4", "fixed-5", "dial-5", "shared-3", "spot-3"):
            (self.world.root / f"inventory/clients/{gone}.yaml").unlink()
        for number in range(10, 15):
            for plan in ("fixed", "dial", "shared", "spot"):
                self._client(plan, number)

    def _client(self, kind: str, number: int, **service: object) -> None:
        id_ = f"{kind}-{number}"
        third = 1 + ("fixed", "dial", "shared", "spot").index(kind)
        plain = {
            "plan": kind,
            "since": "2026-01-01",
            "address": f"10.60.{third}.{number + 2}",
            "mac": f"02:00:00:00:{third:02}:{number:02}",
        }
        self.world.write(
            f"inventory/clients/{id_}.yaml",
            {"id": id_, "name": f"Client {id_}", "zone": "zone", "services": [plain | service]},
        )

    # -- the router --------------------------------------------------------------

    def _disturb(self) -> None:
        """What hands do to a router between two runs."""
        device = self._base
        rules = [row for row in device.rows(FILTER) if row["chain"] == "rc-forward"]
        device.move(FILTER, rules[-1][".id"], rules[0][".id"])
        device.remove(FILTER, rules[1][".id"])
        jump = _marked(device, FILTER, "router/jump-forward")
        device.move(FILTER, jump[".id"])
        copy = {k: v for k, v in rules[2].items() if k in ("chain", "action", "comment")}
        device.add(FILTER, **copy, protocol="icmp")
        queue = _marked(device, "/queue/simple", "fixed-3/internet")
        device.set("/queue/simple", queue[".id"], max_limit="1M/1M")
        secret = _marked(device, "/ppp/secret", "dial-4/internet")
        device.set("/ppp/secret", secret[".id"], profile="default", disabled="yes")


PROGRAM = [sys.executable, "-m", "reconciler"]


def _furnish(device: Device) -> None:
    """Rows of others, before and between and after ours, and some that look like ours."""
    device.add("/interface/bridge", name="bridge")
    for number in range(3):
        name = f"other-{number}"
        host = f"172.16.0.{number + 1}"
        device.add("/queue/simple", name=name, target=f"{host}/32", comment="by hand")
        device.add("/ppp/secret", name=name, password=f"of-{name}", comment="[rc:not/last] text")
        device.add(LISTS, list="rc-suspended", address=host, comment="by hand")
        device.add(LISTS, list="theirs", address=host)
        device.add("/ip/arp", address=host, mac_address=f"06:00:00:00:00:0{number}",
                   interface="bridge")  # fmt: skip
        device.add("/ip/hotspot/user", name=name, password=f"of-{name}")
        device.add(FILTER, chain="forward", action="accept", src_address=host, comment=name)
        device.add("/ip/firewall/nat", chain="dstnat", action="accept", src_address=host)
        device.add("/ip/firewall/mangle", chain="forward", action="accept", src_address=host)
    device.add("/queue/type", name="theirs", kind="pcq", pcq_classifier="dst-address")
    device.add("/ppp/profile", name="theirs", rate_limit="1M/1M")


def _marked(device: Device, path: str, mark: str) -> Mapping[str, str]:
    (row,) = (row for row in device.rows(path) if row.get("comment", "").endswith(f"[rc:{mark}]"))
    return row


def contents(device: Device) -> dict[str, Any]:
    """What a router holds without `.id`s, in its order where order counts; sessions left out."""
    found: dict[str, Any] = {}
    for path, rows in device.snapshot().items():
        plain = [_plain(row) for row in rows if row.get("list") != "rc-lease"]
        by_text = sorted(plain, key=lambda row: sorted(row.items()))
        found[path] = plain if path in _ORDERED else by_text
    found.pop(LIVE, None)
    return {path: rows for path, rows in found.items() if rows}


def _plain(row: Mapping[str, str]) -> dict[str, str]:
    return {
        name: "state" if name == "comment" and row.get("list") == "rc-state" else text
        for name, text in row.items()
        if name not in _UNSTEADY
    }


def ours(device: Device) -> Counter[tuple[str, str]]:
    return Counter(
        (path, _identity(row))
        for path, rows in device.snapshot().items()
        for row in rows
        if is_ours(path, row) and row.get("list") != "rc-lease"
    )


def _identity(row: Mapping[str, str]) -> str:
    """The mark and the list (a service is on several), or the name where there is no comment."""
    return f"{row.get('comment') or row.get('name')} {row.get('list', '')}".strip()


@contextmanager
def open_scene(folder: Path) -> Iterator[Scene]:
    with World(folder / "repo") as world:
        world.environ |= {"RECONCILE_KEY": KEY, "GIT_CONFIG_GLOBAL": os.devnull}
        yield Scene(world)
