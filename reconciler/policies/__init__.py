# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of the house: `policies/*.yaml`, asked of the files and of what a plan would do.

    policies, problems = load_policies(root)
    facts = facts_of_plan(data, facts_of_files(inventory), today)
    broken = judge(policies, PolicyAbout.PLAN, facts)

A policy is an expression and not a program: it reads plain data, ends, and reaches nothing else.
Imports errors, inventory, models and plainmodel.
"""

from reconciler.policies.facts import facts_of_files, facts_of_plan
from reconciler.policies.judging import judge
from reconciler.policies.loading import KIND, Loaded, load_policies

__all__ = ["KIND", "Loaded", "facts_of_files", "facts_of_plan", "judge", "load_policies"]
