# SPDX-License-Identifier: GPL-3.0-or-later
"""What another billing system leaves behind: the pages that its web proxy shows each client.

WispHub and MikroWisp add a row to /ip/proxy/access for every client who is cut or reminded, and
forget many of them; the first that matches decides which page is shown. Imports its neighbours.
"""

import re
from collections import Counter

from reconciler.adopt.debtors import Debtors
from reconciler.adopt.facts import PROXY, Facts
from reconciler.adopt.found import Left
from reconciler.marks import Row

# WispHub's `0071-Aviso` and `0412-Moroso`, MikroWisp's `Corte_Servicio_12`.
_PAGE = re.compile(r".+-(Moroso|Aviso)|(Corte|Aviso)_Servicio_\d+")


def page_of(row: Row) -> bool | None:
    """Of a page made for a single client whether it is that of who is cut; None: of no client."""
    match = _PAGE.fullmatch(row.get("comment", ""))
    if match is None or not row.get("src-address"):
        return None
    return "Aviso" not in match.groups()


def proxy_rows(facts: Facts, debtors: Debtors) -> list[Left]:
    """The rows made for single clients, each with what is wrong with it."""
    listed = {row.get("address") for row in debtors.rows}
    seen: Counter[tuple[str, str]] = Counter()
    left = []
    for row in facts.rows(PROXY):
        is_cut = page_of(row)
        if is_cut is None:
            continue
        key = (row["comment"], row["src-address"])
        seen[key] += 1
        left.append(Left(PROXY, row["comment"], _reason(row, is_cut, seen[key], listed)))
    return left


def _reason(row: Row, is_cut: bool, times: int, listed: set[str | None]) -> str:
    if times > 1:
        return "an old proxy page of one client, there more than once"
    if is_cut and row["src-address"] not in listed:
        return "an old proxy page of a client who is not in the debtors' list"
    return "an old proxy page of one client"
