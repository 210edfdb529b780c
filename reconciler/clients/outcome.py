# SPDX-License-Identifier: GPL-3.0-or-later
"""What an act on a service comes to: edits of its client's file, and what a person should know."""

from dataclasses import dataclass

from reconciler.edit import Edit
from reconciler.errors import ReconcileError


@dataclass(frozen=True)
class Outcome:
    """`edits` of the client's file; `notes` for people; no edits: it is so already."""

    edits: tuple[Edit, ...] = ()
    notes: tuple[str, ...] = ()

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(self.edits + other.edits, self.notes + other.notes)


class Impossible(ReconcileError):
    """The act cannot be done on this service: why, and what to do instead."""
