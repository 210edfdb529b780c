# SPDX-License-Identifier: GPL-3.0-or-later
"""Every hand-made change to a proposal or a refusal; asks no router and reads no file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from reconciler.change import Action, Change
from reconciler.clients.outcome import Impossible, Outcome
from reconciler.clients.select import Chosen, all_services
from reconciler.drift import only_drift
from reconciler.kinds import ADDRESS_LIST, ADDRESS_LIST6, QUEUE_SIMPLE
from reconciler.models import Plan
from reconciler.models import Router as RouterModel
from reconciler.planning import RouterPlan
from reconciler.secrets import Secrets
from reconciler.staging import EditFile
from reconciler.triage.lists import allowed_edits, membership, missing, strays
from reconciler.triage.model import Answer, Proposal, Refusal, Scene
from reconciler.triage.plans import plan_edits
from reconciler.triage.rates import OF_QUEUE, plan_of_queue
from reconciler.triage.services import OF_LISTS, TELLERS, Said, Spot, planned

_LISTS = (ADDRESS_LIST, ADDRESS_LIST6)
_NO_NOTES: tuple[str, ...] = ()


def propose(scene: Scene, plans: Sequence[RouterPlan], secrets: Secrets) -> list[Answer]:
    """An answer for each hand-made change, those with the same edits as one proposal."""
    every = all_services(scene.inventory)
    services = {mark: one for one in every for mark in (one.sub.id, *one.sub.former_ids)}
    answers: list[Answer] = []
    for plan in plans:
        found = only_drift(plan).changes
        for change in found:
            if change.is_service:
                answers += _of_service(scene, plan.router, change, found, services, secrets)
            else:
                answers.append(_of_others(scene, plan.router, change))
        answers += _of_strays(scene, plan, every)
    return list(_joined(answers))


def _joined(answers: Sequence[Answer]) -> Iterator[Answer]:
    """Proposals with the same edits once, where the first stands."""
    same: dict[str, Proposal] = {}  # edits hold mappings, which have no hash
    for one in answers:
        if isinstance(one, Proposal):
            first = same.get(repr(one.act))
            if first is None:
                same[repr(one.act)] = one
                continue
            changes = [*first.changes, *(c for c in one.changes if c not in first.changes)]
            same[repr(one.act)] = replace(
                first, changes=tuple(changes), fields=first.fields | one.fields
            )
    for one in answers:
        if isinstance(one, Refusal):
            yield one
        elif first := same.pop(repr(one.act), None):
            yield first


def _of_service(
    scene: Scene,
    router: str,
    change: Change,
    found: Sequence[Change],
    services: Mapping[str, Chosen],
    secrets: Secrets,
) -> Iterator[Answer]:
    chosen = services.get(change.mark)
    if chosen is None or chosen.sub.router.id != router:
        yield Refusal(router, change, "no file puts this service on this router")
        return
    if change.action is Action.SET:
        if change.kind is QUEUE_SIMPLE and OF_QUEUE & set(change.before):
            yield _speeds(scene, router, change, chosen, secrets)
        for name, value in change.before.items():
            if change.kind is not QUEUE_SIMPLE or name not in OF_QUEUE:
                yield _field(scene, router, change, chosen, name, value)
        return
    try:
        if change.kind in _LISTS:
            others = [one for one in found if one.mark == change.mark and one is not change]
            said = membership(scene, chosen, change, others)
        else:
            raise missing(chosen)
    except Impossible as error:
        yield Refusal(router, change, str(error))
    else:
        yield _proposal(router, chosen, said, change)


def _speeds(scene: Scene, router: str, change: Change, chosen: Chosen, secrets: Secrets) -> Answer:
    row = change.row or {}
    try:
        plan = plan_of_queue(scene.inventory, chosen.sub, row, secrets)
        return _proposal(router, chosen, planned(Spot(scene, chosen, row), plan), change, OF_QUEUE)
    except Impossible as error:
        return Refusal(router, change, str(error))


def _field(
    scene: Scene, router: str, change: Change, chosen: Chosen, name: str, value: str | None
) -> Answer:
    tellers = OF_LISTS if change.kind in _LISTS else TELLERS.get(change.kind.path, {})
    try:
        if name not in tellers:
            raise Impossible(f"{name} is not for a client's file to say")
        said = tellers[name](Spot(scene, chosen, change.row or {}), value)
        return _proposal(router, chosen, said, change, frozenset((name,)))
    except Impossible as error:
        return Refusal(router, change, str(error))


def _proposal(
    router: str,
    chosen: Chosen,
    said: Said,
    change: Change | None = None,
    fields: frozenset[str] = frozenset(),
) -> Proposal:
    act = EditFile(chosen.file, said.outcome.edits)
    subject = f"{chosen.sub.id} ({chosen.sub.label})"
    changes = (change,) if change else ()
    return Proposal(router, subject, said.what, act, changes, fields, said.outcome.notes)


def _of_others(scene: Scene, router: str, change: Change) -> Answer:
    """Of a plan, or of the router itself."""
    inventory = scene.inventory
    try:
        model: Plan | RouterModel
        if change.source.id == "router/allowed" and change.kind in _LISTS:
            model = inventory.routers[router]
            edits, notes = allowed_edits(scene, change, model), _NO_NOTES
        elif change.source.id.startswith("plan/") and change.action is Action.SET:
            plan = inventory.plans.get(change.source.id.split("/")[1])
            if plan is None:
                raise Impossible("no file has this plan any more")
            model, edits, notes = plan, plan_edits(change, plan), _everybody(scene, plan)
        else:
            raise Impossible("these rows are made by the program, and no file says them otherwise")
    except Impossible as error:
        return Refusal(router, change, str(error))
    act = EditFile(inventory.where(model).file, tuple(edits), model=type(model))
    what = f"{model.id} as the router has it"
    fields = frozenset(change.before)
    return Proposal(router, change.source.id, what, act, (change,), fields, notes)


def _everybody(scene: Scene, plan: Plan) -> tuple[str, ...]:
    subs = [sub for sub in scene.inventory.subscriptions if sub.plan.id == plan.id]
    routers = len({sub.router.id for sub in subs})
    words = f"{len(subs)} services on {routers} routers"
    return (f"plan {plan.id} changes for everybody who has it: {words}",) if len(subs) > 1 else ()


def _of_strays(scene: Scene, plan: RouterPlan, services: Sequence[Chosen]) -> Iterator[Answer]:
    router = scene.inventory.routers.get(plan.router)
    if router is None or plan.router not in scene.rows:
        return
    try:
        for spot, said in strays(scene, router, services):
            note = (
                f"the entry {spot.row.get('address')} of {router.lists.suspended} has not our mark:"
                " `reconcile apply --adopt` takes it over"
            )
            outcome = Outcome(said.outcome.edits, (*said.outcome.notes, note))
            yield _proposal(plan.router, spot.chosen, Said(said.what, outcome))
    except Impossible:
        return
