# SPDX-License-Identifier: GPL-3.0-or-later
"""/queue: simple, tree, type, interface. Data; may import kinds and facts.model.

Order, defaults and counters of a simple queue: rows recorded from a v6 and a v7 router. Queue
tree: a recorded v7 row. Types: a 6.49 verbose export and `/console/inspect`.
"""

from reconciler.emulator.facts.model import ENDS, NAME, F, Fields, Menu, named
from reconciler.emulator.kinds.base import Int, Text, words
from reconciler.emulator.kinds.combine import Either, Many, Pair, Target, ref
from reconciler.emulator.kinds.net import HOURS_KIND, PREFIX_KIND
from reconciler.emulator.kinds.units import KIB_KIND, RATE_KIND, TIME_KIND
from reconciler.emulator.version import Version

SAME = "already have such name"
TYPE = ref("/queue/type")
INTERFACE = ref("/interface")
RATES = Pair(RATE_KIND)

COUNTERS = "bytes packets dropped rate packet-rate queued-packets queued-bytes".split()
SIMPLE = Menu(
    "/queue/simple",
    {
        "name": NAME,
        "target": F(Target(INTERFACE), ""),
        "dst": F(Either((PREFIX_KIND, INTERFACE)), clear=True),
        "parent": F(ref("/queue/simple", extra="none"), "none"),
        "packet-marks": F(Text(), ""),
        "priority": F(Pair(Int(1, 8)), "8/8"),
        "queue": F(Pair(TYPE), "default-small/default-small"),
        "limit-at": F(RATES, "0/0"),
        "max-limit": F(RATES, "0/0"),
        "burst-limit": F(RATES, "0/0"),
        "burst-threshold": F(RATES, "0/0"),
        "burst-time": F(Pair(TIME_KIND), "0s/0s"),
        "bucket-size": F(Text(required=True), "0.1/0.1"),
        "time": F(HOURS_KIND, clear=True),
        "total-limit-at": F(RATE_KIND),
        "total-max-limit": F(RATE_KIND),
        "total-burst-limit": F(RATE_KIND),
        "total-burst-threshold": F(RATE_KIND),
        "total-burst-time": F(TIME_KIND),
        "total-bucket-size": F(),
        "total-priority": F(Int(1, 8)),
        "total-queue": F(TYPE),
        **ENDS,
    },
    live={
        key: value
        for counter in COUNTERS
        for key, value in ((counter, "0/0"), (f"total-{counter}", "0"))
    }
    | {"invalid": "false", "dynamic": "false"},
    unique=named(SAME),
    ordered=True,
    name_prefix="queue",
)

TREE = Menu(
    "/queue/tree",
    {
        "name": NAME,
        "parent": F(ref("/queue/tree", "/interface", extra="global none")),
        "packet-mark": F(Text(), ""),
        "limit-at": F(RATE_KIND, "0"),
        "queue": F(TYPE, "default-small"),
        "priority": F(Int(1, 8), "8"),
        "max-limit": F(RATE_KIND, "0"),
        "burst-limit": F(RATE_KIND, "0"),
        "burst-threshold": F(RATE_KIND, "0"),
        "burst-time": F(TIME_KIND, "0s"),
        "bucket-size": F(Text(required=True), "0.1"),
        **ENDS,
    },
    live=dict.fromkeys(COUNTERS, "0") | {"invalid": "false"},
    required=("parent",),
    unique=named(SAME),
    first_id=0x1000000,
    name_prefix="queue",
)

KIND_DEFAULTS = {
    "pfifo": {"pfifo-limit": "50"},
    "bfifo": {"bfifo-limit": "15000"},
    "mq-pfifo": {"mq-pfifo-limit": "50"},
    "sfq": {"sfq-perturb": "5", "sfq-allot": "1514"},
    "red": {
        "red-limit": "60", "red-min-threshold": "10", "red-max-threshold": "50",
        "red-burst": "20", "red-avg-packet": "1000",
    },
    "pcq": {
        "pcq-rate": "0", "pcq-limit": "50", "pcq-classifier": "", "pcq-total-limit": "2000",
        "pcq-burst-rate": "0", "pcq-burst-threshold": "0", "pcq-burst-time": "10s",
        "pcq-src-address-mask": "32", "pcq-dst-address-mask": "32",
        "pcq-src-address6-mask": "128", "pcq-dst-address6-mask": "128",
    },
    "codel": {"codel-limit": "1000", "codel-target": "5ms", "codel-interval": "100ms"},
    "fq-codel": {
        "fq-codel-limit": "10240", "fq-codel-flows": "1024", "fq-codel-target": "5ms",
        "fq-codel-interval": "100ms", "fq-codel-quantum": "1514",
        "fq-codel-memlimit": "33554432", "fq-codel-ecn": "true",
    },
    "cake": {"cake-flowmode": "triple-isolate", "cake-diffserv": "diffserv3",
             "cake-rtt": "100ms", "cake-ack-filter": "none", "cake-atm": "none"},
    "none": {},
}  # fmt: skip


def complete_type(fields: Fields, _version: Version) -> None:
    """A type prints the options of its own kind, with their defaults, and no others."""
    kind = fields.get("kind", "")
    wanted = KIND_DEFAULTS.get(kind, {})
    for name in [name for name in fields if name.startswith(PREFIXES)]:
        if name not in wanted and not name.startswith(f"{kind}-"):
            del fields[name]
    for name, value in wanted.items():
        fields.setdefault(name, value)


COUNTED = (
    "pfifo-limit bfifo-limit mq-pfifo-limit sfq-perturb sfq-allot red-limit red-min-threshold"
    " red-max-threshold red-burst red-avg-packet"
).split()
PREFIXES = tuple(f"{kind}-" for kind in KIND_DEFAULTS)
CLASSIFIER = Many(words("src-address dst-address src-port dst-port"))


def builtin_type(number: int, name: str, kind: str, **options: str) -> tuple[int, dict[str, str]]:
    extra = {key.replace("_", "-"): value for key, value in options.items()}
    return 0xFFFFFFF0 + number, {"name": name, "kind": kind, **extra, "default": "true"}


TYPES = Menu(
    "/queue/type",
    {
        "name": NAME,
        "kind": F(words(" ".join(KIND_DEFAULTS))),
        **dict.fromkeys(COUNTED, F(Int())),
        "pcq-rate": F(RATE_KIND),
        "pcq-limit": F(KIB_KIND),
        "pcq-classifier": F(CLASSIFIER),
        "pcq-total-limit": F(KIB_KIND),
        "pcq-burst-rate": F(RATE_KIND),
        "pcq-burst-threshold": F(RATE_KIND),
        "pcq-burst-time": F(TIME_KIND),
        "pcq-src-address-mask": F(Int(0, 32)),
        "pcq-dst-address-mask": F(Int(0, 32)),
        "pcq-src-address6-mask": F(Int(0, 128)),
        "pcq-dst-address6-mask": F(Int(0, 128)),
    },
    live={},
    required=("kind",),
    unique=named(SAME),
    name_prefix="queue",
    builtin=(
        builtin_type(0, "default", "pfifo", pfifo_limit="50"),
        builtin_type(1, "ethernet-default", "pfifo", pfifo_limit="50"),
        builtin_type(2, "wireless-default", "sfq"),
        builtin_type(3, "synchronous-default", "red"),
        builtin_type(4, "hotspot-default", "sfq"),
        builtin_type(5, "pcq-upload-default", "pcq", pcq_classifier="src-address"),
        builtin_type(6, "pcq-download-default", "pcq", pcq_classifier="dst-address"),
        builtin_type(7, "only-hardware-queue", "none"),
        builtin_type(8, "multi-queue-ethernet-default", "mq-pfifo"),
        builtin_type(9, "default-small", "pfifo", pfifo_limit="10"),
    ),
    complete=complete_type,
)

INTERFACE_QUEUE = Menu("/queue/interface", {"interface": F(), "queue": F()}, open=True)

MENUS = (SIMPLE, TREE, TYPES, INTERFACE_QUEUE)
