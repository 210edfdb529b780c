# SPDX-License-Identifier: GPL-3.0-or-later
"""What RouterOS is, as one table: the menus and fields we manage, their keys, defaults and order.

Sources: MikroTik's manual, `inspect` output of 7.10 to 7.24 and exports of 6.43 to 7.24; see
docs/router-objects.md. Knows nothing of clients or plans. Imports only `normal`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from reconciler import normal
from reconciler.marks import Row, is_fixed, mark_in
from reconciler.normal import Canon, pair

# The chains that hold our rules and nobody else's.
PRIVATE_CHAINS = ("rc-forward", "rc-dstnat")
# What the profiles of suspended pppoe services without an address begin with.
SUSPENDED_PROFILE = "rc-suspended-"


@dataclass(frozen=True, eq=False)
class Field:
    """A property of a row that we compare and write.

    `default` is the canonical text that an absent property stands for, None where it is unset.
    `clear` is the text that sets it back to the default; None means RouterOS's `unset` command.
    `needs` names a field without which this one has no effect and is not compared.
    """

    name: str
    canon: Canon = normal.text
    default: str | None = None
    clear: str | None = None
    secret: bool = False
    needs: str | None = None

    def canonical(self, value: str | None) -> str | None:
        """Canonical text; None where `value` is absent, empty or spells the unset default."""
        if not value:
            return self.default
        return self.canon(value)


@dataclass(frozen=True, eq=False)
class Kind:
    """A menu, of which there is one object. `key` are the fields that no two rows share; empty:
    rules, known by their mark.

    `rank` orders writes: adds and sets from low to high, removals from high to low.
    `where` are query words for the print that reads it.
    """

    path: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    rank: int
    ordered: bool = False
    where: tuple[str, ...] = ()

    @cached_property
    def by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}

    @cached_property
    def unset(self) -> dict[str, str | None]:
        """What each field shows as where a row does not have it."""
        return {field.name: field.canonical(None) or None for field in self.fields}

    @cached_property
    def secrets(self) -> frozenset[str]:
        """The fields that are never shown."""
        return frozenset(field.name for field in self.fields if field.secret)

    @cached_property
    def commented(self) -> bool:
        """Whether rows carry our mark in a comment; else the name prefix `rc-` marks them."""
        return "comment" in self.by_name

    @cached_property
    def print_fields(self) -> tuple[str, ...]:
        """The `.proplist`: what we compare, and what tells whether a row is anybody's to change."""
        return (".id", *self.by_name, "dynamic", "default")

    def key_of(self, row: Mapping[str, str | None]) -> tuple[str | None, ...]:
        return tuple(self.by_name[name].canonical(row.get(name)) for name in self.key)

    def mark_of(self, row: Row) -> str | None:
        """The source in `[rc:<source>]`, or the name where rows have no comment; None: not ours."""
        if not self.commented:
            name = row.get("name", "")
            return name if name.startswith("rc-") and not is_fixed(row) else None
        mark = mark_in(row.get("comment", ""))
        return None if mark is None or is_fixed(row) else mark


_RATES = pair(normal.rate)
_COMMENT = Field("comment", default="", clear="")
_DISABLED = Field("disabled", normal.flag, default="false", clear="no")


def _blank(name: str, canon: Canon = normal.text, *, secret: bool = False) -> Field:
    """Unset is the empty text."""
    return Field(name, canon, default="", clear="", secret=secret)


def _rates(name: str, needs: str | None = None) -> Field:
    return Field(name, _RATES, default="0/0", clear="0/0", needs=needs)


def _rate(name: str, needs: str | None = None) -> Field:
    return Field(name, normal.rate, default="0", clear="0", needs=needs)


def _none_when(default: str, canon: Canon) -> Canon:
    """Canonical text in which RouterOS's spelling of "nothing" is the empty text."""

    def canonical(value: str) -> str:
        value = canon(value)
        return "" if value == default else value

    return canonical


_PARENT_QUEUE = Field("parent-queue", default="none", clear="none")
_RULE_FIELDS = (
    Field("chain"),
    Field("action", default="accept"),
    Field("src-address-list"),
    Field("dst-address-list"),
    Field("protocol"),
    Field("dst-port"),
    Field("jump-target"),
    _DISABLED,
    _COMMENT,
)
_LIST_FIELDS = (Field("list"), Field("address", normal.address), _DISABLED, _COMMENT)
_FILTER_FIELDS = (*_RULE_FIELDS, Field("reject-with"))

QUEUE_TYPE = Kind(
    "/queue/type",
    ("name",),
    (
        Field("name"),
        Field("kind"),
        _blank("pcq-classifier", normal.names),
        _rate("pcq-rate"),
        _rate("pcq-burst-rate"),
        _rate("pcq-burst-threshold", needs="pcq-burst-rate"),
        Field(
            "pcq-burst-time", normal.duration, default="10s", clear="10s", needs="pcq-burst-rate"
        ),
        Field("pcq-total-limit", normal.size, default="2000", clear="2000"),
    ),
    rank=0,
)
PPP_PROFILE = Kind(
    "/ppp/profile",
    ("name",),
    (
        Field("name"),
        _blank("rate-limit", normal.rate_limit),
        Field("local-address"),
        Field("remote-address"),
        _PARENT_QUEUE,
        _blank("address-list"),
        _COMMENT,
    ),
    rank=0,
)
HOTSPOT_PROFILE = Kind(
    "/ip/hotspot/user/profile",
    ("name",),
    (
        Field("name"),
        _blank("rate-limit", normal.rate_limit),
        Field("shared-users", normal.number, default="1", clear="1"),
        _PARENT_QUEUE,
    ),
    rank=0,
)
ADDRESS_LIST = Kind("/ip/firewall/address-list", ("list", "address"), _LIST_FIELDS, rank=1)
MANGLE = Kind(
    "/ip/firewall/mangle",
    (),
    (
        Field("chain"),
        Field("action", default="accept"),
        Field("src-address-list"),
        Field("dst-address-list"),
        Field("new-packet-mark"),
        Field("passthrough", normal.flag, default="true", clear="yes"),
        _DISABLED,
        _COMMENT,
    ),
    rank=1,
)
PPP_SECRET = Kind(
    "/ppp/secret",
    ("name", "service"),
    (
        Field("name"),
        _blank("password", secret=True),
        Field("service", default="any", clear="any"),
        Field("profile", default="default", clear="default"),
        Field("remote-address"),
        Field("local-address"),
        _blank("caller-id", normal.mac),
        _DISABLED,
        _COMMENT,
    ),
    rank=2,
)
HOTSPOT_USER = Kind(
    "/ip/hotspot/user",
    ("name",),
    (
        Field("name"),
        _blank("password", secret=True),
        Field("profile", default="default", clear="default"),
        Field("server", default="all", clear="all"),
        Field("address", _none_when("0.0.0.0", normal.address), default="", clear="0.0.0.0"),
        Field(
            "mac-address",
            _none_when("00:00:00:00:00:00", normal.mac),
            default="",
            clear="00:00:00:00:00:00",
        ),
        _DISABLED,
        _COMMENT,
    ),
    rank=2,
)
QUEUE_TREE = Kind(
    "/queue/tree",
    ("name",),
    (
        Field("name"),
        Field("parent", default="none", clear="none"),
        _blank("packet-mark"),
        Field("queue", default="default-small", clear="default-small"),
        Field("priority", normal.number, default="8", clear="8"),
        _DISABLED,
        _COMMENT,
    ),
    rank=2,
)
QUEUE_SIMPLE = Kind(
    "/queue/simple",
    ("name",),
    (
        Field("name"),
        _blank("target", normal.targets),
        _rates("max-limit"),
        _rates("limit-at"),
        _rates("burst-limit"),
        _rates("burst-threshold", needs="burst-limit"),
        Field(
            "burst-time", pair(normal.duration), default="0s/0s", clear="0s/0s", needs="burst-limit"
        ),
        Field("priority", pair(normal.number), default="8/8", clear="8/8"),
        Field("parent", default="none", clear="none"),
        _DISABLED,
        _COMMENT,
    ),
    rank=2,
)
# A dynamic entry of the same address is replaced by the static one, so it holds no key.
ARP = Kind(
    "/ip/arp",
    ("address", "interface"),
    (
        Field("address", normal.address),
        Field("mac-address", normal.mac),
        Field("interface"),
        _DISABLED,
        _COMMENT,
    ),
    rank=2,
    where=("?dynamic=false",),
)
FILTER = Kind("/ip/firewall/filter", (), _FILTER_FIELDS, rank=3, ordered=True)
NAT = Kind(
    "/ip/firewall/nat",
    (),
    (
        *_RULE_FIELDS,
        Field("to-addresses", normal.address),
        Field("to-ports"),
        Field("time", normal.time_range),
    ),
    rank=3,
    ordered=True,
)
ADDRESS_LIST6 = Kind(
    "/ipv6/firewall/address-list",
    ("list", "address"),
    (Field("list"), Field("address", normal.prefix), _DISABLED, _COMMENT),
    rank=1,
)
FILTER6 = Kind("/ipv6/firewall/filter", (), _FILTER_FIELDS, rank=3, ordered=True)

KINDS = (
    QUEUE_TYPE,
    PPP_PROFILE,
    HOTSPOT_PROFILE,
    ADDRESS_LIST,
    ADDRESS_LIST6,
    MANGLE,
    PPP_SECRET,
    HOTSPOT_USER,
    QUEUE_TREE,
    QUEUE_SIMPLE,
    ARP,
    FILTER,
    FILTER6,
    NAT,
)
# Never managed, only tidied up on request: other systems' pages for single clients. RouterOS lets
# any two rows be alike; of such twins only the first ever counts.
_PAGE = ("src-address", "dst-address", "dst-port", "dst-host", "path", "method", "local-port")
PROXY_ACCESS = Kind(
    "/ip/proxy/access",
    ("comment", *_PAGE, "action", "action-data"),
    (
        *(Field(name) for name in _PAGE),
        Field("action", default="allow"),
        Field("action-data"),
        _DISABLED,
        _COMMENT,
    ),
    rank=0,
)
READ = (*KINDS, PROXY_ACCESS)
BY_PATH = {kind.path: kind for kind in READ}

# (menu, field) that names (menu, field): a row that is named so stays while its namer stays.
REFERENCES: tuple[tuple[tuple[Kind, str], tuple[Kind, str]], ...] = (
    ((PPP_SECRET, "profile"), (PPP_PROFILE, "name")),
    ((HOTSPOT_USER, "profile"), (HOTSPOT_PROFILE, "name")),
    ((ADDRESS_LIST, "list"), (MANGLE, "src-address-list")),
    ((ADDRESS_LIST, "list"), (MANGLE, "dst-address-list")),
    ((MANGLE, "new-packet-mark"), (QUEUE_TREE, "packet-mark")),
    ((QUEUE_TREE, "queue"), (QUEUE_TYPE, "name")),
)
