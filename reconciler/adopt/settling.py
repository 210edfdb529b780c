# SPDX-License-Identifier: GPL-3.0-or-later
"""Holding a proposal against the program itself: what would change more than marks is dropped.

The proposed files are read and checked as if they lay in the repository, compiled, and compared
with the router as `plan --adopt` does. Imports change, compile, inventory, planning, secrets,
staging and its neighbours.
"""

from collections.abc import Callable

from reconciler.adopt.facts import Facts
from reconciler.adopt.files import proposed_acts
from reconciler.adopt.found import Found, Proposal
from reconciler.change import Action, Change
from reconciler.compile import compile_router
from reconciler.errors import FilesError, Problem
from reconciler.inventory import Inventory
from reconciler.planning import plan_router
from reconciler.secrets import Secrets
from reconciler.staging import Act

Preview = Callable[[list[Act]], tuple[Inventory | None, list[Problem]]]

_ROUNDS = 20


def settle(
    proposal: Proposal,
    facts: Facts,
    preview: Preview,
    secrets_of: Callable[[Inventory], Secrets],
) -> list[Act]:
    """The acts on files that are left of the proposal.

    `preview`: the inventory, with its problems, as it would be after these acts. Raises FilesError
    where the files cannot be right.
    """
    problems: list[Problem] = []
    for _ in range(_ROUNDS):
        acts = list(proposed_acts(proposal))
        inventory, problems = preview(acts)
        errors = [problem for problem in problems if problem.is_error]
        if errors or inventory is None:
            if not _drop_by_problems(proposal, errors):
                raise FilesError(problems)
            continue
        if not _drop_by_changes(proposal, facts, inventory, secrets_of(inventory)):
            return acts
    raise FilesError(problems)


def _drop_by_problems(proposal: Proposal, errors: list[Problem]) -> bool:
    by_client = {found.client: found for found in proposal.found}
    dropped = False
    for problem in errors:
        file = problem.where.file if problem.where else ""
        stem = file.rpartition("/")[2].removesuffix(".yaml")
        if file.startswith("plans/") and stem in proposal.plans:
            going = [found for found in proposal.found if found.plan_id == stem]
        else:
            going = [by_client[stem]] if "/clients/" in file and stem in by_client else []
        for found in going:
            if found in proposal.found:
                _drop(proposal, found, problem.message.rstrip("."))
                dropped = True
    return dropped


def _drop_by_changes(
    proposal: Proposal, facts: Facts, inventory: Inventory, secrets: Secrets
) -> bool:
    router = inventory.routers[proposal.router]
    wanted = compile_router(inventory, router, secrets)
    plan = plan_router(router, wanted, facts.actual, secrets.fingerprint, adopt=True)
    proposal.rules = sum(_is_rule_of_ours(change) for change in plan.changes)
    by_mark = {f"{found.client}/internet": found for found in proposal.found}
    dropped = False
    for change in plan.changes:
        if _is_only_a_mark(change):
            continue
        source, _, rest = change.source.id.partition("/")
        if found := by_mark.get(change.source.id):
            going = [] if found.disabled and found.service.get("suspended") else [found]
        elif source == "plan" and (id_ := rest.partition("/")[0]) in proposal.plans:
            going = [found for found in proposal.found if found.plan_id == id_]
        else:
            going = []
        for found in going:
            if found in proposal.found:
                _drop(proposal, found, _would(change))
                dropped = True
    return dropped


def _drop(proposal: Proposal, found: Found, reason: str) -> None:
    proposal.drop(found, reason)
    if not any(other.plan_id == found.plan_id for other in proposal.found):
        proposal.plans.pop(found.plan_id, None)


def _is_only_a_mark(change: Change) -> bool:
    return change.action is Action.ADOPT and set(change.after) <= {"comment"}


def _is_rule_of_ours(change: Change) -> bool:
    return change.action is Action.ADD and change.source.id.startswith("router/")


def _would(change: Change) -> str:
    """Why a service is left alone: what adopting it would do to the router."""
    if change.action is Action.ADD:
        return f"adopting it would add a row to {change.kind.path}"
    fields = ", ".join(name for name in change.after if name != "comment")
    return f"adopting it would change {fields} in {change.kind.path}"
