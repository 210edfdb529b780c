# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole of an import: recognise, place, group into plans, give ids. Pure.

Imports clients, inventory, models, its neighbours.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from reconciler.adopt.debtors import Debtors
from reconciler.adopt.facts import Facts
from reconciler.adopt.found import Found, Options, Proposal, other_comments
from reconciler.adopt.grouping import group_plans
from reconciler.adopt.hotspot import Users
from reconciler.adopt.leftovers import proxy_rows
from reconciler.adopt.pcq import find_members
from reconciler.adopt.ppp import Secrets
from reconciler.adopt.queues import find_queues
from reconciler.adopt.scene import Scene
from reconciler.adopt.vault import Vault
from reconciler.adopt.zones import Places
from reconciler.clients.naming import plain_name, unique_id
from reconciler.inventory import Inventory
from reconciler.models import Mode, Router


def propose(
    facts: Facts, inventory: Inventory, router: Router, vault: Vault, options: Options
) -> Proposal:
    """What the files could say of everything that the router holds and they do not say yet.

    Raises UsageError where the zone is not clear.
    """
    scene = Scene(facts, inventory, router, options)
    proposal = Proposal(router.id, facts.actual.version)
    places = Places(scene)
    debtors = Debtors(scene)
    secrets = Secrets(scene, debtors)
    # Logins first: a queue or a list entry at the address of a login is that client's.
    for found in (secrets.find(), Users(scene).find(), find_members(scene), find_queues(scene)):
        proposal.found += found
    secrets.judge_profiles(proposal.found)
    for one in list(proposal.found):
        _judge(one, debtors, proposal)
    _name_clients(proposal, inventory)
    _keep_passwords(proposal, vault)
    for one in proposal.found:
        places.place(one)
    places.write(proposal)
    group_plans(proposal, inventory)
    proposal.left = scene.left + proposal.left + debtors.leftovers() + proxy_rows(facts, debtors)
    proposal.known = scene.known
    proposal.environ = vault.environ
    _edit_router(proposal, router, debtors)
    proposal.notes = list(_notes(proposal, debtors))
    return proposal


def _judge(found: Found, debtors: Debtors, proposal: Proposal) -> None:
    debtors.judge(found)
    if found.disabled and (why := debtors.take_disabled(found)):
        proposal.drop(found, why)


def _name_clients(proposal: Proposal, inventory: Inventory) -> None:
    """Ids from what people call the client; the row's own name where it has no comment."""
    taken = set(inventory.clients)
    taken |= {old for client in inventory.clients.values() for old in client.former_ids}
    for found in proposal.found:
        name = plain_name(found.label) or plain_name(found.name)
        found.client = unique_id(name, taken, "cliente")
        taken.add(found.client)
        service = found.service
        if found.mode is not Mode.PCQ and found.name != found.client:
            service["name"] = found.name
        if found.label not in ("", name):
            service["comment"] = found.label


def _keep_passwords(proposal: Proposal, vault: Vault) -> None:
    for found in list(proposal.found):
        if found.password is None:
            continue
        try:
            secret = vault.keep(found.client, "internet", found.password)
        except ValueError as error:
            proposal.drop(found, str(error))
            continue
        if secret is not None:
            found.service["password"] = secret


def _edit_router(proposal: Proposal, router: Router, debtors: Debtors) -> None:
    if "block_rules" not in router.model_fields_set:
        proposal.router_edits["block_rules"] = False
    if debtors.edits:
        proposal.router_edits["lists"] = debtors.edits


def _notes(proposal: Proposal, debtors: Debtors) -> Iterable[str]:
    for other in debtors.others:
        yield f"The list {other} looks like one of debtors too: --suspended-list takes it instead."
    labels = Counter(found.label for found in proposal.found if found.label)
    twice = [label for label, count in labels.items() if count > 1]
    if twice:
        shown = ", ".join(sorted(twice)[:5])
        yield f"Names that stand on several rows ({shown}): each row became a client."


def client_data(found: Found) -> dict[str, Any]:
    """The content of a client's file."""
    notes = "".join(f"Comment on the router: {text}\n" for text in other_comments(found))
    return {
        "id": found.client,
        "name": plain_name(found.label) or plain_name(found.name),
        "zone": found.zone,
        "services": [{"plan": found.plan_id, **found.service}],
        "notes": notes.rstrip("\n") or None,
    }
