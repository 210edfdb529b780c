# SPDX-License-Identifier: GPL-3.0-or-later
"""Amounts and dates as banks write them: read by what the map says, or not at all.

Pure. Imports of the project: the payments' dates, models.
"""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from billing.ledger.payments import parse_date
from reconciler.models.paymentmap import DateColumn

_CURRENCY = re.compile(r"[A-Za-z]{0,3}[$€]|[A-Za-z]{3}\b")
_SPACES = re.compile(r"\s")
_MONTHS = (
    "ene jan", "feb fev", "mar", "abr apr", "may mai", "jun", "jul", "ago aug", "sep set",
    "oct out", "nov", "dic dec dez",
)  # fmt: skip
_MONTH = {word: number for number, words in enumerate(_MONTHS, 1) for word in words.split()}
_PARTS = {
    "YYYY": r"(?P<year>\d{4})",
    "YY": r"(?P<short>\d{2})",
    "MMM": r"(?P<name>[^\W\d_]{3,10})\.?",
    "MM": r"(?P<month>\d{1,2})",
    "DD": r"(?P<day>\d{1,2})",
    "HH": r"(?P<hour>\d{1,2})",
    "mm": r"(?P<minute>\d{2})",
    "ss": r"(?P<second>\d{2})",
}
_TOKEN = re.compile("|".join(_PARTS))
_EPOCH = date(1899, 12, 30)  # what a spreadsheet's day 0 is, for days after February 1900


def parse_amount(text: str, decimal: str) -> Decimal | None:
    """`$ 1.350,00`, `(350.00)`, `350.00-` as exact decimals; None for what is no amount.

    Thousands are parted in threes or not at all: what could be read in two ways is not read.
    """
    text = _SPACES.sub(" ", text.replace("\N{MINUS SIGN}", "-")).strip()
    negative = False
    if text.startswith("(") and text.endswith(")"):
        text, negative = text[1:-1].strip(), True
    text = _CURRENCY.sub("", text).replace("'", " ").replace("’", " ").strip()
    if text[:1] in ("-", "+") or text[-1:] in ("-", "+"):
        front = text[:1] in ("-", "+")
        sign, text = (text[0], text[1:]) if front else (text[-1], text[:-1])
        if negative:
            return None
        negative, text = sign == "-", _CURRENCY.sub("", text).strip()
    other = re.escape("." if decimal == "," else ",")
    whole = rf"\d{{1,12}}|\d{{1,3}}(?:{other}\d{{3}})+|\d{{1,3}}(?: \d{{3}})+"
    found = re.fullmatch(rf"({whole})(?:{re.escape(decimal)}(\d{{1,6}}))?", text, re.ASCII)
    if found is None:
        return None
    digits = re.sub(r"\D", "", found[1])
    amount = Decimal(f"{digits}.{found[2] or '0'}")
    return -amount if negative else amount


def parse_moment(text: str, how: DateColumn) -> date | datetime | None:
    """A day, or an instant where a time zone is known; None for what is neither."""
    text = text.strip()
    if how.format == "iso":
        return _iso(text, how.timezone)
    if how.format == "excel":
        serial = re.fullmatch(r"(\d{4,5})(?:[.,]\d+)?", text, re.ASCII)
        return _EPOCH + timedelta(days=int(serial[1])) if serial else parse_date(text)
    found = re.fullmatch(_compiled(how.format), text)
    if found is None:
        return None
    part = found.groupdict()
    month = _MONTH.get(_plain(part["name"])[:3]) if part.get("name") else int(part["month"])
    year = int(part.get("year") or f"20{part.get('short')}")
    try:
        day = date(year, month or 0, int(part["day"]))
        if how.timezone is None or part.get("hour") is None:
            return day
        hour, minute, second = (int(part.get(name) or 0) for name in ("hour", "minute", "second"))
        return datetime.combine(day, time(hour, minute, second), ZoneInfo(how.timezone))
    except ValueError:
        return None


def local_day(moment: date | datetime, zone: ZoneInfo) -> date:
    """The local date of a zone: an evening's payment is not the next day's."""
    return moment.astimezone(zone).date() if isinstance(moment, datetime) else moment


def _iso(text: str, timezone: str | None) -> date | datetime | None:
    day = parse_date(text)
    if day is not None:
        return day
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return moment.replace(tzinfo=ZoneInfo(timezone)) if timezone else moment.date()
    return moment


def _compiled(form: str) -> str:
    """The pattern of a form such as `DD/MM/YYYY HH:mm`."""
    done, end = "", 0
    for token in _TOKEN.finditer(form):
        done += re.escape(form[end : token.start()]) + _PARTS[token[0]]
        end = token.end()
    return done + re.escape(form[end:])


def _plain(text: str | None) -> str:
    return (text or "").casefold()
