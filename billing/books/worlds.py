# SPDX-License-Identifier: GPL-3.0-or-later
"""Payments that are taken back: the past before a return stays, all else is computed without it.

Pure. Imports of the project: the simulation, the calendar.
"""

from collections.abc import Sequence
from datetime import date

from billing.books.facts import Facts, Returned
from billing.books.simulation import Simulation
from billing.calendar.days import ONE_DAY
from billing.invoices.model import Invoice


def simulate(facts: Facts, on: date) -> Simulation:
    """The account at the end of a day; payments taken back by then split the past in parts.

    What was issued before a return keeps its lines and dates; all else is computed without it.
    """
    days = sorted(
        {one.returned_on for one in facts.payments if one.returned_on and one.returned_on <= on}
    )
    if not days:
        only = Simulation(facts)
        only.run(on)
        return only
    fixed = list(facts.fixed)
    known: list[Returned] = []
    for index, day in enumerate(days):
        before = Simulation(_part(facts, fixed, days[:index]), tuple(known))
        before.run(day - ONE_DAY)
        have = {one.id for one in fixed}
        fixed += [one.invoice for one in before.accounts if one.invoice.id not in have]
        known.append(Returned(day, frozenset(before.late)))
    final = Simulation(_part(facts, fixed, days), tuple(known))
    final.run(on)
    return final


def _part(facts: Facts, fixed: Sequence[Invoice], returned: Sequence[date]) -> Facts:
    gone = set(returned)
    payments = [one for one in facts.payments if one.returned_on not in gone]
    return Facts(facts.client, facts.book, facts.plans, tuple(fixed), facts.credits, payments)
