# SPDX-License-Identifier: GPL-3.0-or-later
"""The inverse of changes as a RouterOS script: what the router runs when nobody confirms. Pure.

Every statement stands alone and finds its row by key and comment, so that it does nothing where the
change was never made, and its failure stops no other. Menus are spelled `/ppp secret`, which both
majors read. Everything that is no plain ASCII, and every character that means something inside
quotes, is written as the bytes it is. Imports change, codec, kinds, marks and undo.
"""

import string
from collections.abc import Iterator, Mapping, Sequence

from reconciler.change import Action
from reconciler.codec import Codec
from reconciler.kinds import ARP, BY_PATH, Kind
from reconciler.marks import Row
from reconciler.undo.entry import Entry
from reconciler.undo.file import RouterUndo
from reconciler.undo.places import Sequences, chain_of, token_of_mark, tokens

_SIGNS = b" -_.,:;/@+*[]()="
_PLAIN = frozenset(_SIGNS + string.ascii_letters.encode() + string.digits.encode())
Tables = Mapping[str, Sequence[Row]]


def undo_script(undo: RouterUndo, tables: Tables, name: str, charset: str) -> str:
    """The source of the script called `name`, which takes its scheduler and itself away last.

    `tables`: the menus whose order counts, as they are before the first write.
    """
    writer = _Writer(Codec(charset), undo, tables)
    lines = [f":do {{{statement}}} on-error={{}}" for statement in writer.statements()]
    quoted = writer.quoted(name)
    lines += [
        f':log warning "reconcile: {name} was not confirmed and was undone"',
        f":do {{/system scheduler remove [find name={quoted}]}} on-error={{}}",
        f":do {{/system script remove [find name={quoted}]}} on-error={{}}",
    ]
    return "\n".join(lines)


class _Writer:
    def __init__(self, codec: Codec, undo: RouterUndo, tables: Tables) -> None:
        self._codec, self._undo = codec, undo
        self._ids = {
            chain: tokens(BY_PATH[chain[0]], tables.get(chain[0], ()), chain)
            for chain in undo.chains
        }
        self._rows = {
            (path, row[".id"]): row for path, _ in undo.chains for row in tables.get(path, ())
        }

    def quoted(self, text: str) -> str:
        """A value between quotes; nothing in it can end them, or be a variable."""
        data = self._codec.encode(text)
        return '"' + "".join(chr(b) if b in _PLAIN else f"\\{b:02X}" for b in data) + '"'

    def statements(self) -> Iterator[str]:
        """What was added goes first, to free its name, but for what others name by it."""
        entries = self._undo.entries
        added = [entry for entry in entries if entry.action is Action.ADD]
        removed = [entry for entry in entries if entry.action is Action.REMOVE]
        changed = [entry for entry in entries if entry.action in (Action.SET, Action.ADOPT)]
        taken = {self._key(entry) for entry in added}
        for entry in sorted(added, key=lambda one: -one.kind.rank):
            if entry.kind.rank:
                yield self._remove(entry)
        rest = [entry for entry in removed if entry.kind.rank]
        base = [entry for entry in removed if not entry.kind.rank and self._key(entry) not in taken]
        late = [entry for entry in removed if not entry.kind.rank and self._key(entry) in taken]
        yield from (self._add(entry) for entry in base)
        for entry in sorted(changed, key=lambda one: one.kind.rank):
            yield from self._set(entry)
        plain = [entry for entry in rest if not entry.kind.ordered]
        yield from (self._add(entry) for entry in sorted(plain, key=lambda one: one.kind.rank))
        yield from self._placed([entry for entry in rest if entry.kind.ordered])
        yield from (self._remove(entry) for entry in added if not entry.kind.rank)
        yield from (self._add(entry) for entry in late)

    def _key(self, entry: Entry) -> tuple[object, ...]:
        kind = entry.kind
        return (kind.path, *(kind.key_of(entry.values) if kind.key else [entry.mark]))

    def _find(self, kind: Kind, row: Row) -> str:
        """`[find …]` for the row of this key and comment; rules and ARP by their comment."""
        comment = row.get("comment", "")
        names = [name for name in kind.key if name in ("name", "list", "address", "service")]
        if kind is ARP:
            names = []  # an address that is compared with a text is never equal
        if not names and kind.mark_of(row) is None:
            names = [name for name in kind.by_name if name != "comment" and row.get(name)]
        terms = [f"{name}={self.quoted(row[name])}" for name in names if row.get(name)]
        if kind.commented:
            terms.append(f"comment={self.quoted(comment)}")
        return f"[find {' '.join(terms)}]"

    def _remove(self, entry: Entry) -> str:
        return f"{_menu(entry)} remove {self._find(entry.kind, entry.after or {})}"

    def _set(self, entry: Entry) -> Iterator[str]:
        before, fields = entry.before or {}, entry.kind.by_name
        found = self._find(entry.kind, entry.after or {})
        unset = [n for n in entry.fields if not before.get(n) and fields[n].clear is None]
        # What is unset first is found under the name that it has until the rest is set.
        for name in unset:
            yield f"{_menu(entry)} unset {found} value-name={name}"
        words = [
            f"{name}={self.quoted(before.get(name) or fields[name].clear or '')}"
            for name in entry.fields
            if name not in unset
        ]
        if words:
            yield f"{_menu(entry)} set {found} {' '.join(words)}"

    def _add(self, entry: Entry) -> str:
        return self._row(entry, self._spot(entry, restored=frozenset()))

    def _row(self, entry: Entry, spot: str | None) -> str:
        before = entry.before or {}
        words = [f"{name}={self.quoted(text)}" for name, text in before.items() if text]
        place = f" place-before={spot}" if spot else ""
        return f"{_menu(entry)} add {' '.join(words)}{place}"

    def _placed(self, restored: Sequence[Entry]) -> Iterator[str]:
        """Rules that were removed or moved, the last of each chain first."""
        moved = [entry for entry in self._undo.entries if entry.action is Action.MOVE]
        again = frozenset(token_of_mark(entry.mark) for entry in restored)

        def at(entry: Entry) -> int:
            chain = self._chain(entry)
            token = token_of_mark(entry.mark)
            return chain.before.index(token) if chain and token in chain.before else 0

        for entry in sorted([*restored, *moved], key=at, reverse=True):
            spot = self._spot(entry, again)
            if entry.action is Action.MOVE:
                found = self._find(entry.kind, entry.after or {})
                place = f" destination={spot}" if spot else ""
                yield f"{_menu(entry)} move {found}{place}"
            else:
                yield self._row(entry, spot)

    def _chain(self, entry: Entry) -> Sequences | None:
        return self._undo.chains.get(chain_of(entry.kind, entry.before or {}))

    def _spot(self, entry: Entry, restored: frozenset[str]) -> str | None:
        """The row that was behind it and is there then: ours by its comment, others by `.id`."""
        chain, kind = self._chain(entry), entry.kind
        token = _token_of(entry)
        if chain is None or token not in chain.before:
            return None
        ids = self._ids.get(chain_of(kind, entry.before or {}), {})
        gone = {
            _token_of(one)
            for one in self._undo.entries
            if one.action is Action.REMOVE and one.kind is kind
        }
        for behind in chain.before[chain.before.index(token) + 1 :]:
            row = self._rows.get((kind.path, ids.get(behind, "")))
            if row is not None and (behind not in gone or behind in restored):
                return self._find(kind, row) if kind.mark_of(row) else row[".id"]
        return None


def _token_of(entry: Entry) -> str:
    row = entry.before or {}
    (token,) = tokens(entry.kind, [{**row, ".id": "*0"}], chain_of(entry.kind, row))
    return token


def _menu(entry: Entry) -> str:
    return "/" + entry.kind.path.strip("/").replace("/", " ")
