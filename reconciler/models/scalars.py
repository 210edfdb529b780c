# SPDX-License-Identifier: GPL-3.0-or-later
"""Types of single values: the text of a YAML scalar in, a Python value out, and its JSON Schema.

Every function takes the text that a file holds, or the value itself when a model is built in code,
and says in a few words what is wrong (`wrong`). Imports nothing of the project.
"""

import codecs
import re
from collections.abc import Callable
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
# Characters that reorder or hide what a reader sees, which a diff in a review must not contain.
_DECEIVING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_DECEIVING_IN_LONG = re.compile(_DECEIVING.pattern.replace("\x00-\x1f", "\x00-\x08\x0b-\x1f"))


def wrong(what: str, hint: str | None = None) -> PydanticCustomError:
    """A value that is not as promised: `what` completes the sentence "`field` VALUE …"."""
    escaped = what.replace("{", "{{").replace("}", "}}")
    return PydanticCustomError("wrong", escaped, {"what": what, "hint": hint})


def must_be_text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise wrong("must be a single value, not a mapping or a list")


def text(limit: int, *, lines: bool = False, label: bool = False) -> Callable[[object], str]:
    """Text without control characters; `label`: it ends up before a mark in a router's comment."""
    deceiving = _DECEIVING_IN_LONG if lines else _DECEIVING

    def check(value: object) -> str:
        value = must_be_text(value)
        if not value:
            raise wrong("is empty", "Write a text or leave the key out")
        if len(value) > limit:
            raise wrong(f"is {len(value)} characters long", f"At most {limit} are allowed")
        if not value.isprintable() and (found := deceiving.search(value)):
            raise wrong(
                f"holds the control character U+{ord(found.group()):04X}", "Take it out of the text"
            )
        if label and "[rc:" in value:
            raise wrong("holds `[rc:`", "That begins the marks by which rows on routers are owned")
        return value

    return check


def _id(value: object) -> str:
    value = must_be_text(value)
    if not _ID.fullmatch(value):
        raise wrong(
            "is not an id",
            "An id has 1 to 63 of a-z, 0-9 and -, and begins with a letter or a digit",
        )
    return value


def _bool(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in ("true", "True", "TRUE"):
        return True
    if isinstance(value, str) and value in ("false", "False", "FALSE"):
        return False
    raise wrong("is neither true nor false", "Write true or false")


def whole(least: int, most: int) -> Callable[[object], int]:
    """A whole number within bounds, both included."""

    def parse(value: object) -> int:
        if isinstance(value, int) and not isinstance(value, bool):
            number = value
        elif re.fullmatch(r"-?[0-9]{1,18}", must_be_text(value)):
            number = int(str(value))
        else:
            raise wrong("is not a whole number", f"Write one from {least} to {most}")
        if not least <= number <= most:
            raise wrong("is out of range", f"Write a whole number from {least} to {most}")
        return number

    return parse


def _timezone(value: object) -> str:
    value = must_be_text(value)
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise wrong("is not a time zone", "Write a name such as America/Mexico_City") from error
    return value


def _charset(value: object) -> str:
    value = must_be_text(value)
    try:
        if b"A=1".decode(value) == "A=1" == codecs.encode("A=1", value).decode("ascii"):
            return value
    except (LookupError, ValueError, TypeError, UnicodeError, AttributeError):
        pass
    raise wrong("is no character set that holds ASCII", "Write utf-8, windows-1252 or the like")


def shape(pattern: str, what: str, example: str) -> Callable[[object], str]:
    """A text of a fixed form."""
    compiled = re.compile(pattern)

    def check(value: object) -> str:
        value = must_be_text(value)
        if not compiled.fullmatch(value):
            raise wrong(f"is not {what}", f"Write it as {example}")
        return value

    return check


def text_schema(pattern: str | None = None, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", **({"pattern": pattern} if pattern else {}), **more})


def loose_schema(pattern: str | None = None, **more: Any) -> WithJsonSchema:
    """For an editor's YAML 1.2, where `350.00` without quotes is a number and `123` no text."""
    kinds = ["string", "number"] if pattern else ["string", "number", "boolean"]
    return WithJsonSchema({"type": kinds, **({"pattern": pattern} if pattern else {}), **more})


def whole_schema(least: int, most: int) -> WithJsonSchema:
    return WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": least, "maximum": most},
                {"type": "string", "pattern": "^-?[0-9]+$"},
            ]
        }
    )


Id = Annotated[str, BeforeValidator(_id), loose_schema(r"^[a-z0-9][a-z0-9-]{0,62}$")]
Text = Annotated[str, BeforeValidator(text(500)), loose_schema(maxLength=500)]
LongText = Annotated[str, BeforeValidator(text(20_000, lines=True)), loose_schema(maxLength=20_000)]
Label = Annotated[str, BeforeValidator(text(120, label=True)), loose_schema(maxLength=120)]
RouterName = Label
Bool = Annotated[bool, BeforeValidator(_bool), WithJsonSchema({"type": "boolean"})]
TimeZone = Annotated[str, BeforeValidator(_timezone), text_schema(minLength=1)]
Charset = Annotated[str, BeforeValidator(_charset), text_schema(minLength=1)]
Day = Annotated[int, BeforeValidator(whole(1, 31)), whole_schema(1, 31)]
Port = Annotated[int, BeforeValidator(whole(1, 65535)), whole_schema(1, 65535)]
Priority = Annotated[int, BeforeValidator(whole(1, 8)), whole_schema(1, 8)]
Count = Annotated[int, BeforeValidator(whole(0, 1_000_000)), whole_schema(0, 1_000_000)]
Positive = Annotated[int, BeforeValidator(whole(1, 1_000_000)), whole_schema(1, 1_000_000)]
WholePercent = Annotated[int, BeforeValidator(whole(0, 100)), whole_schema(0, 100)]
GraceDays = Annotated[int, BeforeValidator(whole(0, 366)), whole_schema(0, 366)]
Instalments = Annotated[int, BeforeValidator(whole(2, 24)), whole_schema(2, 24)]
Pipeline = Annotated[int, BeforeValidator(whole(1, 1024)), whole_schema(1, 1024)]
