# SPDX-License-Identifier: GPL-3.0-or-later
"""A change set for machines that are not ours: JUnit and GitLab's terraform report. Pure.

Imports changeset, planning, render, wording.
"""

import json
from xml.etree import ElementTree as XML

from reconciler.changeset import ChangeSet
from reconciler.planning import RouterPlan, Status
from reconciler.render import describe, summary_text
from reconciler.wording import printable


def terraform(changes: ChangeSet) -> str:
    """`{create, update, delete}`; sets and adoptions are updates."""
    counts = changes.summary()
    return json.dumps(
        {
            "create": counts["add"],
            "update": counts["set"] + counts["adopt"],
            "delete": counts["remove"],
        }
    )


def junit(changes: ChangeSet) -> str:
    """A testcase a router: a failure where something differs, an error where it is away."""
    suite = XML.Element("testsuite", name="reconcile", tests=str(len(changes.plans)))
    failures = errors = 0
    for plan in changes.plans:
        case = XML.SubElement(suite, "testcase", classname="routers", name=printable(plan.router))
        if plan.status is not Status.OK:
            errors += 1
            XML.SubElement(case, "error", message=_trouble(plan)).text = _trouble(plan)
        elif plan.changes:
            failures += 1
            one = ChangeSet((plan,))
            failure = XML.SubElement(case, "failure", message=summary_text(one))
            failure.text = "\n".join(
                f"{change.action.value} {describe(change)}" for change in plan.changes
            )
    suite.set("failures", str(failures))
    suite.set("errors", str(errors))
    suites = XML.Element("testsuites")
    suites.append(suite)
    # As text it would declare the encoding of whoever runs it.
    document: bytes = XML.tostring(suites, encoding="utf-8", xml_declaration=True)
    return document.decode()


def _trouble(plan: RouterPlan) -> str:
    texts = [plan.error or "", *(str(problem) for problem in plan.problems if problem.is_error)]
    return printable("; ".join(dict.fromkeys(text for text in texts if text)))
