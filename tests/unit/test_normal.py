# SPDX-License-Identifier: GPL-3.0-or-later
"""Canonical text: what equals what on RouterOS, and the two laws that every form keeps."""

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler import normal
from reconciler.kinds import BY_PATH, Field, Kind
from reconciler.marks import mark_in, with_mark, without_mark
from reconciler.normal import Canon

PAIRS = normal.pair(normal.rate)

TABLE: list[tuple[Canon, str, str]] = [
    (normal.flag, "yes", "true"),
    (normal.flag, "no", "false"),
    (normal.flag, "", "false"),
    (normal.flag, "true", "true"),
    (normal.flag, "maybe", "maybe"),
    (normal.rate, "10M", "10000000"),
    (normal.rate, "2.5M", "2500000"),
    (normal.rate, "0.5k", "500"),
    (normal.rate, "1G", "1000000000"),
    (normal.rate, "512k", "512000"),
    (normal.rate, "512K", "512000"),
    (normal.rate, "10Mbps", "10000000"),
    (normal.rate, "0010", "10"),
    (normal.rate, "unlimited", "0"),
    (normal.rate, "0", "0"),
    (normal.rate, "10 M", "10 M"),
    (normal.rate, "-5M", "-5M"),
    (PAIRS, "2M/10M", "2000000/10000000"),
    (PAIRS, "2M", "2000000/2000000"),
    (PAIRS, "0/0", "0/0"),
    (PAIRS, "unlimited/10M", "0/10000000"),
    (PAIRS, "", ""),
    (normal.size, "50KiB", "50"),
    (normal.size, "2000", "2000"),
    (normal.size, "2MiB", "2MiB"),
    (normal.number, "08", "8"),
    (normal.number, "٣", "٣"),
    (normal.duration, "16s", "16s"),
    (normal.duration, "00:00:16", "16s"),
    (normal.duration, "16", "16s"),
    (normal.duration, "1d00:00:00", "1d"),
    (normal.duration, "90s", "1m30s"),
    (normal.duration, "25h", "1d1h"),
    (normal.duration, "1w2d3h4m5s", "1w2d3h4m5s"),
    (normal.duration, "0s", "0s"),
    (normal.duration, "none", "none"),
    (normal.duration, "", ""),
    (normal.address, "10.20.0.7/32", "10.20.0.7"),
    (normal.address, "10.20.0.0/24", "10.20.0.0/24"),
    (normal.address, "10.20.0.9/24", "10.20.0.0/24"),
    (normal.address, "10.20.0.0-10.20.0.255", "10.20.0.0/24"),
    (normal.address, "10.20.0.7-10.20.0.7", "10.20.0.7"),
    (normal.address, "10.20.0.5-10.20.0.9", "10.20.0.5-10.20.0.9"),
    (normal.address, "10.20.0.9-10.20.0.5", "10.20.0.9-10.20.0.5"),
    (normal.address, "Pagos.Example.MX", "pagos.example.mx"),
    (normal.address, "2001:DB8::0:1/128", "2001:db8::1"),
    (normal.prefix, "2001:db8::1", "2001:db8::1/128"),
    (normal.prefix, "10.20.0.7", "10.20.0.7/32"),
    (normal.targets, "10.20.0.9,10.20.0.7", "10.20.0.7/32,10.20.0.9/32"),
    (normal.targets, "10.20.0.100/32,10.20.0.9/32", "10.20.0.9/32,10.20.0.100/32"),
    (normal.targets, "ether5,10.20.0.9", "ether5,10.20.0.9/32"),
    (normal.targets, "10.20.0.9,10.20.0.9/32", "10.20.0.9/32"),
    (normal.targets, "", ""),
    (normal.names, "src-address,dst-address", "dst-address,src-address"),
    (normal.mac, "02-11-22-aa-bb-cc", "02:11:22:AA:BB:CC"),
    (normal.mac, "radius", "radius"),
    (normal.rate_limit, "2M/10M", "2000000/10000000"),
    (normal.rate_limit, "2M", "2000000/2000000"),
    (normal.rate_limit, "2M/10M 0/0 0/0 0/0 8 2M/10M", "2000000/10000000"),
    (
        normal.rate_limit,
        "2M/10M 3M/15M",
        "2000000/10000000 3000000/15000000 2000000/10000000 1s/1s",
    ),
    (
        normal.rate_limit,
        "2M/10M 3M/15M 1500k/8M 00:00:16/16 8",
        "2000000/10000000 3000000/15000000 1500000/8000000 16s/16s",
    ),
    (
        normal.rate_limit,
        "2M/10M 0/0 0/0 0/0 6 512k/2M",
        "2000000/10000000 0/0 0/0 0s/0s 6 512000/2000000",
    ),
    (normal.rate_limit, "", ""),
    (normal.rate_limit, "what is this", "what is this"),
    (
        normal.time_range,
        "18h-21h,sun,mon,tue,wed,thu,fri,sat",
        "18h-21h,sun,mon,tue,wed,thu,fri,sat",
    ),
    (normal.time_range, "18:00:00-21:00:00,mon,sun", "18h-21h,sun,mon"),
    (normal.time_range, "always", "always"),
]

FORMS: list[Canon] = list(dict.fromkeys(canon for canon, _, _ in TABLE))
FIELDS = [(kind, field) for kind in BY_PATH.values() for field in kind.fields]

# Text that is nearly a value finds more than text at random.
CRUMBS = st.lists(
    st.sampled_from(
        [
            *"0 1 9 10 255 . / , - : s m h d w k M G K bps KiB yes no true none unlimited".split(),
            *"10.20.0.7 /32 /24 2001:db8::1 ether1 sun mon 00:00:16 02:11:22:AA:BB:CC ٣ ²".split(),
            *(" ", "/0", "8", "2M/10M "),
        ]
    ),
    max_size=14,
).map("".join)
ANYTHING = st.one_of(CRUMBS, st.text(alphabet=st.characters(), max_size=40))


@pytest.mark.parametrize(("canon", "value", "expected"), TABLE)
def test_canonical_text(canon: Canon, value: str, expected: str) -> None:
    assert canon(value) == expected


@given(value=ANYTHING)
def test_every_form_is_total_and_idempotent(value: str) -> None:
    for canon in FORMS:
        once = canon(value)
        assert canon(once) == once


@given(value=st.none() | ANYTHING)
def test_every_field_is_total_and_idempotent(value: str | None) -> None:
    for _, field in FIELDS:
        once = field.canonical(value)
        assert field.canonical(once) == once


@pytest.mark.parametrize(("kind", "field"), FIELDS, ids=lambda part: getattr(part, "name", ""))
def test_a_default_is_canonical_and_clearing_gives_it(kind: Kind, field: Field) -> None:
    assert field.canonical(field.default) == field.default, kind.path
    if field.clear is not None:
        assert field.canonical(field.clear) == field.default, kind.path


@given(bits=st.integers(0, 10**13))
def test_a_rate_survives_its_short_form(bits: int) -> None:
    assert normal.rate(normal.format_rate(bits)) == str(bits)


@given(total=st.integers(0, 10**9))
def test_seconds_survive_their_compact_form(total: int) -> None:
    assert normal.seconds(normal.format_seconds(total)) == total


@given(
    st.lists(st.ip_addresses(v=4).map(str), max_size=6).flatmap(
        lambda hosts: st.tuples(st.just(hosts), st.permutations(hosts))
    )
)
def test_the_order_of_targets_has_no_meaning(pair: tuple[list[str], list[str]]) -> None:
    hosts, shuffled = pair
    assert normal.targets(",".join(hosts)) == normal.targets(",".join(shuffled))


@given(host=st.ip_addresses(v=4) | st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){3}", fullmatch=True))
def test_a_host_is_spelled_as_the_library_spells_it(host: object) -> None:
    try:
        expected = str(IPv4Address(str(host)))
    except ValueError:
        assert normal.address(str(host)) == normal.prefix(str(host)) == str(host)
        return
    for text in (str(host), f"{host}/32"):
        assert normal.address(text) == expected
        assert normal.prefix(text) == normal.targets(text) == f"{expected}/32"


LABELS = st.text(st.characters(codec="utf-8", exclude_characters="[]"), max_size=20)


@given(label=LABELS.map(str.strip), mark=st.from_regex(r"[a-z0-9][a-z0-9/-]{0,20}", fullmatch=True))
def test_a_mark_comes_off_as_it_went_on(label: str, mark: str) -> None:
    comment = with_mark(label, mark)
    assert without_mark(comment) == label
    for kind in BY_PATH.values():
        if kind.commented:
            assert kind.mark_of({".id": "*1", "comment": comment}) == mark
            assert kind.mark_of({".id": "*1", "comment": comment, "dynamic": "true"}) is None
            assert kind.mark_of({".id": "*1", "comment": comment + "."}) is None


@pytest.mark.parametrize(
    ("comment", "mark"),
    [
        ("[rc:ana/internet]", "ana/internet"),
        ("[vip] Ana [rc:ana/internet]", "ana/internet"),
        ("[rc:old/one] [rc:ana/internet]", "ana/internet"),
        ("Ana [rc:[rc:ana/internet]", "ana/internet"),
        ("Ana [rc:ana]/internet]", None),
        ("Ana [rc:ana[1]]", None),
        ("Ana [rc:]", None),
        ("Ana rc:ana/internet]", None),
        ("Ana [rc:ana/internet", None),
        ("", None),
    ],
)
def test_a_mark_stands_at_the_end_of_a_comment(comment: str, mark: str | None) -> None:
    assert mark_in(comment) == mark
