# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rehearsal came to, in lines. Imports change, rehearse, render, wording, work."""

from collections.abc import Iterator

from reconciler.change import Change
from reconciler.rehearse import Rehearsal
from reconciler.render import Line, describe
from reconciler.wording import counted, printable
from reconciler.work import Work

_SHOWN = 10


def is_wrong(rehearsal: Rehearsal) -> bool:
    return bool(rehearsal.refusals or rehearsal.differs or any(map(_remains, rehearsal.works)))


def rehearsal_lines(rehearsal: Rehearsal) -> Iterator[Line]:
    """What the routers would refuse, with the place in the files, and a sentence at the end."""
    for name in rehearsal.differs:
        yield Line("error", f"{name}: its copy would get another plan; the rehearsal says nothing.")
    for refusal in rehearsal.refusals:
        change = refusal.change
        place = f"{change.source.where}: " if change.source.where else ""
        text = f"{place}{refusal.router} would refuse: {change.action.value} {describe(change)}"
        yield Line("error", f"{text}: {printable(refusal.message)}")
    for work in rehearsal.works:
        refused = {work.essence(one.change) for one in rehearsal.refusals}
        rest = [change for change in _remains(work) if work.essence(change) not in refused]
        if rest and refused:
            yield Line(
                "warning", f"{work.plan.router}: waiting for that: {counted(len(rest), 'change')}."
            )
        elif rest:
            for change in rest[:_SHOWN]:
                text = f"{work.plan.router}: would still not be as wanted: {describe(change)}"
                yield Line("warning", text)
    if not is_wrong(rehearsal):
        done = sum(len(work.plan.changes) for work in rehearsal.works)
        yield Line(
            "title",
            f"Rehearsed: {counted(done, 'change')}, none refused, all as wanted afterwards.",
        )


def _remains(work: Work) -> list[Change]:
    owed = {work.essence(change) for change, _ in work.owed}
    return [change for change in work.remaining if work.essence(change) not in owed]
