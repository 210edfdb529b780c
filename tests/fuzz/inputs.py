# SPDX-License-Identifier: GPL-3.0-or-later
"""Input for the emulator that is half right: sentences, bytes, scripts and exports.

Everything comes out of one `random.Random`, so a seed gives the same input for ever. Imports the
emulator's wire format, its menus and what arguments they take.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.emulator import Device
from reconciler.emulator.answers import READING
from reconciler.emulator.facts.model import inspected
from reconciler.emulator.menu import HANDLERS
from reconciler.emulator.special import SPECIAL
from reconciler.emulator.wire import encode_sentence

VERSIONS = ("6.42.12", "6.43.7", "6.49.8", "7.10.2", "7.17", "7.22.3", "7.24")
WHOLE = ("/safe-mode/take", "/safe-mode/release", "/safe-mode/unroll", "/system/reboot")
VERBS = sorted(
    {*HANDLERS, *READING, *(name for _, name in SPECIAL), "no-such"}.union(
        command.rpartition("/")[2] for command in WHOLE
    )
    - {"quit"}
)
ODD_PATHS = ("", "/", "//", "/no/such", "/ip", "/queue/simple/", "queue/simple")
OTHER_NAMES = (
    "numbers destination place-before copy-from value-name .proplist count-only from tag file"
    " file-name message contents .id !comment no-such"
).split()
VALUES = (
    "", "a", "b", "c", "yes", "no", "true", "*0", "*1", "*2", "*3", "*FFFFFFFE", "*", "*zz",
    "*1,*2,*3", "0", "1", "7", "-1", "99999999999999999999", "1.5", "k", "2M", "1M/2M", "1/2/3",
    "10.0.0.1", "10.0.0.1/32", "10.0.0.0/8", "10.0.0.9-10.0.0.1", "10.0.0.0-10.0.0.255",
    "10.0.0.300", "::1", "fe80::/10", "host.example", "none", "all", "default", "pcq", "forward",
    "drop", "jump", "mark-packet", "ether1", "bridge", "!ether1", "!", "1m", "1w2d3h4m5s",
    "00:00:01", "25:61:61", "1s500ms", "18h-21h,mon", "02:11:22:33:44:55", "tcp", "53,80-90",
    "name", "name,comment", "find", "ñandú", "\udcff\udcfe", "\0", "\r\n", "=a=b", "?x", ".tag=1",
    "a,b", " ", '"', "\\", "$x", "[find]", "x" * 200, "startup", "read,api", "full",
    ":log info x", ":delay 1s", "/queue simple remove [find]",
)  # fmt: skip
QUERIES = (
    "?name", "?-name", "?=name=a", "?name=a", "?>name=1", "?<.id=*2", "?.id=*1", "?#|", "?#&!",
    "?#9.", "?#99999999999", "?#.....", "?", "?#", "?=", "?>", "?-", "?disabled=no",
)  # fmt: skip
FRAGMENTS = (
    "/queue simple", "/ppp secret", "/ip firewall filter", "add", "set", "remove", "move",
    "enable", "disable", "print", "find", "[find]", "[ find name=a ]", '[find comment~"^a.*"]',
    "[find where", "name=a", "name=b", 'comment="x y"', "target=10.0.0.1", "chain=forward",
    "action=drop", "disabled=yes", "place-before=0", "numbers=0", "destination=0", ":do {",
    "} on-error={", "}", "{", "[", "]", "(", ")", '"', "\\", "\\\n", "\n", ";", "# x", ":delay 1s",
    ":delay", ":log info x", ":error x", ":put 1", ":local x 1", ":if (1=1) do={", "$x", "!comment",
    "/", "//", "..", "[:", '"\\41"', '"\\', "=", "ñ", "\udcff", "[/ppp profile find name=default]",
)  # fmt: skip
EXPORT_LINES = (
    "# 2026-01-02 03:04:05 by RouterOS 7.22.3", "# nov/09/2023 by RouterOS 6.49.8",
    "/interface bridge", "add name=bridge", "/interface ethernet",
    "set [ find default-name=ether1 ] name=wan", "/ip pool",
    "add name=pool ranges=10.20.0.10-10.20.0.99", "/ppp profile", "set *0 dns-server=8.8.8.8",
    "add name=hogar rate-limit=2M/10M remote-address=pool", "/ppp secret",
    "add comment=\"Ana L\\C3\\B3pez\" name=ana password=\"a b\" profile=hogar service=pppoe",
    "/queue simple", "add max-limit=2M/10M name=q target=10.20.0.7/32", "/queue type",
    "add kind=pcq name=down pcq-classifier=dst-address pcq-rate=5M", "/queue tree",
    "add name=t packet-mark=p parent=global queue=down", "/ip firewall address-list",
    "add address=10.20.0.8 list=Moroso", "/ip firewall filter",
    "add action=jump chain=forward jump-target=x src-address-list=Moroso", "# in/out-interface",
    "add action=drop chain=forward in-interface=wan comment=\\", '    "a \\', '    b"',
    "/ip hotspot user", "add name=u limit-uptime=8h", "/ip dhcp-server lease",
    "add address=10.20.0.9 mac-address=02:11:22:33:44:55", "/no such menu", "add x=y !z",
    "set 0 a=b", "set [ find default=yes ] name=default", "/system identity", "set name=r",
    "/ip service", "set telnet disabled=yes", "/user group", "/ip address",
    "add address=10.20.0.1/24 interface=bridge network=10.20.0.0", "/system scheduler",
    'add interval=1m name=s on-event=":log info x" policy=read', "/ip arp",
    "add address=10.20.0.7 interface=bridge mac-address=02:11:22:33:44:55", "/radius", "/interface",
)  # fmt: skip


@dataclass(frozen=True)
class Paths:
    """Menus of one device and the arguments that each takes."""

    names: tuple[str, ...]
    known: dict[str, list[str]]

    @classmethod
    def of(cls, device: Device) -> "Paths":
        names = (*sorted({*device.tables, *inspected()}), *ODD_PATHS)
        known = {
            path: sorted(shape.takes or shape.order) or OTHER_NAMES
            for path, shape in device.shapes.items()
        }
        return cls(names, known)


def sentence(dice: random.Random, paths: Paths) -> list[str]:
    """A command that may well exist, with arguments that may well be right."""
    if dice.random() < 0.02:
        return [dice.choice(WHOLE)]
    path = dice.choice(paths.names)
    names = paths.known.get(path, OTHER_NAMES)
    words = [f"{path}/{dice.choice(VERBS)}"]
    for _ in range(dice.randrange(7)):
        name = dice.choice(names if dice.random() < 0.7 else OTHER_NAMES)
        words.append(f"={name}={dice.choice(VALUES)}")
    if dice.random() < 0.6:
        words.append(f"={dice.choice(('.id', 'numbers'))}={dice.choice(VALUES)}")
    if dice.random() < 0.2:
        words += dice.choices(QUERIES, k=dice.randrange(1, 5))
    if dice.random() < 0.02:
        words.append(dice.choice(VALUES) or "x")
    return words


def raw(dice: random.Random, paths: Paths) -> list[bytes]:
    """Bytes of sentences with some of them changed, in pieces of any size; or bytes of dice."""
    if dice.random() < 0.2:
        data = bytearray(dice.randbytes(dice.randrange(80)))
    else:
        data = bytearray(b"".join(encode_sentence(sentence(dice, paths)) for _ in range(2)))
        if dice.random() < 0.3:
            data[:0] = encode_sentence(["/login", "=name=admin", "=password="])
        for _ in range(dice.randrange(4)):
            place = dice.randrange(len(data))
            match dice.randrange(4):
                case 0:
                    data[place] = dice.randrange(256)
                case 1:
                    data[place:place] = dice.randbytes(dice.randrange(1, 6))
                case 2:
                    del data[place : place + dice.randrange(1, 6)]
                case _:
                    data[place:place] = b"\xef\xff\xff\xff"
    cuts = sorted(dice.choices(range(len(data) + 1), k=dice.randrange(4)))
    return [bytes(data[a:b]) for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]


def script(dice: random.Random) -> str:
    return " ".join(dice.choices(FRAGMENTS, k=dice.randrange(1, 25)))


def export(dice: random.Random, more: Sequence[str]) -> bytes:
    """Lines of exports, some in a wrong place, some with bytes changed."""
    lines = dice.choices((*EXPORT_LINES, *more), k=dice.randrange(1, 12))
    data = bytearray("\n".join(lines).encode("utf-8", "surrogateescape"))
    for _ in range(dice.randrange(3)):
        place = dice.randrange(len(data))
        data[place : place + dice.randrange(3)] = dice.randbytes(dice.randrange(3))
    return bytes(data)


def large(dice: random.Random) -> tuple[str, str]:
    """(kind of case, text) of input that is long or deep, where time could grow with its square."""
    size = dice.choice((100, 3000, 20000))
    texts = {
        "sentence": (
            "x" * size,
            ",".join(["*1"] * size),
            ",".join(f"10.0.{n >> 8 & 255}.{n & 255}" for n in range(size)),
            "/".join(["1M"] * size),
            "9" * size,
            "-".join(["1"] * size),
            ":" * size,
        ),
        "query": ("?#" + "." * size, "?#" + "!" * size, "?#" + "0" * size, "?" + "x" * size),
        "script": (
            ":do {" * size,
            ":do {" * size + "}" * size,
            "[" * size,
            "{" * size + "}" * size,
            '"' + "\\" * size,
            '"\\' + "41" * size,
            "\\\n" * size,
            "/queue simple remove [find where " + "name=a " * size + "]",
            "/ppp secret print " + "x=y " * size,
            ";" * size,
        ),
        "export": (
            "add name=" + "x" * size,
            '/queue simple\nadd comment="' + "a \\\n    " * size,
            "/queue simple\n" + "add name=a\n" * (size // 10),
            "/ip firewall filter\nadd chain=" + "\\_" * size,
            "/" + "a/" * size,
            "/no such\n" + "set [ find default=yes ] a=b\n" * (size // 10),
            "/interface bridge\n" + "".join(f"add name=b{n}\n" for n in range(size // 10)),
        ),
    }
    kind = dice.choice(sorted(texts))
    return kind, dice.choice(texts[kind])
