# SPDX-License-Identifier: GPL-3.0-or-later
"""What other billing systems left behind, what the plan warns of, and what waits. Pure.

Imports kinds, tidy and its neighbours.
"""

import re
from collections import Counter
from collections.abc import Iterator

from reconciler.doctor.case import Case, blocked_networks, finding, is_enabled, short
from reconciler.errors import Problem
from reconciler.kinds import FILTER, FILTER6, NAT, PROXY_ACCESS
from reconciler.tidy import leftovers
from reconciler.wording import counted, listing

# WispHub's and MikroWisp's pages of who is only reminded.
_REMINDER = re.compile(r".+-Aviso|Aviso_Servicio_\d+")


def of_others(case: Case) -> Iterator[Problem]:
    """List entries of nobody, and proxy pages: the first that matches is the page that shows."""
    counts = Counter(change.kind.path for change in leftovers(case.router, case.actual))
    if counts:
        what = listing(f"{counted(count, 'row')} in {path}" for path, count in counts.items())
        text = f"another billing system left {what}; its old pages may show instead of the notice."
        mend = f"reconcile plan --tidy --router {case.router.id}, then apply --tidy"
        yield finding("left-by-others", text, mend, warning=True)


def wrong_pages(case: Case) -> Iterator[Problem]:
    """An old reminder before the page of the suspension: the first that matches is shown."""
    first: dict[str, str] = {}
    for row in case.rows(PROXY_ACCESS.path):
        if is_enabled(row):
            first.setdefault(row.get("src-address", ""), row.get("comment", ""))
    addresses = [short(network) for network in blocked_networks(case)]
    wrong = [one for one in addresses if _REMINDER.fullmatch(first.get(one, ""))]
    if wrong:
        text = f"the web proxy shows an old reminder, not the suspension, to {listing(wrong)}."
        mend = f"reconcile plan --tidy --router {case.router.id}, then apply --tidy"
        yield finding("wrong-page", text, mend, warning=True)


def of_the_plan(case: Case) -> Iterator[Problem]:
    """The conflicts and warnings that every plan shows."""
    yield from case.plan.problems


def waiting(case: Case) -> Iterator[Problem]:
    """All that is not as the files say, but for the rules, which have findings of their own."""
    rest = [change for change in case.plan.changes if change.kind not in (FILTER, FILTER6, NAT)]
    if rest:
        text = f"{counted(len(rest), 'change')} wait for an apply."
        mend = f"reconcile plan --router {case.router.id}, then {case.apply}"
        yield finding("pending-changes", text, mend, warning=True)
