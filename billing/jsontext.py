# SPDX-License-Identifier: GPL-3.0-or-later
"""Plain data as indented JSON, to the byte as `json.dumps(data, indent=1, ensure_ascii=False)`.

That writes each bracket by itself, and takes several times as long for many rows. Pure. Imports
nothing of the project.
"""

import json
from collections.abc import Sequence
from functools import lru_cache
from json.encoder import encode_basestring as quoted

_END = "\n"


def json_text(value: object, end: str = _END) -> str:
    """The text; `end`: the line end and the blanks that the value's own last line begins with."""
    kind = type(value)
    if kind is str:
        return quoted(value)  # type: ignore[arg-type]
    if value is None:
        return "null"
    if isinstance(value, dict) and value:
        inner = end + " "
        cells = [
            quoted(one) if type(one) is str else json_text(one, inner) for one in value.values()
        ]
        return _frame(tuple(value), end) % tuple(cells)
    if isinstance(value, list | tuple) and value:
        inner = end + " "
        return f"[{inner}{f',{inner}'.join([json_text(one, inner) for one in value])}{end}]"
    return json.dumps(value)


@lru_cache(maxsize=1024)
def _frame(keys: tuple[str, ...], end: str) -> str:
    """An object with these keys and a `%s` for the text of each value: many have the same keys."""
    inner = end + " "
    cells = [f"{quoted(key).replace('%', '%%')}: %s" for key in keys]
    return f"{{{inner}{f',{inner}'.join(cells)}{end}}}"


def items_text(items: Sequence[object]) -> str:
    """The items of a list without its brackets, so that lists can be put together of parts."""
    inner = _END + " "
    return f",{inner}".join([json_text(one, inner) for one in items])


def list_text(parts: Sequence[str]) -> list[str]:
    """The pieces of the text of a list whose items were written in parts."""
    full = [one for one in parts if one]
    if not full:
        return ["[]"]
    pieces = [f"{',' if index else '['}{_END} {one}" for index, one in enumerate(full)]
    return [*pieces, f"{_END}]"]
