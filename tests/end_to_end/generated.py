# SPDX-License-Identifier: GPL-3.0-or-later
"""Repositories and routers as hypothesis makes them up, all of them valid and most of them ugly.

A repository is drawn from a small stock of ids, names and addresses, so that two repositories
drawn one after the other give the same address, name or id to different clients.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from reconciler.emulator import Device

Files = Mapping[str, Mapping[str, Any]]

VERSIONS = ("6.43.7", "6.49.8", "7.10.2", "7.22.3")
UGLY = (
    "yes", "no", "true", "false", "null", "~", "123", "0123", "1e3", "10:20", "*1", "=x", "a,b",
    'ñandú "x" \\', "#1", "{a}", "[b]", " spaced ", "Ünïcode ✓ 漢字 🦙", "-", "!", "$var", "?",
    "all", "none", "default", "a\u00a0b", ".id", "=.id=*1",
)  # fmt: skip
_LETTERS = st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"))
TEXTS = st.one_of(st.sampled_from(UGLY), st.text(_LETTERS, min_size=1, max_size=12)).filter(
    lambda text: "[rc:" not in text and bool(text.strip())
)
# What old WinBox wrote, or half a character: bytes that are no UTF-8, as the emulator keeps them.
BYTES = st.binary(min_size=1, max_size=8).map(
    lambda raw: "x" + raw.replace(b"\0", b"\xe9").decode("utf-8", "surrogateescape")
)
RATES = ("64k", "123456", "512k", "1500k", "2M", "2.5M", "10M", "1G")
MODES = ("simple-queue", "pcq", "pppoe", "hotspot")
CLIENTS = tuple(f"client-{letter}" for letter in "abcdef")


@st.composite
def speeds(draw: st.DrawFn) -> dict[str, Any]:
    """Rates of a plan that RouterOS takes: guaranteed below, burst above."""
    up, down = draw(st.integers(2, 5)), draw(st.integers(2, 5))
    fields: dict[str, Any] = {"upload": RATES[up], "download": RATES[down]}
    if draw(st.booleans()):
        fields["burst"] = {
            "upload": RATES[up + 2],
            "download": RATES[down + 2],
            "threshold": {"upload": RATES[up - 1], "download": RATES[down]},
            "time": draw(st.sampled_from(["8s", "16s", "2m"])),
        }
    if draw(st.booleans()):
        fields["priority"] = draw(st.integers(1, 8))
    if draw(st.booleans()):
        fields["parent"] = "total"
    return fields


@st.composite
def plans(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """A plan of each mode and shaping."""
    guaranteed = st.sampled_from([None, {"upload": "64k", "download": "512k"}])
    found: dict[str, dict[str, Any]] = {
        "queue-1": {"mode": "simple-queue"},
        "queue-2": {"mode": "simple-queue"},
        "pcq-1": {"mode": "pcq"},
        "pcq-2": {"mode": "pcq", "list": "Socios"},
        "ppp-1": {"mode": "pppoe", "pool": "pool-ppp"},
        "ppp-2": {"mode": "pppoe", "profile": draw(TEXTS.map(lambda name: f"p {name}"))},
        "ppp-3": {"mode": "pppoe", "shaping": "queue", "local_address": "10.20.0.1"},
        "ppp-x": {"mode": "pppoe", "shaping": "external", "profile": "of the operator"},
        "hot-1": {"mode": "hotspot", "shared_users": draw(st.integers(1, 9))},
        "hot-x": {"mode": "hotspot", "shaping": "external", "profile": "of the operator"},
    }
    for id_, plan in found.items():
        if plan.get("shaping") != "external":
            plan.update(draw(speeds()))
            if plan["mode"] != "pcq" and (least := draw(guaranteed)):
                plan["guaranteed"] = least
        plan["id"] = id_
        if draw(st.booleans()):
            plan["name"] = draw(TEXTS)
    return found


def needs_address(plan: Mapping[str, Any]) -> bool:
    if plan["mode"] == "pppoe":
        return "pool" not in plan
    return plan["mode"] in ("simple-queue", "pcq")


@st.composite
def service(draw: st.DrawFn, plan: Mapping[str, Any], number: int) -> dict[str, Any]:
    """A service of a plan; `number` is its own, and so is everything made from it."""
    fields: dict[str, Any] = {"plan": plan["id"], "since": "2026-01-01"}
    status = draw(st.sampled_from(["active", "active", "free", "suspended", "kept", "released"]))
    fields["status"] = "cancelled" if status in ("kept", "released") else status
    if status == "suspended":
        fields["suspended"] = {"since": "2026-11-05", "cause": "manual"}
    elif status == "kept":
        fields["cancelled"] = {"on": "2026-11-05", "address": "keep"}
    elif status == "released":
        fields["cancelled"] = {"on": "2026-11-05", "address": "release"}
    if status != "released" and (needs_address(plan) or draw(st.booleans())):
        fields["address"] = f"10.20.0.{10 + number}"
    if draw(st.booleans()):
        fields["mac"] = f"02:00:00:00:aa:{number:02x}"
    if draw(st.booleans()):
        fields["comment"] = draw(TEXTS)
    mode = plan["mode"]
    if mode in ("pppoe", "hotspot") and draw(st.booleans()):
        fields["password"] = {"plain": draw(TEXTS)}
    if mode == "pppoe":
        fields["ppp_service"] = draw(st.sampled_from(["pppoe", "any", "l2tp"]))
        if draw(st.booleans()):
            fields["local_address"] = "10.20.0.2"
    if mode == "hotspot":
        fields["server"] = draw(st.sampled_from(["all", "hs1"]))
    if mode == "simple-queue" and draw(st.booleans()):
        fields["targets"] = [f"10.20.{2 + number}.0/29"]
    return fields


@st.composite
def repositories(draw: st.DrawFn, router: str = "r1") -> dict[str, dict[str, Any]]:
    """The files of a valid repository but for the routers' own; zone `z` is on `router`."""
    tariffs = draw(plans())
    files: dict[str, dict[str, Any]] = {
        "reconcile.yaml": {
            "format": 1,
            "secrets": {"key": {"env": "RECONCILE_KEY"}, "allow_plain": "true"},
        },
        "inventory/zones/z.yaml": {
            "id": "z",
            "router": router,
            "addresses": ["10.20.0.0/16"],
            "local_address": "10.20.0.1",
        },
    }
    files |= {f"plans/{id_}.yaml": plan for id_, plan in tariffs.items()}
    ids = draw(st.lists(st.sampled_from(CLIENTS), unique=True, max_size=len(CLIENTS)))
    numbers = draw(st.permutations(range(2 * len(CLIENTS))))
    names = draw(st.lists(TEXTS, min_size=len(numbers), max_size=len(numbers), unique=True))
    for at, id_ in enumerate(ids):
        services: list[dict[str, Any]] = []
        for part in ("internet", "second")[: draw(st.integers(1, 2))]:
            number = numbers[2 * at + len(services)]
            one = draw(service(tariffs[draw(st.sampled_from(sorted(tariffs)))], number))
            if draw(st.booleans()):
                one["name"] = names[number]
            services.append(one | {"id": part})
        files[f"inventory/clients/{id_}.yaml"] = {
            "id": id_,
            "name": draw(TEXTS),
            "zone": "z",
            "services": services,
        }
    return files


@st.composite
def router_fields(draw: st.DrawFn) -> dict[str, Any]:
    """What a router's file says beside how it is reached."""
    fields: dict[str, Any] = {
        "lan_interface": "bridge-lan",
        "binding": draw(st.sampled_from(["none", "arp"])),
        "block_rules": draw(st.sampled_from(["true", "true", "false"])),
        "charset": draw(st.sampled_from(["utf-8", "windows-1252"])),
        "allowed": draw(st.lists(st.sampled_from(ALLOWED), unique=True)),
    }
    if draw(st.booleans()):
        fields["lists"] = {"suspended": "Moroso", "notice": "Aviso", "allowed": "Permitidos"}
    if draw(st.booleans()):
        fields["notice"] = {"address": "203.0.113.7", "port": 8080}
        if draw(st.booleans()):
            fields["notice"]["hours"] = "18h-21h"
    if draw(st.booleans()):
        fields["pipeline"] = draw(st.sampled_from([1, 2, 64]))
    return fields


ALLOWED = ("203.0.113.7", "203.0.113.0/28", "203.0.113.32-203.0.113.40", "Pagos.Ejemplo.mx")


@dataclass(frozen=True)
class Foreign:
    """A row of somebody else."""

    path: str
    fields: dict[str, str]
    dynamic: bool = False


def _rules(
    path: str, chains: tuple[str, ...], actions: tuple[str, ...]
) -> st.SearchStrategy[Foreign]:
    fields = st.fixed_dictionaries(
        {"chain": st.sampled_from(chains), "action": st.sampled_from(actions)},
        optional={
            "comment": st.one_of(TEXTS, BYTES),
            "disabled": st.sampled_from(["yes", "no"]),
            "src-address-list": st.sampled_from(["rc-suspended", "Moroso", "otros"]),
        },
    )
    return st.builds(Foreign, st.just(path), fields)


@st.composite
def foreign_row(draw: st.DrawFn, number: int) -> Foreign:
    """A row that holds no key that a generated repository needs."""
    kinds = {
        "/ip/firewall/filter": _rules(
            "/ip/firewall/filter",
            ("forward", "forward", "input", "rc-forward", "mine"),
            ("accept", "drop", "fasttrack-connection", "passthrough"),
        ),
        "/ip/firewall/nat": _rules(
            "/ip/firewall/nat",
            ("dstnat", "srcnat", "rc-dstnat"),
            ("accept", "return", "passthrough"),
        ),
        "/ip/firewall/mangle": _rules(
            "/ip/firewall/mangle", ("forward", "prerouting"), ("accept", "passthrough")
        ),
        "/queue/simple": st.builds(
            lambda name, target: Foreign(
                "/queue/simple", {"name": f"f{number} {name}", "target": target}
            ),
            TEXTS,
            st.sampled_from(["10.20.0.0/16", "10.20.0.12/32", "10.99.0.1/32", "bridge-lan"]),
        ),
        "/ppp/secret": st.builds(
            lambda name, comment, profile: Foreign(
                "/ppp/secret",
                {
                    "name": f"f{number} {name}",
                    "password": comment,
                    "comment": comment,
                    "profile": profile,
                },
            ),
            TEXTS,
            st.one_of(TEXTS, BYTES),
            st.sampled_from(["default", "of the operator"]),
        ),
        "/ip/hotspot/user": st.builds(
            lambda name, comment: Foreign(
                "/ip/hotspot/user", {"name": f"f{number} {name}", "comment": comment}
            ),
            TEXTS,
            BYTES,
        ),
        "/ip/firewall/address-list": st.builds(
            lambda name, comment: Foreign(
                "/ip/firewall/address-list",
                {"list": name, "address": f"10.99.1.{number}", "comment": comment},
            ),
            st.sampled_from(["rc-suspended", "Moroso", "Socios", "rc-plan-pcq-1", "otros"]),
            st.one_of(TEXTS, BYTES),
        ),
        "/ip/arp": st.builds(
            lambda last: Foreign(
                "/ip/arp",
                {
                    "address": f"10.20.0.{last}",
                    "mac-address": "02:00:00:00:bb:01",
                    "interface": "bridge-lan",
                },
                dynamic=True,
            ),
            st.just(100 + number),
        ),
        "/queue/tree": st.just(Foreign("/queue/tree", {"name": f"f{number}", "parent": "global"})),
    }
    return draw(kinds[draw(st.sampled_from(sorted(kinds)))])


@st.composite
def foreign_rows(draw: st.DrawFn) -> list[Foreign]:
    count = draw(st.integers(0, 8))
    return [draw(foreign_row(number)) for number in range(count)]


def new_device(version: str, rows: list[Foreign]) -> Device:
    """A router that has what the generated plans name, and other people's rows."""
    device = Device(version=version)
    device.add("/interface/bridge", name="bridge-lan")
    device.add("/queue/simple", name="total", target="10.20.0.0/16")
    device.add("/queue/tree", name="total", parent="global")
    device.add("/ip/pool", name="pool-ppp", ranges="10.20.200.1-10.20.200.99")
    device.add("/ppp/profile", name="of the operator", rate_limit="5M/5M")
    device.add("/ip/hotspot/user/profile", name="of the operator")
    device.add("/ip/hotspot", name="hs1", interface="bridge-lan")
    for row in rows:
        if row.dynamic:
            device.add_dynamic(row.path, **row.fields)
        else:
            device.add(row.path, **row.fields)
    return device
