# SPDX-License-Identifier: GPL-3.0-or-later
"""Change sets for pages and comments: any number of clients, of whom every third is cut."""

from collections.abc import Sequence

from reconciler.change import Change
from reconciler.changeset import ChangeSet
from reconciler.desired import Desired, Source
from reconciler.diff import diff
from reconciler.effects import Deed, Effect
from reconciler.errors import Where
from reconciler.kinds import ADDRESS_LIST, QUEUE_SIMPLE
from reconciler.making import Terms
from reconciler.planning import RouterPlan

TERMS = Terms("rb", digest=lambda text: f"hash of {text}")
ZONES = ("norte", "sur")
CREATED = "2026-11-21T10:00:00+00:00"


def town(count: int, routers: int = 2, name: str = "José Peña") -> ChangeSet:
    """`count` clients, `{name} 0` on, dealt out to routers and the two zones in turn."""
    found = [_client(number, number % routers, f"{name} {number}") for number in range(count)]
    plans = [
        RouterPlan(
            f"rb-{router}",
            version="7.22.3",
            changes=tuple(change for change, effect in found if effect.router == f"rb-{router}"),
        )
        for router in range(routers)
    ]
    order = list(Deed)
    effects = sorted((effect for _, effect in found), key=lambda one: order.index(one.deed))
    return ChangeSet(tuple(plans), commit="3e1f0ab4c9d2" * 3, created=CREATED,
                     effects=tuple(effects))  # fmt: skip


def _client(number: int, router: int, name: str) -> tuple[Change, Effect]:
    one, zone = f"cliente-{number}", ZONES[number % 2]
    mark, address = f"{one}/internet", f"10.20.{number >> 8}.{number & 255}"
    source = Source(mark, Where(f"inventory/clients/{zone}/{one}.yaml", 8), label=name)
    comment = f"{name} [rc:{mark}]"
    if number % 3 == 0:
        wanted = {"list": "rc-suspended", "address": address, "comment": comment}
        changes = diff(ADDRESS_LIST, [Desired(ADDRESS_LIST, mark, wanted, source)], [], TERMS)
        deed, words = Deed.CUT, "owes since 2026-11-05"
    else:
        wanted = {"name": one, "target": address, "max-limit": "4M/20M", "comment": comment}
        row = wanted | {".id": f"*{number:X}", "max-limit": "2M/10M"}
        changes = diff(QUEUE_SIMPLE, [Desired(QUEUE_SIMPLE, mark, wanted, source)], [row], TERMS)
        deed, words = Deed.SPEED, "10M to 20M"
    (change,) = changes.changes
    return change, Effect(deed, one, "internet", name, f"rb-{router}", words, zone=zone)


EVIL: Sequence[str] = (
    "</script><script>window.owned = 1</script>",
    "<img src=x onerror='window.owned = 1'>",
    '" autofocus onfocus="window.owned = 1" x="',
    "</style></title><svg onload=window.owned=1>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:window.owned=1",
    "left\u202eright\x1b[31m\x00",
    "lone \ud800 surrogate",
    "x" * 300,
)
