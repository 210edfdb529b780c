# SPDX-License-Identifier: GPL-3.0-or-later
"""Holding a run to the change windows and freezes of its zones, now. May import anything."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from reconciler.cli.context import Repo, say
from reconciler.errors import Problem, UsageError
from reconciler.guards import Guarded
from reconciler.windows import closed
from reconciler.wording import printable
from reconciler.work import Work


@dataclass(frozen=True)
class Override:
    """What somebody set aside, and why; kept in the journal and in the note on the routers."""

    reason: str
    lifted: Sequence[Problem]

    def as_data(self, redacted: Callable[[str], str | None]) -> dict[str, object]:
        lifted = [{"code": one.code, "router": one.router, "rule": str(one)} for one in self.lifted]
        return {"reason": redacted(self.reason), "lifted": lifted}


def check_windows(repo: Repo, works: Sequence[Work], reason: str | None) -> Override | None:
    """Raises Guarded outside of a window, unless there is a reason; then what it sets aside."""
    if reason is not None and not reason.strip():
        raise UsageError("--override-window needs a reason, which is noted.")
    plans = [work.plan for work in works if work.is_ready]
    problems = closed(plans, repo.loaded.inventory, datetime.now(UTC))
    if problems and reason is None:
        raise Guarded(problems)
    if not problems or reason is None:
        return None
    for problem in problems:
        text = f"{problem.where}: {problem.message}"
        say(f"Overridden ({printable(reason)}): {text}", "yellow")
    return Override(reason, problems)
