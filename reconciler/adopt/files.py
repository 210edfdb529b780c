# SPDX-License-Identifier: GPL-3.0-or-later
"""A proposal as acts on files: new ones whole, and what existing ones lack.

Imports edit, newfile, models, staging, its neighbours.
"""

from collections.abc import Iterator
from pathlib import Path

from reconciler.adopt.found import Proposal
from reconciler.adopt.proposing import client_data
from reconciler.edit import Append, Edit, Put
from reconciler.models import Router, Zone
from reconciler.newfile import client_path, file_text
from reconciler.staging import Act, EditFile, NewFile


def proposed_acts(proposal: Proposal) -> Iterator[Act]:
    """Plans, zones and the router before the clients that name them."""
    for id_, plan in proposal.plans.items():
        yield NewFile(f"plans/{id_}.yaml", file_text("plan", plan, 1))
    for id_, zone in proposal.zones.items():
        yield NewFile(f"inventory/zones/{id_}.yaml", file_text("zone", zone, 2))
    for id_, lists in proposal.zone_edits.items():
        edits = [Append((key,), value) for key, values in lists.items() for value in values]
        yield EditFile(f"inventory/zones/{id_}.yaml", tuple(edits), model=Zone)
    yield from _router(proposal)
    for found in proposal.found:
        path = client_path(Path(), found.client, found.zone).as_posix()
        yield NewFile(path, file_text("client", client_data(found), 3))


def _router(proposal: Proposal) -> Iterator[Act]:
    path = f"inventory/routers/{proposal.router}.yaml"
    edits = proposal.router_edits
    if proposal.new_router is not None:
        yield NewFile(path, file_text("router", proposal.new_router | edits, 2))
        return
    puts: list[Edit] = []
    for key, value in edits.items():
        parts = value if isinstance(value, dict) else None
        puts += [Put((key, part), text) for part, text in parts.items()] if parts else []
        puts += [] if parts else [Put((key,), value)]
    if puts:
        yield EditFile(path, tuple(puts), model=Router)
