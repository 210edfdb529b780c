# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run chooses of all that would be done: a plan file's changes, or those of a cut run."""

from pathlib import Path

from reconciler.changeset import PlanFile, Stale, essence
from reconciler.cli.context import Repo, say
from reconciler.render import describe
from reconciler.resume import OpenRun, fates, resume_lines
from reconciler.review import keep_reviewed
from reconciler.wording import counted
from reconciler.work import Work

_SHOWN = 20


def read_plan_file(repo: Repo, file: Path | None) -> PlanFile | None:
    """Raises Stale where it is damaged; bytes that are no text are damage too."""
    if file is None:
        return None
    text = file.read_text(encoding="utf-8", errors="replace")
    try:
        return PlanFile.parse(text, repo.loaded.secrets.fingerprint)
    except Stale as error:
        raise Stale(f"{file}: {error}") from error


def keep_only_reviewed(works: list[Work], reviewed: PlanFile) -> None:
    plans = [work.plan for work in works]
    for work, (plan, left) in zip(works, keep_reviewed(plans, reviewed), strict=True):
        work.plan, work.left = plan, left
    _say_left(works, "in the plan file")


def keep_only_open(repo: Repo, works: list[Work], run: OpenRun) -> None:
    found = fates(run, [work.plan for work in works], repo.commit)
    for line in resume_lines(run, found):
        say(line.text)
    open_ = {essence(entry) for entry in run.entries}
    for work in works:
        work.keep_only(open_)
    _say_left(works, f"of the run {run.run}")


def _say_left(works: list[Work], among: str) -> None:
    left = [(work, change) for work in works for change in work.left]
    if left:
        say(f"Not {among}, and left: {counted(len(left), 'difference')}:")
    for work, change in left[:_SHOWN]:
        say(f"  {work.plan.router}: {change.action.value} {describe(change)}")
