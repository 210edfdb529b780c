# SPDX-License-Identifier: GPL-3.0-or-later
"""Who stands in which address list: suspended by hand, let through by hand, moved to a plan's list.

Also entries that a person made without our mark: no change of ours, and yet a client is cut.
"""

from collections.abc import Iterator, Sequence

from reconciler.adopt.facts import is_free
from reconciler.change import Action, Change
from reconciler.clients.outcome import Impossible
from reconciler.clients.select import Chosen
from reconciler.edit import Drop, Edit, Put
from reconciler.kinds import ADDRESS_LIST, ADDRESS_LIST6
from reconciler.models import Mode, Plan, Router
from reconciler.triage.model import Scene
from reconciler.triage.rates import only_plan
from reconciler.triage.services import Said, Spot, activated, planned, suspended

_address = ADDRESS_LIST.by_name["address"].canonical


def membership(scene: Scene, chosen: Chosen, change: Change, others: Sequence[Change]) -> Said:
    """A row of a service that went from, or came to, a list; `others`: what else drifted of it.

    Raises Impossible.
    """
    sub = chosen.sub
    spot = Spot(scene, chosen, change.row or {})
    name, gone = change.key.get("list"), change.action is Action.ADD
    if name == sub.router.lists.suspended:
        if gone and change.key.get("address") != _first_address(chosen):
            raise Impossible("only a part of the client's addresses was taken out of the list")
        return activated(spot) if gone else suspended(spot)
    if sub.plan.mode is Mode.PCQ:
        plan = _moved_to(scene, chosen, change, others)
        if plan is not None:
            return planned(spot, plan)
    raise missing(chosen) if gone else Impossible("nothing in the files asks for it")


def missing(chosen: Chosen) -> Impossible:
    client = chosen.sub.client.id
    text = f"the row was removed; if the client left, say `reconcile client cancel {client}`"
    return Impossible(text)


def _first_address(chosen: Chosen) -> str | None:
    service = chosen.sub.service
    return str(service.address) if service.address else None


def _moved_to(
    scene: Scene, chosen: Chosen, change: Change, others: Sequence[Change]
) -> Plan | None:
    """The plan to whose list the client was moved: its row there has our mark, or nobody's."""
    sub = chosen.sub
    lists = {one.key.get("list") for one in (change, *others) if one.action is Action.REMOVE}
    if change.action is Action.ADD:
        lists |= {
            row.get("list")
            for row in scene.rows[sub.router.id].get(ADDRESS_LIST.path, ())
            if is_free(ADDRESS_LIST, row) and row.get("address") == _first_address(chosen)
        }
    lists.discard(sub.plan.list_name)
    fitting = [
        plan
        for plan in scene.inventory.plans.values()
        if plan.mode is Mode.PCQ and plan.list_name in lists
    ]
    return only_plan(fitting, "this list", sub.plan) if fitting else None


def strays(scene: Scene, router: Router, services: Sequence[Chosen]) -> Iterator[tuple[Spot, Said]]:
    """Active clients whom somebody put into the suspended list without our mark."""
    listed = {
        row.get("address", ""): row
        for row in scene.rows[router.id].get(ADDRESS_LIST.path, ())
        if row.get("list") == router.lists.suspended and is_free(ADDRESS_LIST, row)
    }
    for one in services if listed else ():
        row = listed.get(_first_address(one) or "")
        if row and one.sub.router.id == router.id and not one.sub.service.is_blocked:
            spot = Spot(scene, one, row)
            yield spot, suspended(spot)


def allowed_edits(scene: Scene, change: Change, router: Router) -> list[Edit]:
    """What suspended clients reach, all of it as the router has it. Raises Impossible."""
    if change.action is Action.SET and set(change.before) != {"address"}:
        raise Impossible("the files have no word for it")
    if router.notice and change.after.get("address") == str(router.notice.address):
        raise Impossible(f"{router.notice.address} is the notice page, which is always reached")
    held = [
        _address(row.get("address"))
        for kind in (ADDRESS_LIST, ADDRESS_LIST6)
        for row in scene.rows[router.id].get(kind.path, ())
        if kind.mark_of(row) == change.mark
    ]
    entries = [str(entry) for entry in router.allowed]
    notice = [str(router.notice.address)] if router.notice else []
    left = [entry for entry in entries if _address(entry) in held]
    known = [_address(entry) for entry in (*entries, *notice)]
    left += [entry for entry in dict.fromkeys(held) if entry and entry not in known]
    return [Put(("allowed",), left) if left else Drop(("allowed",))]
