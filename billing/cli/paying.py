# SPDX-License-Identifier: GPL-3.0-or-later
"""New payments in their files: each at its place, and all checked with the whole ledger."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from billing.cli.common import Session, warn
from billing.ledger.loading import load_ledger
from billing.ledger.model import Ledger
from billing.ledger.writing import with_payments
from reconciler.errors import FilesError
from reconciler.staging import Staged


def stage_payments(root: Path, lines: Iterable[Mapping[str, str]]) -> list[Staged]:
    """The files of the months of these lines, with them."""
    months: dict[str, list[Mapping[str, str]]] = defaultdict(list)
    for values in lines:
        months[f"ledger/payments/{values['date'][:7]}.csv"].append(values)
    staged: list[Staged] = []
    for file, some in sorted(months.items()):
        path = root / file
        before = path.read_bytes() if path.exists() else None
        after = with_payments((before or b"").decode(), some)
        staged.append(Staged(file, before, after.encode()))
    return staged


def check_payments(root: Path, session: Session, staged: Iterable[Staged]) -> Ledger:
    """The ledger with them; new warnings are said. Raises FilesError where it holds an error."""
    overlay = {one.file: (one.after or b"").decode("utf-8-sig") for one in staged}
    ledger, problems = load_ledger(root, session.inventory, overlay)
    if any(problem.is_error for problem in problems):
        raise FilesError([problem for problem in problems if problem.is_error])
    known = {(one.code, one.message) for one in session.problems}
    warn(problem for problem in problems if (problem.code, problem.message) not in known)
    return ledger
