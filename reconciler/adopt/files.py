# SPDX-License-Identifier: GPL-3.0-or-later
"""A proposal as files: new ones whole, existing ones with what they lack put in.

Imports newfile, yamlfile, its neighbours.
"""

from collections.abc import Callable
from pathlib import Path

from reconciler.adopt.edits import add_items, add_key
from reconciler.adopt.found import Proposal
from reconciler.adopt.proposing import client_data
from reconciler.newfile import client_path, file_text

Contents = Callable[[str], str | None]


def proposed_files(proposal: Proposal, contents: Contents) -> dict[str, str]:
    """Path below the root -> whole text. `contents`: a file as it is, None where there is none."""
    files: dict[str, str] = {}
    for id_, plan in proposal.plans.items():
        files[f"plans/{id_}.yaml"] = file_text("plan", plan, 1)
    for id_, zone in proposal.zones.items():
        files[f"inventory/zones/{id_}.yaml"] = file_text("zone", zone, 2)
    for id_, edits in proposal.zone_edits.items():
        path = f"inventory/zones/{id_}.yaml"
        text = contents(path) or ""
        for key, values in edits.items():
            text = add_items(text, key, values)
        files[path] = text
    files |= _router_file(proposal, contents)
    for found in proposal.found:
        path = client_path(Path(), found.client, found.zone).as_posix()
        files[path] = file_text("client", client_data(found), 3)
    return files


def _router_file(proposal: Proposal, contents: Contents) -> dict[str, str]:
    path = f"inventory/routers/{proposal.router}.yaml"
    text = contents(path)
    if text is None:
        if proposal.new_router is None:
            return {}
        return {path: file_text("router", proposal.new_router | proposal.router_edits, 2)}
    if not proposal.router_edits:
        return {}
    for key, value in proposal.router_edits.items():
        text = add_key(text, key, value)
    return {path: text}
