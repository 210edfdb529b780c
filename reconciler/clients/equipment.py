# SPDX-License-Identifier: GPL-3.0-or-later
"""Equipment lent to a client: never charged, noted until it is back."""

from collections.abc import Sequence

from reconciler.clients.outcome import Impossible
from reconciler.edit import Append, Drop, Edit
from reconciler.models import Client


def lend_edits(given: Sequence[str]) -> list[Edit]:
    """One entry each of `ITEM`, `ITEM:SERIAL` or `ITEM:SERIAL:QUANTITY` (serial may be empty)."""
    edits: list[Edit] = []
    for text in given:
        item, _, rest = text.partition(":")
        serial, _, quantity = rest.partition(":")
        entry = {"item": item, "serial": serial or None, "quantity": quantity or "1"}
        edits.append(Append(("equipment",), entry))
    return edits


def take_back_edits(client: Client, given: Sequence[str]) -> list[Edit]:
    """Take out the entries with these serials or items. Raises Impossible for what is not there."""
    gone: list[int] = []
    for text in given:
        found = next(
            (
                index
                for index, one in enumerate(client.equipment)
                if text in (one.serial, one.item) and index not in gone
            ),
            None,
        )
        if found is None:
            has = ", ".join(one.item for one in client.equipment) or "nothing"
            raise Impossible(f"{client.id} has no {text}. Lent is: {has}.")
        gone.append(found)
    return [Drop(("equipment", index)) for index in sorted(gone, reverse=True)]
