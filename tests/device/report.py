# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run showed, for a terminal and as JSON. May import suite."""

from collections.abc import Sequence
from typing import Any

from device.suite import Result, Verdict


def lines(result: Result) -> list[str]:
    """One line of a fact; below a refuted one what was sent and seen, and what to change."""
    fact = result.fact
    head = f"{result.verdict.value:<10} {fact.id:<32} {fact.says}"
    if result.verdict is Verdict.SKIPPED:
        return [f"{head} ({result.why})"]
    if result.verdict is Verdict.CONFIRMED:
        return [head]
    return [
        head,
        *(f"    sent    {words}" for words in result.sent),
        f"    seen    {result.why}",
        f"    source  {fact.source} ({fact.sure})",
        f"    change  {fact.change}, and the row {fact.id} of docs/routeros-facts.md",
    ]


def summary(results: Sequence[Result], left: int) -> str:
    counts = [f"{count(results, verdict)} {verdict.value}" for verdict in Verdict]
    rest = "nothing of ours is left on the router" if not left else f"{left} rows of ours are left"
    return f"{', '.join(counts)}; {rest}."


def count(results: Sequence[Result], verdict: Verdict) -> int:
    return sum(result.verdict is verdict for result in results)


def as_json(version: str, results: Sequence[Result]) -> dict[str, Any]:
    return {
        "version": version,
        "facts": [
            {
                "id": result.fact.id,
                "says": result.fact.says,
                "sure": result.fact.sure,
                "verdict": result.verdict.value,
                "why": result.why or None,
                "sent": list(result.sent),
            }
            for result in results
        ],
    }
