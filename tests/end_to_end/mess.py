# SPDX-License-Identifier: GPL-3.0-or-later
"""What people do to our rows by hand, and how RouterOS may spell what we wrote."""

from collections.abc import Callable

from hypothesis import strategies as st

from end_to_end.world import is_ours
from reconciler.emulator import Device, Trap

MENUS = (
    "/queue/type",
    "/ppp/profile",
    "/ip/hotspot/user/profile",
    "/ip/firewall/address-list",
    "/ip/firewall/mangle",
    "/ppp/secret",
    "/ip/hotspot/user",
    "/queue/tree",
    "/queue/simple",
    "/ip/arp",
    "/ip/firewall/filter",
    "/ip/firewall/nat",
)
RULES = ("/ip/firewall/filter", "/ip/firewall/nat", "/ip/firewall/mangle")
# Values that somebody may have set by hand; the first of each is one of ours in another place.
EDITS: dict[str, dict[str, tuple[str, ...]]] = {
    "/queue/type": {"pcq-rate": ("1M", "0"), "pcq-total-limit": ("4000KiB",)},
    "/ppp/profile": {"rate-limit": ("1M/1M", ""), "local-address": ("10.20.0.3",)},
    "/ip/hotspot/user/profile": {"rate-limit": ("1M",), "shared-users": ("7", "unlimited")},
    "/ip/firewall/address-list": {"disabled": ("yes",), "list": ("otros",)},
    "/ip/firewall/mangle": {"passthrough": ("yes",), "disabled": ("yes",)},
    "/ppp/secret": {
        "password": ("hand-made", ""),
        "profile": ("default",),
        "remote-address": ("10.20.0.250",),
        "caller-id": ("02:00:00:00:cc:01",),
        "disabled": ("yes",),
        "service": ("sstp",),
    },
    "/ip/hotspot/user": {
        "password": ("hand-made", ""),
        "profile": ("default",),
        "address": ("10.20.0.251",),
        "disabled": ("yes",),
    },
    "/queue/tree": {"priority": ("1",), "packet-mark": ("other",), "parent": ("total",)},
    "/queue/simple": {
        "max-limit": ("1M/1M", "0/0"),
        "limit-at": ("64k/64k",),
        "target": ("10.20.0.252/32", "bridge-lan"),
        "parent": ("none",),
        "priority": ("1/1",),
        "disabled": ("yes",),
        "burst-limit": ("900M/900M",),
    },
    "/ip/arp": {"mac-address": ("02:00:00:00:cc:02",), "disabled": ("yes",)},
    "/ip/firewall/filter": {"disabled": ("yes",), "chain": ("forward", "rc-forward")},
    "/ip/firewall/nat": {"disabled": ("yes",), "to-ports": ("81",)},
}


Row = dict[str, str]
Deed = Callable[[Device, str, Row, int], None]
Mess = list[tuple[Deed, int, int]]


def ours(device: Device) -> dict[str, list[Row]]:
    """Our rows, by menu; menus that hold none are left out."""
    found = {path: [row for row in device.rows(path) if is_ours(path, row)] for path in MENUS}
    return {path: rows for path, rows in found.items() if rows}


@st.composite
def messes(draw: st.DrawFn) -> Mess:
    """What is done, to which of our rows, and how; numbers are taken modulo what there is."""
    deeds = st.sampled_from(
        [_edit, _edit, _remove, _twin, _orphan, _rename, _shuffle, _spell, _intrude, _intrude]
    )
    numbers = st.integers(0, 999)
    return draw(st.lists(st.tuples(deeds, numbers, numbers), max_size=10))


def make_mess(device: Device, mess: Mess) -> None:
    """Do it; what a router refuses nobody has done."""
    for deed, which, how in mess:
        found = ours(device)
        if not found:
            return
        path = list(found)[which % len(found)]
        rows = found[path]
        try:
            deed(device, path, rows[which // len(found) % len(rows)], how)
        except Trap:
            continue


def _edit(device: Device, path: str, row: Row, how: int) -> None:
    fields = EDITS[path]
    name = sorted(fields)[how % len(fields)]
    if path != "/ppp/profile" or row["name"] != "default":
        device.set(path, row[".id"], **{name: fields[name][how % len(fields[name])]})


def _remove(device: Device, path: str, row: Row, _how: int) -> None:
    device.remove(path, row[".id"])


def _twin(device: Device, path: str, row: Row, how: int) -> None:
    """A second row with the same mark."""
    keep = {name: row[name] for name in WRITABLE[path] if name in row}
    if "name" in keep:
        keep["name"] = f"{keep['name']} {how}"
    if path in ("/ip/firewall/address-list", "/ip/arp"):
        keep["address"] = f"10.20.3.{how % 250}"
    device.add(path, **keep)


WRITABLE = {path: ("name", "comment", *fields) for path, fields in EDITS.items()}
WRITABLE["/queue/type"] = ("name", "kind", "pcq-rate")
WRITABLE["/ip/hotspot/user/profile"] = ("name", "rate-limit")
WRITABLE["/ip/firewall/address-list"] = ("list", "address", "comment")
WRITABLE["/ip/arp"] = ("address", "interface", "mac-address", "comment")
for _path in RULES:
    WRITABLE[_path] = ("chain", "action", "comment")


def _orphan(device: Device, path: str, row: Row, how: int) -> None:
    """A row of a service that is in no file."""
    keep = {name: row[name] for name in WRITABLE[path] if name in row}
    keep |= {"comment": f"gone [rc:gone-{how}/internet]"} if "comment" in keep else {}
    if "name" in keep:
        keep["name"] = f"rc-gone-{how}"
    if path in ("/ip/firewall/address-list", "/ip/arp"):
        keep["address"] = f"10.20.4.{how % 250}"
    if path in RULES:
        keep["action"] = "accept"
    device.add(path, **keep)


def _rename(device: Device, path: str, row: Row, how: int) -> None:
    if "name" in row and path not in ("/queue/type", "/ip/hotspot/user/profile"):
        device.set(path, row[".id"], name=f"renamed {how}")


def _shuffle(device: Device, path: str, row: Row, how: int) -> None:
    """Ours, moved before any row of its menu or to the end."""
    if path in RULES or path == "/queue/simple":
        rows = device.rows(path)
        before = rows[how % len(rows)][".id"] if how % 4 else None
        if before != row[".id"]:
            device.move(path, row[".id"], before)


BUILT_IN = {
    "/ip/firewall/filter": "forward",
    "/ip/firewall/nat": "dstnat",
    "/ip/firewall/mangle": "forward",
}


def _intrude(device: Device, path: str, row: Row, how: int) -> None:
    """A rule or queue of somebody else, before everything or before one of ours."""
    if path in RULES:
        chain = row["chain"] if how % 2 else BUILT_IN[path]
        before = row[".id"] if how % 2 else device.rows(path)[0][".id"]
        new = device.add(path, chain=chain, action="accept", comment="in between")
        device.move(path, new, before)
    elif path == "/queue/simple":
        new = device.add(path, name=f"before {row['name']}", target="10.20.0.0/16")
        device.move(path, new, row[".id"])


def _spell(device: Device, path: str, row: Row, how: int) -> None:
    respell(device, path, row, how)


def respell(device: Device, path: str, row: Row, how: int) -> None:
    """Write some of a row's values once more, as somebody else would spell them."""
    for at, (name, value) in enumerate(row.items()):
        spell = _SPELL.get(name)
        if spell and (how >> at % 8) & 1:
            device.set(path, row[".id"], **{name: spell(value)})


def _rates(value: str) -> str:
    return "/".join(_kilo(part) for part in value.split("/"))


def _kilo(bits: str) -> str:
    if bits.isdigit() and int(bits) % 1000 == 0 and int(bits):
        return f"{int(bits) // 1000}k"
    return bits


def _words(value: str) -> str:
    """A rate-limit in bits per second, burst and all."""
    return " ".join("/".join(_bits(part) for part in word.split("/")) for word in value.split())


def _bits(part: str) -> str:
    unit = {"k": 1000, "M": 10**6, "G": 10**9}.get(part[-1:], 0)
    return str(int(part[:-1]) * unit) if unit else part


def _seconds(value: str) -> str:
    return "/".join("00:00:16" if part == "16s" else part for part in value.split("/"))


def _turned(value: str) -> str:
    return ",".join(part.removesuffix("/32") for part in reversed(value.split(",")))


_SPELL: dict[str, Callable[[str], str]] = {
    "max-limit": _rates,
    "limit-at": _rates,
    "burst-limit": _rates,
    "burst-threshold": _rates,
    "burst-time": _seconds,
    "pcq-rate": _rates,
    "pcq-burst-time": _seconds,
    "rate-limit": _words,
    "target": _turned,
    "mac-address": str.lower,
    "caller-id": str.lower,
    "disabled": lambda value: "no" if value == "false" else value,
    "passthrough": lambda value: "no" if value == "false" else value,
}
