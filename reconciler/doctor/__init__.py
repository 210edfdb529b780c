# SPDX-License-Identifier: GPL-3.0-or-later
"""Why does a suspended client still browse, and what else is wrong with a router?

Small checks over what was read, each a function of a Case that gives problems: what is wrong, and
the mend as an exact command or edit. They come in the order in which a person would ask. Imports
its own modules; see docs/architecture.md for what these use.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from reconciler.doctor import access, leftovers, lists, live, rules
from reconciler.doctor.case import Case
from reconciler.errors import Problem

__all__ = ["CHECKS", "Case", "examine"]

Check = Callable[[Case], Iterator[Problem]]
CHECKS: tuple[Check, ...] = (
    rules.our_rules,
    rules.any_block,
    rules.accepts_before,
    lists.not_suspended,
    live.escaping_sessions,
    live.open_connections,
    live.other_addresses,
    rules.redirects,
    rules.ipv6_prefixes,
    rules.kept_connections,
    lists.other_lists,
    lists.wide_allowance,
    lists.blocked_though_active,
    lists.unmarked,
    lists.repeated,
    rules.wide_notices,
    leftovers.wrong_pages,
    leftovers.of_others,
    leftovers.of_the_plan,
    access.rights,
    access.clock,
    access.clock_zone,
    access.device_mode,
    leftovers.waiting,
)


def examine(case: Case) -> list[Problem]:
    """Every finding, errors (somebody browses who must not, or the other way round) first."""
    found = [problem for check in CHECKS for problem in check(case)]
    found.sort(key=lambda problem: not problem.is_error)
    return [replace(problem, router=case.router.id) for problem in found]
