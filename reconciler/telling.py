# SPDX-License-Identifier: GPL-3.0-or-later
"""Effects on clients as sentences: `Ana López: 10M to 20M, session drops`. Pure.

Nothing is escaped here: who prints escapes. Imports effects, wording.
"""

from collections.abc import Iterable, Sequence

from reconciler.effects import Deed, Effect
from reconciler.wording import counted, listing

# How one client is spoken of, and several; of speeds and changes the details say more.
_SENTENCES = {
    Deed.LOST: ("is in no file and loses all rows", "clients are in no file and lose all rows"),
    Deed.CUT: ("is cut", "clients are cut"),
    Deed.RESTORED: ("is connected again", "clients are connected again"),
    Deed.MOVED: ("moves", "move"),
    Deed.NEW: ("is new", "clients are new"),
    Deed.CANCELLED: ("is cancelled", "clients are cancelled"),
    Deed.FORGOTTEN: ("is managed no more", "clients are managed no more"),
    Deed.ADOPTED: ("is taken over", "clients are taken over"),
    Deed.LABEL: ("gets a new label", "clients get new labels"),
    Deed.SPEED: ("gets another speed", "clients get another speed"),
    Deed.CHANGED: ("is changed", "clients are changed otherwise"),
}
# A deed in a word or two.
WORDS = {
    Deed.LOST: "loses all rows",
    Deed.CUT: "cut",
    Deed.RESTORED: "connected again",
    Deed.MOVED: "moves",
    Deed.NEW: "new",
    Deed.CANCELLED: "cancelled",
    Deed.FORGOTTEN: "managed no more",
    Deed.ADOPTED: "taken over",
    Deed.LABEL: "new label",
    Deed.SPEED: "another speed",
    Deed.CHANGED: "changed otherwise",
}
# Of these the details go on with the sentence.
_GOES_ON = (Deed.MOVED, Deed.CANCELLED)
# Of these, who has the same details is told of together.
_ALIKE = (Deed.MOVED, Deed.SPEED, Deed.LABEL)
_MOST = 20


def sentences(effects: Iterable[Effect]) -> list[str]:
    """`Ana López: 10M to 20M, session drops`, `3 clients are cut, owe since …: Ana López, …`."""
    groups: dict[tuple[Deed, str], list[Effect]] = {}
    for one in effects:
        groups.setdefault((one.deed, _kin(one)), []).append(one)
    return [_of_one(ones[0]) if len(ones) == 1 else _of_several(ones) for ones in groups.values()]


def _kin(one: Effect) -> str:
    """What those have in common who are told of in one sentence."""
    if one.deed is Deed.CHANGED:
        return one.mark
    return one.words if one.deed in _ALIKE else ""


def told(effect: Effect) -> str:
    """What happens, without the name: `cut, owes since 2026-11-05`, `10M to 20M`."""
    word = "" if effect.deed in (Deed.SPEED, Deed.CHANGED) else WORDS[effect.deed]
    between = " " if effect.deed in _GOES_ON else ", "
    return between.join(part for part in (word, effect.words) if part)


def headline(ones: Sequence[Effect]) -> str:
    """Effects of one deed without the names: `3 clients are cut, 2 sessions drop`."""
    one, several = _SENTENCES[ones[0].deed]
    said = f"1 client {one}" if len(ones) == 1 else f"{len(ones)} {several}"
    return said + _endings(ones)


def consequence(one: Effect) -> str:
    """What becomes of the sessions of one: `session drops`; empty where nothing does."""
    return _endings([one]).removeprefix(", ")


def _of_one(one: Effect) -> str:
    if one.deed in (Deed.SPEED, Deed.CHANGED):
        return f"{one.name}: {one.words}{_endings([one])}"
    said = f"{one.name} {_SENTENCES[one.deed][0]}"
    if one.deed in _GOES_ON:
        return f"{said} {one.words}".rstrip() + _endings([one])
    return said + (f": {one.words}" if one.words else "") + _endings([one])


def _of_several(ones: Sequence[Effect]) -> str:
    deed, words = ones[0].deed, ones[0].words
    names = [one.name for one in ones]
    if deed in _ALIKE:
        said = f"{_SENTENCES[deed][1]} {words}".rstrip() if deed is not Deed.SPEED else "clients"
        head = f"{len(ones)} {said}" + (f": {words}" if deed is Deed.SPEED else "")
        return f"{head}{_endings(ones)}: {listing(names, _MOST)}"
    said = f"{len(ones)} {_SENTENCES[deed][1]}"
    if words and all(one.words == words for one in ones):
        return f"{said}, {_of_all(words)}{_endings(ones)}: {listing(names, _MOST)}"
    names = [one.name + (f" ({one.words})" if one.words else "") for one in ones]
    return f"{said}{_endings(ones)}: {listing(names, _MOST)}"


def _of_all(words: str) -> str:
    """What is said of one, said of several: `owe since 2026-11-05`, `are in no file`."""
    verb, _, rest = words.partition(" ")
    return f"{_PLURALS.get(verb, verb)} {rest}".rstrip()


_PLURALS = {"owes": "owe", "is": "are"}


def _endings(ones: Sequence[Effect]) -> str:
    drops, waits = sum(one.drops for one in ones), sum(one.waits for one in ones)
    said = ""
    if drops:
        alone = len(ones) == drops == 1
        said += ", session drops" if alone else f", {counted(drops, 'session')} drop"
    if waits:
        said += ", from the next login on"
    return said
