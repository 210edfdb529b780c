# SPDX-License-Identifier: GPL-3.0-or-later
"""A change set as text for people and as markdown for a pull request. Pure.

Imports change, changeset, effects, planning, reading, telling and wording.
"""

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.change import Action, Change
from reconciler.changeset import ChangeSet, FileChange
from reconciler.effects import Effect
from reconciler.planning import RouterPlan, Status
from reconciler.reading import SUMMARY, SYMBOL, ending, endings, fields_of, groups, key_text
from reconciler.telling import sentences
from reconciler.wording import counted, printable

NOTHING = "No changes: the routers hold what the files say."
PREVIEW_NOTHING = "No changes: these files want the same of the routers."
MARKDOWN_BYTES = 65_000
_LEAST_BLOCK = 500


@dataclass(frozen=True)
class Line:
    """One line; `kind` is an action, `title`, `source`, `warning`, `error` or `plain`."""

    kind: str
    text: str


def describe(change: Change) -> str:
    """What a change does, in one line: menu, key, and the fields that matter."""
    return f"{change.kind.path} {key_text(change)}{_details(change)}"


def _details(change: Change) -> str:
    if change.action is Action.REMOVE:
        return ""
    if change.action is Action.ADD:
        shown = " ".join(f"{one.name}={one.after}" for one in fields_of(change))
        return f"  {shown}" if shown else ""
    return ": " + ", ".join(f"{one.name} {one.before} → {one.after}" for one in fields_of(change))


def text_lines(
    changes: ChangeSet, *, title: str = "Plan", nothing: str = NOTHING
) -> Iterator[Line]:
    """The whole plan, router by router, with its summary and fingerprint at the end.

    `nothing`: what is said where there is no change.
    """
    effects = {one.mark: one for one in changes.effects}
    yield from _file_lines(changes.files)
    for plan in changes.plans:
        yield from _router_lines(plan, effects)
    for problem in changes.further_problems:
        if problem.router or problem.is_error or problem in changes.denials:
            yield Line(problem.severity.value, printable(str(problem)))
    if changes.problems:
        yield Line(
            "plain", f"{counted(len(changes.problems), 'warning')} in the files: see validate."
        )
    if changes.base:
        title, nothing = f"Preview against {changes.base[:12]}", PREVIEW_NOTHING
    if changes.is_empty:
        if changes.is_compared:
            yield Line("title", nothing)
        elif any(plan.status is Status.OK for plan in changes.plans):
            yield Line("title", "No changes on the other routers.")
        return
    yield Line("title", f"{title}: {summary_text(changes)}")
    yield Line("plain", f"Fingerprint: {changes.fingerprint}")


def _file_lines(files: Iterable[FileChange]) -> Iterator[Line]:
    """What differs in the files, of a preview."""
    last = None
    for one in files:
        if last is None:
            yield Line("title", "files")
        if one.file != last:
            last = one.file
            yield Line("source", f"  {printable(last)}")
        if not one.path:
            action, said = (Action.ADD, "new") if one.before is None else (Action.REMOVE, "gone")
        elif one.before is None:
            action, said = Action.ADD, f"{one.path}: {one.after}"
        elif one.after is None:
            action, said = Action.REMOVE, f"{one.path}: {one.before}"
        else:
            action, said = Action.SET, f"{one.path}: {one.before} → {one.after}"
        yield Line(action.value, f"    {SYMBOL[action]} {printable(said)}")


def _router_lines(plan: RouterPlan, effects: Mapping[str, Effect]) -> Iterator[Line]:
    if plan.error:
        yield Line("error", printable(f"{plan.router}: {plan.status.value}. {plan.error}"))
    if not plan.changes:
        return
    version = f" · RouterOS {plan.version}" if plan.version else ""
    yield Line("title", printable(plan.router + version))
    ends = endings(plan.sessions)
    for group in groups(plan, effects):
        yield Line("source", f"  {group}")
        for change in group.changes:
            yield Line(change.action.value, f"    {_change_text(change, ends)}")


def _change_text(change: Change, ends: dict[int, str]) -> str:
    cause = f"{change.cause}: " if change.cause else ""
    ending = f"  [{ends[id(change)]}]" if id(change) in ends else ""
    deed = f"  [{printable(change.deed.text)}]" if change.deed else ""
    return f"{SYMBOL[change.action]} {cause}{describe(change)}{ending}{deed}"


def summary_text(changes: ChangeSet) -> str:
    counts = changes.summary()
    parts = [
        f"{counts[action]} {words}"
        for action, words in SUMMARY.items()
        if counts[action] or action is not Action.ADOPT
    ]
    if changes.notices:
        parts.append(f"{len(changes.notices)} of the notice list")
    return ", ".join(parts) + f"; {ending('ppp', counts['sessions'])}."


def markdown(changes: ChangeSet) -> str:
    """For a pull request: the summary first, a folded block a router, the fingerprint at the end.

    Cut in the middle to stay below MARKDOWN_BYTES of UTF-8.
    """
    head = ["### reconcile plan", "", _markdown_summary(changes), ""]
    if changes.base:
        head.insert(1, f"Against {changes.base[:12]}; no router was asked.")
    head += [f"- {inline(sentence)}" for sentence in sentences(changes.effects)]
    head += [
        f"- **{inline(plan.router)}** {plan.status.value}: {inline(plan.error)}"
        for plan in changes.plans
        if plan.error
    ]
    head += [f"- {inline(str(problem))}" for problem in changes.further_problems]
    tail = ["", f"Fingerprint: `{changes.fingerprint}`", ""]
    blocks = _blocks(changes)
    if changes.files:
        _, *lines = _file_lines(changes.files)
        title = f"Files: {counted(len(changes.files), 'difference')}"
        blocks.insert(0, (title, [_diff_line(line) for line in lines]))
    room = MARKDOWN_BYTES - _size(tail) - 200
    head = fit(head, room // 4, "- … {} lines left out …")
    return "\n".join([*head, "", *_fit_blocks(blocks, room - _size(head)), *tail])


def blocks_of(changes: ChangeSet, room: int) -> list[str]:
    """A folded block for each router with changes, together below `room` bytes."""
    return _fit_blocks(_blocks(changes), room)


def _blocks(changes: ChangeSet) -> list[tuple[str, list[str]]]:
    effects = {one.mark: one for one in changes.effects}
    return [_markdown_block(plan, effects) for plan in changes.plans if plan.changes]


def _markdown_summary(changes: ChangeSet) -> str:
    if changes.is_empty and changes.base:
        return PREVIEW_NOTHING
    if changes.is_empty:
        if all(plan.error for plan in changes.plans) and changes.plans:
            return "Nothing could be planned: no router was reached."
        return NOTHING if changes.is_compared else "No changes."
    return f"**{summary_text(changes)}**"


def _markdown_block(plan: RouterPlan, effects: Mapping[str, Effect]) -> tuple[str, list[str]]:
    head, *lines = [line for line in _router_lines(plan, effects) if line.kind != "error"]
    title = f"{head.text}: {counted(len(plan.changes), 'change')}"
    return title, [_diff_line(line) for line in lines]


def _diff_line(line: Line) -> str:
    """For a diff block, where a line's first sign is its colour; `~`, `^` and `=` have none."""
    if line.kind == "source":
        return f"# {line.text.strip()}"
    return re.sub(r"^[~^=] ", "! ", line.text.strip())


def _fit_blocks(blocks: Sequence[tuple[str, list[str]]], room: int) -> list[str]:
    result: list[str] = []
    open_ = " open" if len(blocks) == 1 else ""
    for at, (title, lines) in enumerate(blocks):
        # Every line begins with a sign of ours, so none can end the fence.
        head = [f"<details{open_}><summary>{_in_html(title)}</summary>", "", "```diff"]
        foot = ["```", "", "</details>"]
        left = room - _size(result)
        share = max(left // (len(blocks) - at), _LEAST_BLOCK)
        if share > left:
            return [*result, f"… and {counted(len(blocks) - at, 'more router')}."]
        result += [*head, *fit(lines, share - _size(head) - _size(foot)), *foot]
    return result


def fit(lines: Sequence[str], room: int, note: str = "… {} lines left out …") -> list[str]:
    """Lines from both ends that fit into `room` bytes, with a note where the middle is missing."""
    if _size(lines) <= room:
        return list(lines)
    first: list[str] = []
    last: list[str] = []
    left = room - 60
    low, high = 0, len(lines) - 1
    while low <= high:
        front = len(first) <= 2 * len(last)
        line = lines[low] if front else lines[high]
        left -= len(line.encode("utf-8", "replace")) + 1
        if left < 0:
            break
        if front:
            first.append(line)
            low += 1
        else:
            last.append(line)
            high -= 1
    return [*first, note.format(high - low + 1), *reversed(last)]


def _size(lines: Iterable[str]) -> int:
    return sum(len(line.encode("utf-8", "replace")) + 1 for line in lines)


def inline(value: str) -> str:
    """Text in running markdown: nothing in it is markup, a link or a mention."""
    escaped = re.sub(r"([\\`*_{}\[\]<>#|!~])", r"\\\1", printable(value))
    return escaped.replace("](", "]\\(").replace("@", "@\u200b")


def _in_html(value: str) -> str:
    """Text between HTML tags, where markdown's escapes are not read."""
    return html.escape(printable(value)).replace("@", "@\u200b")
