# SPDX-License-Identifier: GPL-3.0-or-later
"""A change set as the values of its page. Pure.

Nothing is escaped here: the template is. Imports change, changeset, drift, effects, planning,
reading, render, sessions, telling, values and wording.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter

from reconciler.change import HIDDEN, Action, Change
from reconciler.changeset import ChangeSet, FileChange
from reconciler.drift import DRIFT, PENDING
from reconciler.effects import Effect
from reconciler.page.values import Block, Choice, Deal, Deals, Device, Drop, Row, Tile, View
from reconciler.planning import RouterPlan, Status
from reconciler.reading import (
    SUMMARY,
    SYMBOL,
    FieldValues,
    Group,
    ending,
    endings,
    fields_of,
    groups,
    key_text,
)
from reconciler.render import NOTHING, PREVIEW_NOTHING
from reconciler.sessions import SessionKind
from reconciler.telling import WORDS, consequence, headline
from reconciler.wording import counted

OPEN_UP_TO = 200
"""A page with more changes begins folded."""
_EFFECTS_OPEN_UP_TO = 40
_STATUSES = {
    Status.OK: "reached",
    Status.UNREACHABLE: "unreachable",
    Status.CONFLICT: "conflict",
    Status.SKIPPED: "skipped",
}


def view_of(changes: ChangeSet, title: str = "Plan") -> View:
    """The same change set gives the same view."""
    anchors = _Anchors()
    effects = {one.mark: one for one in changes.effects}
    devices = [
        _device(plan, effects, anchors, was_asked=changes.base is None) for plan in changes.plans
    ]
    told = [one for one in devices if not _is_quiet(one)]
    files = [
        _file(file, list(found), anchors)
        for file, found in groupby(changes.files, attrgetter("file"))
    ]
    count = len(changes.changes)
    return View(
        title=f"Preview against {changes.base[:12]}" if changes.base else title,
        summary=_summary(changes),
        alerts=tuple(_alerts(changes)),
        is_empty=changes.is_empty,
        is_open=count <= OPEN_UP_TO,
        facts=tuple(_facts(changes)),
        tiles=tuple(_tiles(changes)),
        deals=tuple(_deals(changes.effects, anchors)),
        devices=told,
        quiet=[one for one in devices if _is_quiet(one)],
        files=files,
        problems=tuple(changes.all_problems),
        drops=tuple(_drops(changes, effects)),
        filters=_filters(changes, told),
        changes=count,
        fingerprint=changes.fingerprint,
    )


def _is_quiet(device: Device) -> bool:
    return device.status == Status.OK and not device.blocks


class _Anchors:
    """A number for each heading; names of services would have to be made harmless first."""

    def __init__(self) -> None:
        self._last = 0
        self._of: dict[tuple[str, str], str] = {}

    def new(self, router: str = "", mark: str = "") -> str:
        self._last += 1
        anchor = f"c{self._last}"
        self._of.setdefault((router, mark), anchor)
        return anchor

    def of(self, effect: Effect) -> str:
        return self._of.get((effect.router, effect.mark), "")


def _summary(changes: ChangeSet) -> str:
    if not changes.is_empty:
        routers = sum(bool(plan.changes) for plan in changes.plans)
        causes = Counter(change.cause for _, change in changes.changes if change.cause)
        split = ", ".join(f"{number} {_CAUSES[cause]}" for cause, number in sorted(causes.items()))
        asked = " No router was asked." if changes.base else ""
        return (
            f"{counted(len(changes.changes), 'change')} on {counted(routers, 'router')}"
            f"{': ' + split if split else ''}.{asked}"
        )
    if changes.base:
        return PREVIEW_NOTHING
    return NOTHING if changes.is_compared else "No changes on the routers that could be compared."


def _alerts(changes: ChangeSet) -> Iterator[Choice]:
    """What a reader must not miss though it stands further down."""
    states = Counter(plan.status for plan in changes.plans if plan.status is not Status.OK)
    for status, number in states.items():
        yield Choice("error", f"{counted(number, 'router')}: {_STATUSES[status]}")
    kinds = Counter(problem.severity for problem in changes.all_problems)
    for severity, number in sorted(kinds.items()):
        yield Choice(severity.value, counted(number, severity.value))


def _facts(changes: ChangeSet) -> Iterator[tuple[str, str]]:
    """Of what and when, as far as it is known."""
    if changes.commit:
        yield "Commit", changes.commit[:12]
    if changes.base:
        yield "Base", changes.base[:12]
    if changes.created:
        yield "Made", changes.created.replace("T", " ").replace("+00:00", " UTC")


def _tiles(changes: ChangeSet) -> Iterator[Tile]:
    counts = changes.summary()
    for action, text in SUMMARY.items():
        if counts[action.value]:
            yield Tile(action.value, SYMBOL[action], counts[action.value], text)
    if changes.notices:
        yield Tile("", "", len(changes.notices), "of the notice list")
    drops = counts["sessions"]
    yield Tile("", "", drops, "session drops" if drops == 1 else "sessions drop")


def _deals(effects: Sequence[Effect], anchors: _Anchors) -> Iterator[Deals]:
    for deed, group in groupby(effects, attrgetter("deed")):
        ones = list(group)
        deals = [
            Deal(
                one.name,
                one.words,
                consequence(one),
                one.router,
                one.zone or "",
                deed.value,
                anchors.of(one),
            )
            for one in ones
        ]
        yield Deals(deed.value, headline(ones), deals, len(ones) <= _EFFECTS_OPEN_UP_TO)


def _device(
    plan: RouterPlan, effects: Mapping[str, Effect], anchors: _Anchors, *, was_asked: bool
) -> Device:
    ends = endings(plan.sessions)
    blocks = [
        _block(group, ends, anchors.new(plan.router, group.changes[0].source.id))
        for group in groups(plan, effects)
    ]
    return Device(
        plan.router,
        plan.status.value,
        _STATUSES[plan.status] if was_asked else "",
        f"RouterOS {plan.version}" if plan.version else "",
        plan.error or "",
        counted(len(plan.changes), "change"),
        blocks,
    )


def _block(group: Group, ends: Mapping[int, str], anchor: str) -> Block:
    rows = [_row(change, ends.get(id(change), "")) for change in group.changes]
    effect = group.effect
    return Block(
        anchor,
        group.name,
        group.label,
        group.place,
        effect.deed.value if effect else "",
        (effect.zone or "") if effect else "",
        rows,
    )


def _row(change: Change, ends: str) -> Row:
    fields = [_unspoken(one) if HIDDEN in one else one for one in fields_of(change)]
    return Row(
        change.action.value,
        SYMBOL[change.action],
        change.kind.path,
        key_text(change),
        fields,
        change.cause or "",
        ends,
    )


def _unspoken(field: FieldValues) -> FieldValues:
    """A secret field: whether it changes is all that is said."""
    changes = field.before not in (None, "-")
    return FieldValues(field.name, None, "changes, not shown" if changes else "not shown")


def _file(file: str, changes: Sequence[FileChange], anchors: _Anchors) -> Block:
    """What differs in one file of a preview."""
    return Block(anchors.new(), file, "", "", "", "", [_file_row(one) for one in changes])


def _file_row(change: FileChange) -> Row:
    if change.before is None or change.after is None:
        action = Action.ADD if change.before is None else Action.REMOVE
        whole = "the whole file" if not change.path else ""
        values = [] if whole else [FieldValues("", None, change.after or change.before or "")]
        return Row(action.value, SYMBOL[action], change.path or whole, "", values, "", "")
    values = [FieldValues("", change.before, change.after)]
    return Row(Action.SET.value, SYMBOL[Action.SET], change.path, "", values, "", "")


def _drops(changes: ChangeSet, effects: Mapping[str, Effect]) -> Iterator[Drop]:
    counts = Counter((one.client, router, one.fate) for router, one in changes.sessions)
    for (client, router, kind), count in sorted(counts.items()):
        zone = effects[client].zone if client in effects else None
        login = f"{_LOGINS[kind]} " if kind in _LOGINS else ""
        yield Drop(client, router, zone or "", login + ending(kind, count))


_CAUSES = {DRIFT: "made by hand", PENDING: "pending"}
_LOGINS = {SessionKind.PPP.value: "PPP:", SessionKind.HOTSPOT.value: "hotspot:"}


def _filters(changes: ChangeSet, devices: Sequence[Device]) -> dict[str, Sequence[Choice]]:
    """Those by which something can be chosen: two values at least."""
    causes = (change.cause for _, change in changes.changes if change.cause)
    deeds = dict.fromkeys(one.deed for one in changes.effects)
    found = {
        "router": [Choice(one.name, one.name) for one in devices],
        "zone": _choices(one.zone for one in changes.effects if one.zone),
        "effect": [Choice(deed.value, WORDS[deed]) for deed in deeds],
        "cause": _choices(causes),
    }
    return {name: choices for name, choices in found.items() if len(choices) > 1}


def _choices(values: Iterable[str]) -> list[Choice]:
    return [Choice(value, value) for value in sorted(set(values))]
