# SPDX-License-Identifier: GPL-3.0-or-later
"""Ids are unique, former ones too, and no router is written twice."""

from collections.abc import Iterator

from reconciler.inventory.checks.base import Found
from reconciler.inventory.draft import Draft
from reconciler.inventory.finding import Finding
from reconciler.inventory.kinds import KINDS
from reconciler.inventory.reading import Reading
from reconciler.wording import show


def repeated_ids(draft: Draft) -> Iterator[Found]:
    """One id, one file; clients may lie in any folder, so the file's name alone does not say it."""
    for kind in KINDS:
        last: dict[str, Reading] = {}
        if len({model.id for model, _ in draft.of_kind(kind.name)}) == len(
            draft.of_kind(kind.name)
        ):
            continue
        for model, reading in draft.of_kind(kind.name):
            if model.id in last:
                other = last[model.id]
                message = f"The {kind.name} {show(model.id)} is also in {reading.file}."
                yield other, Finding("repeated-id", ("id",), message, "Keep one of the two files")
            last[model.id] = reading


def former_ids(draft: Draft) -> Iterator[Found]:
    """A mark or a ledger line under a former id belongs to one client."""
    renamed = [(client, of) for client, of in draft.of_kind("client") if client.former_ids]
    present = {client.id: of for client, of in draft.of_kind("client")} if renamed else {}
    former: dict[str, Reading] = {}
    for client, reading in renamed:
        for index, old in enumerate(client.former_ids):
            loc = ("former_ids", index)
            if old in present and present[old] is not reading:
                message = f"The former id {show(old)} is the id of a client ({present[old].file})."
                hint = "Marks and payments would be both clients': remove it"
                yield reading, Finding("former-id", loc, message, hint)
            elif old in former and former[old] is not reading:
                message = f"The former id {show(old)} is also in {former[old].file}."
                yield reading, Finding("former-id", loc, message, "Keep it in one of the two")
            former.setdefault(old, reading)


def one_file_a_router(draft: Draft) -> Iterator[Found]:
    """Two files for one API service would undo each other's rows in turn."""
    seen: dict[tuple[str, int], Reading] = {}
    for router, reading in draft.of_kind("router"):
        service = (router.host.lower(), router.port)
        if service in seen:
            message = f"{show(router.host)} port {router.port} is also in {seen[service].file}."
            hint = "One file a router: they would remove each other's rows"
            yield reading, Finding("repeated-router", ("host",), message, hint)
        seen.setdefault(service, reading)


CHECKS = (repeated_ids, former_ids, one_file_a_router)
