# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the files with the edits in them hold no error, and want what the router holds."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from reconciler.change import Action, Change
from reconciler.edit import Edit
from reconciler.errors import FilesError, ReconcileError
from reconciler.inventory.overlay import load_with
from reconciler.planning import RouterPlan
from reconciler.run import Loaded, Scope, make_targets
from reconciler.secrets import Secrets
from reconciler.staging import Act, EditFile, stage
from reconciler.survey import Actual
from reconciler.triage.model import Answer, Proposal, Refusal
from reconciler.work import Target

Planner = Callable[[Target, Actual], RouterPlan]
Judge = Callable[[Sequence[Proposal]], list[str | None]]
_UNSETTLED = "the edit alone would not make the router right"


def acts_of(proposals: Iterable[Proposal]) -> list[Act]:
    """All their edits, one act a file."""
    edits: dict[str, list[Edit]] = {}
    models = {}
    for one in proposals:
        known = edits.setdefault(one.act.file, [])
        known += [edit for edit in one.act.edits if edit not in known]
        models[one.act.file] = one.act.model
    return [EditFile(file, tuple(some), model=models[file]) for file, some in edits.items()]


def proven(
    root: Path,
    answers: Sequence[Answer],
    secrets: Secrets,
    actuals: Mapping[str, Actual],
    plan: Planner,
) -> list[Answer]:
    """The answers, with proposals refused whose edits break the files or settle nothing.

    All are tried together; one by one only where that fails.
    """
    judge = partial(_judge, root, secrets, actuals, plan)
    proposals = [one for one in answers if isinstance(one, Proposal)]
    try:
        verdicts = judge(proposals)
    except ReconcileError:
        verdicts = [_alone(judge, one) for one in proposals]
    left = iter(verdicts)
    return [
        reply
        for one in answers
        for reply in (_verdict(one, next(left)) if isinstance(one, Proposal) else [one])
    ]


def _verdict(one: Proposal, reason: str | None) -> list[Answer]:
    if reason is None:
        return [one]
    return [Refusal(one.router, change, reason) for change in one.changes]


def _alone(judge: Judge, one: Proposal) -> str | None:
    try:
        return judge([one])[0]
    except FilesError as error:
        return "; ".join(problem.message for problem in error.problems[:2]).rstrip(".")
    except ReconcileError as error:
        return str(error).rstrip(".")


def _judge(
    root: Path,
    secrets: Secrets,
    actuals: Mapping[str, Actual],
    plan: Planner,
    proposals: Sequence[Proposal],
) -> list[str | None]:
    """For each why it settles nothing. Raises ReconcileError where the files would hold errors."""
    if not proposals:
        return []
    staged = stage(root, acts_of(proposals))
    inventory, problems = load_with(root, {one.file: one.after for one in staged})
    errors = [problem for problem in problems if problem.is_error]
    if inventory is None or errors:
        raise FilesError(errors)
    routers = tuple(dict.fromkeys(one.router for one in proposals if one.changes))
    targets = make_targets(Loaded(inventory, secrets, ()), Scope(routers)) if routers else []
    left = {
        (target.router.id, *_row(change)): change
        for target in targets
        for change in plan(target, actuals[target.router.id]).changes
    }

    def settles(one: Proposal) -> bool:
        pairs = ((change, left.get((one.router, *_row(change)))) for change in one.changes)
        return not any(_remains(one, change, other) for change, other in pairs)

    return [None if settles(one) else _UNSETTLED for one in proposals]


def _row(change: Change) -> tuple[str, str, str | None]:
    """A row by its id; one that is missing by its mark and list."""
    return (change.kind.path, change.row_id or change.mark, change.key.get("list"))


def _remains(one: Proposal, change: Change, left: Change | None) -> bool:
    """Whether what a proposal is about differs still."""
    if left is None:
        return False
    if change.action is Action.SET and left.action is Action.SET:
        return bool(one.fields & set(left.after))
    return True
