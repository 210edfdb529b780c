# SPDX-License-Identifier: GPL-3.0-or-later
"""Rates, times and sizes. May import kinds.base only.

Rates: k, M, G count by 1000 and the API prints whole numbers (recorded: 25M prints 25000000,
and an export holds 25M, 10137k). Times print compactly, `1w2d3h4m5s`, in both majors.
"""

import re

from reconciler.emulator.kinds.base import Shaped

RATE = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9}
UNITS = (("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000))
TIME = re.compile(
    r"(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?"
)
CLOCK = re.compile(r"(?:(\d+)w)?(?:(\d+)d)?(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?")


def read_rate(text: str) -> str | None:
    match = re.fullmatch(r"(\d{1,18})([kKMG]?)", text)
    return str(int(match[1]) * RATE[match[2]]) if match else None


def export_rate(value: str) -> str:
    """The largest unit that divides it, as exports show it; anything else as it is."""
    if not value.isdecimal() or value == "0":
        return value
    number = int(value)
    for unit in ("G", "M", "k"):
        if number % RATE[unit] == 0:
            return f"{number // RATE[unit]}{unit}"
    return value


def milliseconds(text: str) -> int | None:
    """A time in any spelling RouterOS takes: `10s`, `1w2d`, `00:10:00`, `1d02:00:00`, `90`."""
    if text.isdecimal():
        return int(text) * 1000
    if match := CLOCK.fullmatch(text):
        weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[:5])
        total = (((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds
        return total * 1000 + int((match[6] or "0").ljust(3, "0"))
    match = TIME.fullmatch(text)
    if not text or match is None:
        return None
    whole = sum(
        round(float(part) * size)
        for part, (_, size) in zip(match.groups(), UNITS, strict=False)
        if part
    )
    return whole + int(match[6] or 0)


def format_time(total: int) -> str:
    """Milliseconds as the API prints them: `1w2d3h4m5s`, `100ms`, `0s`."""
    parts = []
    for unit, size in UNITS:
        count, total = divmod(total, size)
        if count:
            parts.append(f"{count}{unit}")
    if total:
        parts.append(f"{total}ms")
    return "".join(parts) or "0s"


def read_time(text: str) -> str | None:
    value = milliseconds(text)
    return None if value is None else format_time(value)


def read_kib(text: str) -> str | None:
    """A size whose plain number counts KiB: 50, 50KiB and 0.05MiB-free spellings only."""
    match = re.fullmatch(r"(\d{1,12})(KiB|MiB|GiB)?", text)
    if match is None:
        return None
    return str(int(match[1]) * {"KiB": 1, "MiB": 1024, "GiB": 1024**2}[match[2] or "KiB"])


RATE_KIND = Shaped(read_rate, export_rate)
TIME_KIND = Shaped(read_time)
KIB_KIND = Shaped(read_kib, lambda value: f"{value}KiB" if value.isdecimal() else value)
