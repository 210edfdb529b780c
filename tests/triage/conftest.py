# SPDX-License-Identifier: GPL-3.0-or-later
"""A company with clients of all four modes on one router."""

from pathlib import Path

from end_to_end.world import World, commit

from reconciler.emulator import Device

RB = "rb-norte"
DAY = "2026-11-20"
BASE = {"price": "300.00", "upload": "2M"}


def plan(name: str, mode: str, download: str, **more: object) -> dict[str, object]:
    return {"id": name, "mode": mode, "download": download, **BASE, **more}


PLANS = [
    plan("casa", "simple-queue", "10M"),
    plan("casa-20", "simple-queue", "20M"),
    plan("twin-a", "simple-queue", "30M"),
    plan("twin-b", "simple-queue", "30M"),
    plan("cola", "pcq", "10M"),
    plan("cola-20", "pcq", "20M"),
    plan("hogar", "pppoe", "10M", local_address="10.20.0.1"),
    plan("hogar-20", "pppoe", "20M", local_address="10.20.0.1"),
    plan("libre", "pppoe", "5M", local_address="10.20.0.1", pool="pool-norte"),
    plan("ficha", "hotspot", "10M"),
    plan("ficha-20", "hotspot", "20M"),
]


def build(root: Path, clients: list[dict[str, object]]) -> World:
    """A company in git with these clients, nothing applied yet."""
    world = World(root)
    world.write(
        "reconcile.yaml",
        {
            "format": "1",
            "company": {"name": "Enlaces"},
            "locale": "es_MX",
            "timezone": "America/Mexico_City",
            "currency": "MXN",
            "secrets": {"key": {"env": "RECONCILE_KEY"}},
            "limits": {"removals": "50", "removals_percent": "100", "changes_percent": "100"},
        },
    )
    device = Device(identity=RB)
    device.add("/ip/pool", name="pool-norte", ranges="10.20.9.1-10.20.9.99")
    device.add("/interface/bridge", name="bridge-clientes")
    device.add("/interface/bridge", name="bridge-dos")
    device.add("/ip/hotspot", name="plaza", interface="bridge-clientes")
    device.add("/queue/simple", name="total", target="10.20.0.0/16")
    world.serve(
        RB,
        device,
        binding="arp",
        lan_interface="bridge-clientes",
        allowed=["203.0.113.7", "203.0.113.8"],
        timeout="3s",
    )
    world.write(
        "inventory/zones/norte.yaml",
        {
            "id": "norte",
            "name": "Norte",
            "router": RB,
            "addresses": ["10.20.0.0/22"],
            "local_address": "10.20.0.1",
        },
    )
    for one in PLANS:
        world.write(f"plans/{one['id']}.yaml", one)
    for one in clients:
        world.write(f"inventory/clients/{one['id']}.yaml", one)
    commit(root)
    return world


def client(name: str, plan: str, **service: object) -> dict[str, object]:
    body = {"plan": plan, "since": "2026-01-01", **service}
    return {"id": name, "name": f"Peña “{name}”", "zone": "norte", "services": [body]}
