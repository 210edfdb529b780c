# SPDX-License-Identifier: GPL-3.0-or-later
"""Hand-made changes as the text of one issue that a schedule opens, keeps up to date and closes.

The first line is the title, the second a mark that stays the same. Below the limits of GitHub
(65,536 characters) and GitLab. Imports changeset, drift, planning, render and wording. Pure.
"""

from dataclasses import replace

from reconciler.changeset import ChangeSet
from reconciler.drift import only_drift
from reconciler.planning import Status
from reconciler.render import MARKDOWN_BYTES, blocks_of, fit, inline
from reconciler.wording import counted

MARK = "<!-- reconcile:drift -->"
_HEAD_BYTES = 10_000
_WAYS = """\
Either way ends it, and the next run of `reconcile drift` says so:

- **Put it back**: `reconcile apply` makes the routers hold what the files say.
- **Keep it**: `reconcile drift --adopt` offers the edit of the files for each; commit it."""


def issue(changes: ChangeSet) -> str:
    """Markdown: title, mark, what was changed where and by whom, and both ways out."""
    plans = [only_drift(plan) for plan in changes.plans]
    found = [plan for plan in plans if plan.changes]
    away = [
        f"- **{inline(plan.router)}** {plan.status.value}: {inline(plan.error or '')}"
        for plan in plans
        if plan.status is Status.UNREACHABLE
    ]
    count = sum(len(plan.changes) for plan in found)
    if not count:
        title = "No drift on the routers that answered" if away else "No drift"
        said = "The routers hold what was applied last, or what is pending."
        return "\n".join([f"# {title}", MARK, "", said, "", *fit(away, _HEAD_BYTES)]).rstrip()
    where = f"on {counted(len(found), 'router')}"
    head = [f"# {counted(count, 'change')} by hand {where}", MARK, ""]
    head += ["Somebody changed routers without the files. Left is what a router holds, right what"]
    head += ["the files want.", "", *fit(away, _HEAD_BYTES), *([""] if away else [])]
    tail = ["", _WAYS]
    room = MARKDOWN_BYTES - len("\n".join([*head, *tail]).encode()) - 200
    return "\n".join([*head, *blocks_of(replace(changes, plans=tuple(found)), room), *tail])
