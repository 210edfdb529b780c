# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits: what a run may do at most without a flag. Pure; each refusal names rule, figures, flag.

They count services, not rows, so that a payday's restores pass and an emptied folder does not. A
change of a single service is never a mass change, however small the router. Imports change, errors,
marks, models, planning and wording.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from reconciler.change import Action, Change
from reconciler.errors import Problem, ProblemsError
from reconciler.marks import is_service_mark
from reconciler.models import Limits, OwnLimits
from reconciler.planning import Census, RouterPlan
from reconciler.wording import counted

FEW_CUTS = 5


@dataclass(frozen=True)
class Allow:
    """What the flags let through: `--allow-removals N` and its kin; None where not given."""

    removals: int | None = None
    changes: int | None = None
    cuts: int | None = None
    sessions: int | None = None


class Guarded(ProblemsError):
    """A guard stopped the run before the first write on any router."""

    exit_code = 4


def limits_of(settings: Limits, own: OwnLimits) -> Limits:
    """A router's limits: its own where it has them, else the settings'."""
    given = {name: value for name, value in own if value is not None}
    return settings.model_copy(update=given)


def check(
    plans: Iterable[RouterPlan], limits: Mapping[str, Limits], settings: Limits, allow: Allow
) -> list[Problem]:
    """Every limit that the changes of each router go beyond; empty: go on."""
    chosen = list(plans)
    problems = [
        problem
        for plan in chosen
        for problem in _router(plan, limits.get(plan.router, settings), allow)
    ]
    ending = sum(session.drops for plan in chosen for session in plan.sessions)
    if ending > max(settings.sessions, allow.sessions or 0):
        problems.append(
            Problem(
                "limit-sessions",
                f"{counted(ending, 'live session')} would drop in this run, and the limit is"
                f" {settings.sessions}.",
                f"Look at the plan; --allow-sessions {ending} lets it through",
            )
        )
    return problems


def _router(plan: RouterPlan, limits: Limits, allow: Allow) -> Iterator[Problem]:
    census, changes = plan.census, plan.changes
    removed = _removed(changes, census)
    yield from _removals(plan.router, removed, census, limits, allow)
    # Restores are never limited, and removals without a reason have a limit of their own.
    restored = census.suspended - census.to_suspend
    touched = {
        change.mark
        for change in changes
        if change.action in (Action.SET, Action.REMOVE)
        and change.mark in census.held - restored - removed
        and not change.notice
        and set(change.after) != {"comment"}
    }
    share = _percent(touched, census.held)
    if len(touched) > 1 and share > limits.changes_percent and _not_allowed(touched, allow.changes):
        yield _problem(
            plan.router,
            "changes",
            f"the rows of {len(touched)} of {len(census.held)} services would be set or removed"
            f" ({share:.0f} %, the limit is {limits.changes_percent} %).",
            len(touched),
        )
    cut = _cut(changes, census)
    active = census.held - census.suspended
    share = _percent(cut, active)
    if len(cut) > FEW_CUTS and share > limits.cuts_percent and _not_allowed(cut, allow.cuts):
        yield _problem(
            plan.router,
            "cuts",
            f"{len(cut)} of {len(active)} active services would be suspended ({share:.0f} %, the"
            f" limit is {limits.cuts_percent} %).",
            len(cut),
        )


def _removals(
    router: str, removed: set[str], census: Census, limits: Limits, allow: Allow
) -> Iterator[Problem]:
    if not removed or not _not_allowed(removed, allow.removals):
        return
    share = _percent(removed, census.held)
    if not census.wanted:
        why = ": the files name no service on this router at all"
    elif len(removed) > limits.removals:
        why = f" (the limit is {limits.removals})"
    elif len(removed) > 1 and share > limits.removals_percent:
        why = f" ({share:.0f} %, the limit is {limits.removals_percent} %)"
    else:
        return
    what = f"{len(removed)} of {len(census.held)} services would lose their rows"
    yield _problem(router, "removals", f"{what}, and no file says why{why}.", len(removed))


def _removed(changes: Sequence[Change], census: Census) -> set[str]:
    """Services whose rows go although no file knows them: not cancelled, moved or forgotten."""
    return {
        change.mark
        for change in changes
        if change.action is Action.REMOVE
        and is_service_mark(change.source.id)
        and change.mark not in census.known
    }


def _cut(changes: Sequence[Change], census: Census) -> set[str]:
    return {change.mark for change in changes} & census.held & census.to_suspend - census.suspended


def _percent(part: Set[str], whole: Set[str]) -> float:
    return 100 * len(part) / len(whole) if whole else 0.0


def _not_allowed(services: set[str], allowed: int | None) -> bool:
    return allowed is None or len(services) > allowed


def _problem(router: str, rule: str, text: str, count: int) -> Problem:
    return Problem(
        f"limit-{rule}",
        text,
        f"Look at the plan; --allow-{rule} {count} lets it through",
        router=router,
    )
