# SPDX-License-Identifier: GPL-3.0-or-later
"""Plain values to YAML text that the strict reader, and any other reader, reads back the same.

A text that another YAML reader would take for a number, a truth value or nothing is quoted, since
people, editors and scripts read the files too. Pure. Imports nothing of the project.
"""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any

import yaml

WIDTH = 100
STEP = 2

# Keys whose whole numbers and truth values the examples and schemas write without quotes.
_PLAIN_KEYS = frozenset(
    "port timeout pipeline hours max tls anonymous block_rules ipv6_block priority shared_users"
    " issue_day notice_day due_day cut_day grace_days due_days included format derived manage"
    " own_profile recharge late_fee reconnection_fee count quantity location allow_plain removals"
    " removals_percent changes_percent cuts_percent sessions proration".split()
)
_AMBIGUOUS = frozenset("y n yes no on off true false null ~ = << .inf -.inf +.inf .nan".split())
_LEADING = frozenset("-?:,[]{}#&*!|>'\"%@`+ ")
_ANYWHERE = frozenset(":#\\")
_IN_FLOW = frozenset(",[]{}")
_WORD = re.compile(r"[a-z][a-z0-9_]*")
_RESOLVER = yaml.resolver.Resolver()
_TEXT_TAGS = ("tag:yaml.org,2002:str", "tag:yaml.org,2002:timestamp")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def text_of(value: object) -> str:
    """The text of a scalar: `true`, `10`, `10.20.0.7`, `2026-11-05`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value.value) if isinstance(value, Enum) else str(value)


def scalar(value: object, key: str = "", *, flow: bool = True) -> str:
    """One value on one line. `key`: under which it stands; `flow`: inside `[…]` or `{…}`."""
    text = text_of(value)
    if key in _PLAIN_KEYS and _is_number_or_flag(text):
        return text
    return text if _is_plain(text, flow) else quoted(text)


def quoted(text: str, *, double: bool = False) -> str:
    """In double quotes, or in single ones where that spares the escapes and `double` is not set."""
    if not double and text.isprintable() and ('"' in text or "\\" in text):
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_escaped(character) for character in text) + '"'


def flow(value: object, key: str = "") -> str:
    """A value of any depth on one line: `{username: admin, ports: [1, 2]}`."""
    if isinstance(value, Mapping):
        inner = (f"{_key(name)}: {flow(part, name)}" for name, part in _present(value))
        return "{" + ", ".join(inner) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(part, key) for part in value) + "]"
    return scalar(value, key)


def entry(key: str, value: object, indent: int) -> list[str]:
    """The lines of `key: value` at an indentation; on one line where it fits and reads well."""
    pad = " " * indent
    name = _key(key)
    if isinstance(value, str) and _is_literal(value):
        body = value.removesuffix("\n").split("\n")
        mark = "|" if value.endswith("\n") else "|-"
        inner = pad + " " * STEP
        return [f"{pad}{name}: {mark}", *(inner + line if line else "" for line in body)]
    if not isinstance(value, Mapping | list | tuple):
        return [f"{pad}{name}: {scalar(value, key, flow=False)}"]
    line = f"{pad}{name}: {flow(value, key)}"
    if not value or (len(line) <= WIDTH and not _wants_block(key, value)):
        return [line]
    if isinstance(value, Mapping):
        return [f"{pad}{name}:", *block(value, indent + STEP)]
    lines = [f"{pad}{name}:"]
    for one in value:
        lines += item(one, indent + STEP, key)
    return lines


def block(value: Mapping[str, Any], indent: int) -> list[str]:
    """The lines of a mapping, a key each."""
    return [line for key, part in _present(value) for line in entry(key, part, indent)]


def item(value: object, indent: int, key: str = "") -> list[str]:
    """The lines of one `- …` of a list, whose dash stands at `indent`."""
    pad = " " * indent
    if isinstance(value, Mapping) and _present(value):
        line = f"{pad}- {flow(value)}"
        if key == "services" or len(line) > WIDTH or _has_literal(value):
            lines = block(value, indent + STEP)
            return [f"{pad}- {lines[0].lstrip(' ')}", *lines[1:]]
        return [line]
    return [f"{pad}- {flow(value, key)}"]


def _key(name: str) -> str:
    """A key, which any reader of the files takes for a word, `on` too."""
    return name if _WORD.fullmatch(name) else scalar(name)


def _wants_block(key: str, value: object) -> bool:
    return key in ("services", "history", "billing", "items") or _has_literal(value)


def _has_literal(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(_has_literal(part) for part in value.values())
    if isinstance(value, list | tuple):
        return False
    return isinstance(value, str) and _is_literal(value)


def _is_literal(text: str) -> bool:
    """Whether a text of several lines can stand as it is below `|`, which keeps it readable."""
    lines = text.removesuffix("\n").split("\n")
    return (
        len(lines) > 1
        and all(line.isprintable() and line == line.rstrip() for line in lines)
        and bool(lines[0] and lines[-1])
        and not lines[0].startswith(" ")
    )


def _present(value: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(key, part) for key, part in value.items() if part is not None]


def _is_number_or_flag(text: str) -> bool:
    if text in ("true", "false"):
        return True
    return text.isascii() and text.removeprefix("-").replace(".", "", 1).isdigit()


def _is_plain(text: str, flow: bool) -> bool:
    if not text or text[0] in _LEADING or text[-1] == " " or not text.isprintable():
        return False
    if not _ANYWHERE.isdisjoint(text) or (flow and not _IN_FLOW.isdisjoint(text)):
        return False
    if text.lower() in _AMBIGUOUS or _is_number(text):
        return False
    tag = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    return tag in _TEXT_TAGS and text != "..."


def _is_number(text: str) -> bool:
    """Whether any YAML reader might see a number, `0o17` and `1e3` of YAML 1.2 included."""
    if text.lower().startswith(("0o", "0x", "0b")):
        return True
    try:
        float(text)
    except ValueError:
        return False
    return True


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02X}"
    return f"\\u{number:04X}" if number < 0x10000 else f"\\U{number:08X}"
