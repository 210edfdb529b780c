# SPDX-License-Identifier: GPL-3.0-or-later
"""Taking over a living router: its rows recognised as clients, plans and a zone, as new files.

    facts = read_facts(session)
    proposal = propose(facts, inventory, options)

Pure but for `read_facts`. What is proposed is held against the same compiler and differ that plan
and apply use (`settle`), so that adopting it changes comments and nothing else; whatever would
change more is left alone and named. Imports compile, inventory, models, planning, survey and what
they stand on.
"""

from reconciler.adopt.facts import Facts, read_facts
from reconciler.adopt.found import Left, Options, Proposal
from reconciler.adopt.proposing import propose
from reconciler.adopt.settling import settle
from reconciler.adopt.summary import summary_lines

__all__ = [
    "Facts",
    "Left",
    "Options",
    "Proposal",
    "propose",
    "read_facts",
    "settle",
    "summary_lines",
]
