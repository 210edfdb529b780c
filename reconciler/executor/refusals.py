# SPDX-License-Identifier: GPL-3.0-or-later
"""What workers refuse, as the errors of a run in one process. Imports changeset, errors, lease,
plandata and its neighbours.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from reconciler.changeset import Stale
from reconciler.errors import FilesError, Problem
from reconciler.executor.cluster import ClusterError
from reconciler.executor.order import Refusal, Report
from reconciler.lease import Held
from reconciler.plandata import problem_of


def raise_refusals(refused: Sequence[Report]) -> None:
    """Raises what the worst of the refusals says, with the texts of all of its kind."""
    said: dict[str, list[list[Any]]] = {}
    for report in refused:
        if report.refusal:
            kind, *rest = report.refusal
            said.setdefault(kind, []).append(rest)
    if Refusal.VERSION in said:
        raise ClusterError(str(said[Refusal.VERSION][0][0]))
    if Refusal.FILES in said:
        raise FilesError(_of_workers(said[Refusal.FILES]))
    for kind, error in ((Refusal.STALE, Stale), (Refusal.HELD, Held)):
        if kind in said:
            raise error("\n".join(str(text) for text, *_ in said[kind]))


def _of_workers(said: Iterable[Sequence[Any]]) -> list[Problem]:
    """Problems of the files as workers saw them, each once, with the worker that has it."""
    found: dict[tuple[str, str], Problem] = {}
    for problems, worker in said:
        for data in problems:
            problem = problem_of(data)
            hint = f"{problem.hint} (on the worker {worker})" if problem.hint else worker
            found.setdefault((problem.message, worker), replace(problem, hint=hint))
    return list(found.values())
