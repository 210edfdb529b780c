# SPDX-License-Identifier: GPL-3.0-or-later
"""What a fact says and expects, line by line. Imports nothing of the project.

    > /path/command =name=value ?query .tag=1     sent; neighbours are sent in one go
    < !re =name=value                             expected, with exactly these words
    < !re =name=value ...                         ... or more of them
    < !re !name ...                               without this property
    <* !re ...                                    as many such replies as come, also none
    new                                           from here on a connection without login
    wait 3s                                       time passes

A value may hold `{name}`: where it is known its text, where not it takes what came and is known
from then on. A value between slashes is a regular expression. A word with spaces is quoted,
with \\" for a quote in it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Variables = dict[str, str]
NAME = re.compile(r"\{([a-z][a-z0-9-]*)\}")


class Mismatch(Exception):
    """A reply is not what was expected; the message says which."""


@dataclass(frozen=True)
class Expected:
    words: tuple[str, ...]
    repeated: bool = False

    def __str__(self) -> str:
        return f"<{'*' if self.repeated else ''} {' '.join(self.words)}"


@dataclass(frozen=True)
class Exchange:
    """Requests sent in one go and their replies; `new` and `wait` come before them."""

    requests: tuple[tuple[str, ...], ...]
    replies: tuple[Expected, ...]
    new: bool = False
    wait: float = 0.0


def split(text: str) -> list[str]:
    """The words of a line; a backslash means itself but before a quote inside quotes."""
    found = re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', text)
    return [quoted.replace('\\"', '"') if quoted else bare for quoted, bare in found]


def parse(text: str) -> list[Exchange]:
    """Raises ValueError for a line that is none of the above."""
    found: list[Exchange] = []
    requests: list[tuple[str, ...]] = []
    replies: list[Expected] = []
    new, wait = False, 0.0
    for line in (*text.splitlines(), ""):
        sign, _, rest = line.strip().partition(" ")
        if replies and sign not in ("<", "<*"):
            found.append(Exchange(tuple(requests), tuple(replies), new, wait))
            requests, replies, new, wait = [], [], False, 0.0
        if sign == ">":
            requests.append(tuple(split(rest)))
        elif sign in ("<", "<*"):
            replies.append(Expected(tuple(split(rest)), sign == "<*"))
        elif sign == "new":
            new = True
        elif sign == "wait":
            wait = float(rest.removesuffix("s"))
        elif sign:
            raise ValueError(f"no line of a transcript: {line}")
    if requests:
        raise ValueError("a request without an expected reply")
    return found


def fill(word: str, known: Variables) -> str:
    """Raises KeyError for a name that nothing has made known."""
    return NAME.sub(lambda match: known[match[1]], word)


def match(replies: Sequence[Sequence[str]], expected: Sequence[Expected], known: Variables) -> None:
    """Holds replies against what was expected, each tag for itself; learns names.

    Raises Mismatch.
    """
    tags = list(dict.fromkeys(_tag(reply) for reply in replies))
    wanted = list(dict.fromkeys(_tag(line.words) for line in expected))
    if set(tags) != set(wanted):
        raise Mismatch(f"replies with tags {tags} where {wanted} were expected")
    for tag in wanted:
        _sequence(
            [reply for reply in replies if _tag(reply) == tag],
            [line for line in expected if _tag(line.words) == tag],
            known,
        )


def _tag(words: Sequence[str]) -> str:
    return next((word for word in words if word.startswith(".tag=")), "")


def _sequence(
    replies: Sequence[Sequence[str]], expected: Sequence[Expected], known: Variables
) -> None:
    coming: Iterator[Sequence[str]] = iter(replies)
    reply = next(coming, None)
    for line in expected:
        while line.repeated and reply is not None and _fits(reply, line.words, dict(known)):
            reply = next(coming, None)
        if line.repeated:
            continue
        if reply is None:
            raise Mismatch(f"{line}  did not come")
        if not _fits(reply, line.words, known):
            raise Mismatch(f"{line}  was expected, and this came: {' '.join(reply)}")
        reply = next(coming, None)
    if reply is not None:
        raise Mismatch(f"more came than was expected: {' '.join(reply)}")


def _fits(reply: Sequence[str], pattern: Sequence[str], known: Variables) -> bool:
    if reply[0] != pattern[0]:
        return False
    left = list(reply[1:])
    held = {word[1:].partition("=")[0] for word in left if word[:1] == "="}
    for word in pattern[1:]:
        if word == "...":
            return True
        if word[0] == "!":
            if word[1:] in held:
                return False
            continue
        found = next((one for one in left if _word(one, word, known)), None)
        if found is None:
            return False
        left.remove(found)
    return not left


def _word(seen: str, pattern: str, known: Variables) -> bool:
    name, equals, value = pattern[1:].partition("=")
    head = pattern[0] + name + equals
    if pattern[0] not in "=." or not seen.startswith(head):
        return seen == pattern
    text = seen[len(head) :]
    if len(value) > 1 and value[0] == value[-1] == "/":
        return re.fullmatch(value[1:-1], text, re.DOTALL) is not None
    whole = NAME.fullmatch(value)
    if whole and whole[1] not in known:
        known[whole[1]] = text
        return True
    return text == fill(value, known)
