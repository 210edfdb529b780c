# SPDX-License-Identifier: GPL-3.0-or-later
"""An import as lines that a person can check: understood, proposed, left alone and why.

Imports errors, models, staging, wording, yamltext, render's lines and its neighbours.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from reconciler.adopt.found import Left, Proposal, other_comments
from reconciler.errors import Where
from reconciler.models import Mode
from reconciler.render import Line
from reconciler.staging import Staged
from reconciler.wording import counted, printable
from reconciler.yamltext import flow

_EXAMPLES = 3
_MODES = {
    Mode.PPPOE: "PPP secrets",
    Mode.HOTSPOT: "HotSpot users",
    Mode.PCQ: "members of plans' lists",
    Mode.SIMPLE_QUEUE: "simple queues",
}


def summary_lines(proposal: Proposal, files: Sequence[Staged], rules: Where) -> list[Line]:
    """`files`: what would be written; `rules`: where the router's file says `block_rules`."""
    lines = [Line("title", f"{proposal.router}  RouterOS {proposal.version}")]
    lines += _understood(proposal)
    lines += _plans(proposal)
    lines += _places(proposal)
    lines += _left_alone(proposal)
    lines += [Line("warning", f"  {note}") for note in proposal.notes]
    if proposal.rules:
        lines.append(
            Line(
                "warning",
                f"  Adopting adds {counted(proposal.rules, 'row')} beside the marks, for"
                f" `block_rules: true` in {rules}: write `false` there to leave them out.",
            )
        )
    new = sum(file.before is None for file in files)
    changed = len(files) - new
    lines.append(Line("plain", f"  Files: {new} new, {changed} changed."))
    return lines


def _understood(proposal: Proposal) -> Iterator[Line]:
    modes = Counter(found.mode for found in proposal.found)
    for mode, count in modes.items():
        more = Counter(
            found.service.get("status", "active") for found in proposal.found if found.mode is mode
        )
        states = ", ".join(f"{number} {status}" for status, number in sorted(more.items()))
        yield Line("add", f"  + {counted(count, 'service')} from {_MODES[mode]} ({states})")
    queues = sum(found.plan.get("shaping") == "queue" for found in proposal.found)
    if queues:
        yield Line("plain", f"    shaped by a simple queue at their address: {queues} of them")
    if proposal.known:
        yield Line(
            "plain", f"    {counted(proposal.known, 'row')} of services that the files have already"
        )
    replaced = sum(bool(other_comments(found)) for found in proposal.found)
    if replaced:
        yield Line(
            "plain",
            f"    {counted(replaced, 'service')} with a second comment: one becomes the label, the"
            " other goes to `notes:`",
        )
    if proposal.environ:
        names = sorted(proposal.environ)
        shown = ", ".join(names[:_EXAMPLES]) + (", …" if len(names) > _EXAMPLES else "")
        yield Line("plain", f"    To be set in the environment ({len(names)}): {shown}")


def _plans(proposal: Proposal) -> Iterator[Line]:
    users: defaultdict[str, int] = defaultdict(int)
    for found in proposal.found:
        users[found.plan_id] += 1
    for id_, count in users.items():
        plan = proposal.plans.get(id_)
        if plan is None:
            yield Line("plain", f"  plan {id_} (there already): {counted(count, 'service')}")
            continue
        rates = "/".join(str(plan.get(way, "?")) for way in ("download", "upload"))
        parts = [plan["mode"], rates if "download" in plan else "rates not ours"]
        if "shaping" in plan:
            parts.append(f"shaping {plan['shaping']}")
        yield Line("add", f"  + plan {id_} ({', '.join(parts)}): {counted(count, 'service')}")
    if any("price" in plan for plan in proposal.plans.values()):
        yield Line("warning", "  The zone bills: write prices of plans, and `since:` of services.")


def _places(proposal: Proposal) -> Iterator[Line]:
    for id_, zone in proposal.zones.items():
        yield Line("add", f"  + zone {id_}: {', '.join(zone['addresses']) or 'no addresses'}")
    for id_, edits in proposal.zone_edits.items():
        for key, values in edits.items():
            yield Line("set", f"  ~ zone {id_}: {key} + {', '.join(values)}")
    for key, value in proposal.router_edits.items():
        yield Line("set", f"  ~ router {proposal.router}: {key}: {flow(value, key)}")


def _left_alone(proposal: Proposal) -> Iterator[Line]:
    if not proposal.left:
        return
    yield Line("title", f"  Left alone: {counted(len(proposal.left), 'row')}")
    groups: defaultdict[tuple[str, str], list[Left]] = defaultdict(list)
    for one in proposal.left:
        groups[one.path, one.reason].append(one)
    for (path, reason), rows in sorted(groups.items(), key=lambda one: (one[0][0], -len(one[1]))):
        names = ", ".join(printable(row.name) for row in rows[:_EXAMPLES])
        more = ", …" if len(rows) > _EXAMPLES else ""
        yield Line("plain", f"    {len(rows)} in {path}: {reason} ({names}{more})")
