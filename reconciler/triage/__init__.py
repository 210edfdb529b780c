# SPDX-License-Identifier: GPL-3.0-or-later
"""Hand-made changes as edits of the files that make the router right, where that can be said.

What a person did on a router becomes what they would have written: another plan, a suspension, an
address. What no file can say is refused with the reason. Only `proving` reads the
files as they would be. Imports adopt, change, clients, compile, diff, drift, edit, inventory,
kinds, marks, planning, run, staging.
"""

from reconciler.triage.model import Proposal, Refusal, Scene
from reconciler.triage.proposing import propose
from reconciler.triage.proving import acts_of, proven

__all__ = ["Proposal", "Refusal", "Scene", "acts_of", "propose", "proven"]
