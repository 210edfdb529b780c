# SPDX-License-Identifier: GPL-3.0-or-later
"""Text in, values out: what each type accepts and what it makes of it; models of value objects."""

from datetime import date, time
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from reconciler.addresses import AddressRange
from reconciler.inventory.rules.plan import bits
from reconciler.models import (
    ConnectionsMode,
    Plan,
    Router,
    TlsAnonymous,
    TlsFingerprint,
    Zone,
    network,
    quantities,
    scalars,
)

ACCEPTED: list[tuple[Any, str, object]] = [
    (quantities.Rate, "512k", 512_000),
    (quantities.Rate, "2.5M", 2_500_000),
    (quantities.Rate, "1G", 1_000_000_000),
    (quantities.Rate, "2500000", 2_500_000),
    (quantities.Seconds, "16s", 16),
    (quantities.Seconds, "1h30m", 5400),
    (quantities.Seconds, "1d", 86_400),
    (quantities.Timeout, "500ms", 0.5),
    (quantities.Money, "350.10", Decimal("350.10")),
    (quantities.Money, "0", Decimal(0)),
    (quantities.Percent, "100", Decimal(100)),
    (quantities.Date, "2024-02-29", date(2024, 2, 29)),
    (quantities.Month, "2026-07", "2026-07"),
    (quantities.TimeOfDay, "9:05", time(9, 5)),
    (quantities.Hours, "18h-24h", (18, 24)),
    (network.Ipv4, "10.20.0.7", IPv4Address("10.20.0.7")),
    (network.Network, "10.20.0.8", IPv4Network("10.20.0.8/32")),
    (network.AddressPool, "10.0.0.0/30", IPv4Network("10.0.0.0/30")),
    (
        network.AddressPool,
        "10.0.0.1 - 10.0.0.9",
        AddressRange(IPv4Address("10.0.0.1"), IPv4Address("10.0.0.9")),
    ),
    (network.Ipv6, "2001:DB8::/48", IPv6Network("2001:db8::/48")),
    (network.Mac, "aa-11-22-33-44-5f", "AA:11:22:33:44:5F"),
    (network.Host, "2001:DB8:0::1", "2001:db8::1"),
    (network.Host, "rb-norte.example.com", "rb-norte.example.com"),
    (network.Allowed, "203.0.113.7", IPv4Address("203.0.113.7")),
    (network.Allowed, "203.0.113.0/24", IPv4Network("203.0.113.0/24")),
    (network.Allowed, "2001:db8::1", IPv6Address("2001:db8::1")),
    (network.Allowed, "pagos.example.com", "pagos.example.com"),
    (scalars.Bool, "true", True),
    (scalars.Label, "no", "no"),
    (scalars.Label, 'ñandú "x" \\', 'ñandú "x" \\'),
    (scalars.Charset, "windows-1252", "windows-1252"),
    (scalars.TimeZone, "America/Mexico_City", "America/Mexico_City"),
    (scalars.Day, "31", 31),
]


@pytest.mark.parametrize(("kind", "text", "value"), ACCEPTED)
def test_accepted_as_text_and_as_its_own_value(kind: Any, text: str, value: object) -> None:
    adapter = TypeAdapter(kind)
    made = adapter.validate_python(text)
    assert made == value
    assert type(made) is type(value)
    assert adapter.validate_python(made) == made


REFUSED: list[tuple[Any, tuple[str, ...]]] = [
    (quantities.Rate, ("", "0", "-1M", "10m", "10K", "1.M", "1e6", "10 M", "1,5M", "1001G", "٣M")),
    (quantities.Seconds, ("", "10", "0s", "1.5s", "500ms", "400d", "s", "1h 30m")),
    (quantities.Money, ("", "-1", "1,000", "1e3", "NaN", "Infinity", ".5", "5.", "1" * 13, "1_0")),
    (quantities.Percent, ("100.01", "-1")),
    (quantities.Date, ("2026-02-30", "20260620", "2026-W01-1", "26-06-20", "2026-6-2", "today")),
    (quantities.Hours, ("21h-18h", "18h-18h", "18-21", "18h-25h")),
    (network.Ipv4, ("10.20.0", "010.0.0.1", "10.0.0.1/32", "::1", "")),
    (network.Network, ("10.0.0.1/24", "10.0.0.0/33")),
    (network.AddressPool, ("10.0.0.9-10.0.0.1", "10.0.0.1-", "-")),
    (network.Mac, ("02:11:22:33:44", "01:00:5E:00:00:01", "00:00:00:00:00:00", "x")),
    (network.Host, ("", "a b", "-a", "a..b", "10.0.0.300", "a" * 64, "host;rm")),
    (scalars.Id, ("", "A", "-a", "a_b", "a" * 64, "ñ", "a\n")),
    (scalars.Bool, ("yes", "no", "1", "on", "")),
    (scalars.Label, ("", "a\nb", "\x1b[0m", "a\u202eb", "[rc:x/y]", "a" * 121, "\ud800")),
    (scalars.Charset, ("utf-16", "rot13", "base64", "nope", "")),
    (scalars.TimeZone, ("", "America", "../etc/passwd", "/etc/passwd", "Mars/Olympus")),
    (scalars.Day, ("0", "32", "1.0", "+1", " 1", "1_0", "9" * 30)),
]


@pytest.mark.parametrize(("kind", "text"), [(kind, t) for kind, texts in REFUSED for t in texts])
def test_refused(kind: Any, text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(text)


@given(st.integers(1, 10**12))
def test_a_rate_as_it_is_shown_is_the_same_rate(rate: int) -> None:
    adapter = TypeAdapter(quantities.Rate)
    assert adapter.validate_python(bits(rate)) == rate


def router(**more: object) -> Router:
    base = {"id": "r", "host": "10.0.0.1", "username": "u", "password": {"env": "P"}}
    return Router.model_validate({**base, **more})


def test_port_follows_tls_unless_it_is_said() -> None:
    assert router().port == 8729
    assert router(tls="true").port == 8729
    assert router(tls="false").port == 8728
    assert router(tls="FALSE").port == 8728
    assert router(tls="false", port="9000").port == 9000
    assert router(tls={"anonymous": "true"}).port == 8729


def test_tls_and_connections_take_a_word_or_a_mapping() -> None:
    pinned = router(tls={"fingerprint": "SHA256:" + "AB:" * 31 + "CD"}).tls
    assert isinstance(pinned, TlsFingerprint)
    assert pinned.digest == "ab" * 31 + "cd"
    assert router(tls={"anonymous": "true"}).tls == TlsAnonymous(anonymous=True)
    assert router(connections="never").connections.mode is ConnectionsMode.NEVER
    limited = router(connections={"max": "7"}).connections
    assert (limited.mode, limited.maximum) == (ConnectionsMode.AUTO, 7)


@pytest.mark.parametrize(
    ("more", "profile", "list_"),
    [
        ({"mode": "pppoe"}, "p", "rc-plan-p"),
        ({"mode": "hotspot"}, "rc-p", "rc-plan-p"),
        ({"mode": "hotspot", "profile": "x"}, "x", "rc-plan-p"),
        ({"mode": "pcq", "list": "Plan 10"}, "p", "Plan 10"),
    ],
)
def test_names_of_plans_on_routers(more: dict[str, str], profile: str, list_: str) -> None:
    plan = Plan.model_validate({"id": "p", **more})
    assert (plan.profile_name, plan.list_name) == (profile, list_)


def test_billing_defaults() -> None:
    said = {"issue_day": "25", "due_day": "1", "cut_day": "5"}
    billing = Zone.model_validate({"id": "z", "router": "r", "billing": said}).billing
    assert billing is not None
    assert (billing.timing, billing.grace_days, billing.cut_time) == ("prepaid", 0, time(10))
    assert (billing.first_invoice.charge, billing.first_invoice.due_days) == ("prorated", 5)
    assert (len(billing.cut_weekdays), billing.min_debt) == (7, Decimal(0))
    assert billing.holidays == ()
    assert (billing.proration, billing.suspended_time) == ("actual", "bill_full")
    assert (billing.late_fee, billing.reconnection_fee, billing.notice_day) == (None, None, None)


def test_models_are_frozen() -> None:
    plan = Plan.model_validate({"id": "p", "mode": "pppoe"})
    with pytest.raises(ValidationError):
        plan.id = "q"  # type: ignore[misc]
