# SPDX-License-Identifier: GPL-3.0-or-later
"""Rehearsing a plan on a twin: the live router is read, the plan is carried out on an emulated one.

Nothing is written to the router. What the twin refuses the router would refuse, as far as the
emulator's facts go (docs/routeros-facts.md). The twin lives in this process; of passwords it holds
those that the plan compares, and keyed hashes of all others. Imports change, emulator, errors,
fleet, kinds, marks, planning, router, sessions and work.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from reconciler.change import Change
from reconciler.emulator import Device, serve
from reconciler.errors import RouterError
from reconciler.fleet import Fleet
from reconciler.kinds import READ
from reconciler.marks import MARK, Row
from reconciler.planning import Status
from reconciler.router import AnswerState, Read, Session, TlsMode
from reconciler.sessions import SERVICES
from reconciler.work import Planner, Target, Work, planner

# What managed rows name on a router, and what the emulator needs to answer as the router does.
_NAMED = (
    "/interface",
    "/interface/bridge",
    "/interface/vlan",
    "/interface/ethernet",
    "/interface/list",
    "/interface/list/member",
    "/ip/pool",
    "/ip/hotspot",
    "/ip/hotspot/profile",
    "/ipv6/address",
)


@dataclass(frozen=True)
class Refusal:
    """A change that the router would refuse, in the router's words."""

    router: str
    change: Change
    message: str


def read_whole(session: Session) -> dict[str, list[Row]]:
    """Every property of every menu that a plan touches or names. Raises Unreachable, Refused."""
    paths = [kind.path for kind in READ]
    paths += [path for path in _NAMED if path not in paths]
    paths += [service.active for service in SERVICES]
    answers = session.read([Read(path) for path in paths])
    return {
        path: list(rows)
        for path, rows in zip(paths, answers, strict=True)
        if path not in session.missing
    }


def blind(
    tables: Mapping[str, Sequence[Row]], planned: Collection[str | None]
) -> dict[str, list[Row]]:
    """The tables with keyed hashes for the secrets of rows that are neither marked nor `planned`.

    The key is of this call, so that equal secrets stay equal in the twin and nowhere else.
    """
    key = secrets.token_bytes(32)
    hidden = {kind.path: [f.name for f in kind.fields if f.secret] for kind in READ}

    def hashed(row: Row, name: str) -> str:
        return hmac.new(
            key, row[name].encode("utf-8", "surrogateescape"), hashlib.sha256
        ).hexdigest()

    def seen(path: str, row: Row) -> Row:
        names = [name for name in hidden.get(path, ()) if row.get(name)]
        if not names or row.get(".id") in planned or MARK.search(row.get("comment", "")):
            return row
        return {**row, **{name: hashed(row, name) for name in names}}

    return {path: [seen(path, row) for row in rows] for path, rows in tables.items()}


@dataclass
class Rehearsal:
    """The works on the twins, and what the twins refused.

    `differs`: routers whose twin would have got another plan, so that the rehearsal says nothing.
    """

    works: list[Work]
    refusals: list[Refusal]
    differs: list[str]


def rehearse(works: Sequence[Work], plan: Planner = planner) -> Rehearsal:
    """Carry out the plans of `works`, whose sessions are open, on twins of their routers."""
    with ExitStack() as stack:
        targets = []
        for work in works:
            if not work.is_ready or work.session is None:
                continue
            try:
                tables = read_whole(work.session)
            except RouterError as error:
                work.troubles.append(str(error))
                continue
            device = Device(version=work.plan.version)
            device.mirror(blind(tables, {change.row_id for change in work.plan.changes}))
            server = stack.enter_context(serve(device, user="twin", password="twin"))
            targets.append(_twin_target(work.target, server.port))
        with Fleet(targets, plan=plan) as fleet:
            fleet.survey()
            differs = _narrow(fleet.works, works)
            fleet.apply()
            refusals = [refusal for work in fleet.works for refusal in _refusals(work)]
            return Rehearsal(fleet.works, refusals, differs)


def _twin_target(target: Target, port: int) -> Target:
    endpoint = replace(
        target.endpoint,
        host="127.0.0.1",
        port=port,
        username="twin",
        password="twin",
        tls=TlsMode.off(),
    )
    return replace(target, endpoint=endpoint)


def _narrow(twins: Sequence[Work], live: Sequence[Work]) -> list[str]:
    """Keep of the twins' changes those that are planned for the live routers."""
    differs = []
    plans = {work.plan.router: work for work in live}
    for twin in twins:
        original = plans[twin.plan.router]
        wanted = {original.essence(change) for change in original.plan.changes}
        twin.keep_only(wanted)
        if twin.plan.status is not Status.OK or len(twin.plan.changes) != len(
            original.plan.changes
        ):
            differs.append(twin.plan.router)
    return differs


def _refusals(work: Work) -> list[Refusal]:
    return [
        Refusal(work.plan.router, change, answer.message or "refused")
        for change in work.plan.changes
        if (answer := work.answer(change)).state is AnswerState.FAILED
    ]
