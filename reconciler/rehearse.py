# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan rehearsed on a twin: the live router is read, the plan carried out on an emulated one.

Nothing is written to the router. What the twin refuses the router would refuse, as far as the
emulator's facts go (docs/routeros-facts.md). The twin lives in this process; of passwords it holds
those that the plan compares, and keyed hashes of all others. Imports change, emulator, errors,
fleet, kinds, marks, planning, render, router, sessions, wording and work.
"""

import hmac
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from reconciler.change import Change
from reconciler.emulator import Device, serve
from reconciler.errors import RouterError
from reconciler.fleet import Fleet
from reconciler.kinds import READ
from reconciler.marks import Row, mark_in
from reconciler.planning import Status
from reconciler.render import Line, describe
from reconciler.router import AnswerState, Read, Session, TlsMode
from reconciler.sessions import SERVICES
from reconciler.wording import counted, printable
from reconciler.work import Planner, Target, Work, planner

_SHOWN = 10
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
        return hmac.digest(key, row[name].encode("utf-8", "surrogateescape"), "sha256").hex()

    def seen(path: str, row: Row) -> Row:
        names = [name for name in hidden.get(path, ()) if row.get(name)]
        if not names or row.get(".id") in planned or mark_in(row.get("comment", "")):
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
    return replace(target, endpoint=endpoint, compile=lambda: target.wanted)


def _narrow(twins: Sequence[Work], live: Sequence[Work]) -> list[str]:
    """Keep of the twins' changes those that are planned for the live routers."""
    differs = []
    plans = {work.plan.router: work for work in live}
    for twin in twins:
        original = plans[twin.plan.router]
        wanted = {original.essence(change) for change in original.plan.changes}
        twin.keep_only(wanted)
        is_same = len(twin.plan.changes) == len(original.plan.changes)
        if twin.plan.status is not Status.OK or not is_same:
            differs.append(twin.plan.router)
    return differs


def _refusals(work: Work) -> list[Refusal]:
    return [
        Refusal(work.plan.router, change, answer.message or "refused")
        for change in work.plan.changes
        if (answer := work.answer(change)).state is AnswerState.FAILED
    ]


def is_wrong(rehearsal: Rehearsal) -> bool:
    return bool(rehearsal.refusals or rehearsal.differs or any(map(_remains, rehearsal.works)))


def rehearsal_lines(rehearsal: Rehearsal) -> Iterator[Line]:
    """What the routers would refuse, with the place in the files, and a sentence at the end."""
    for name in rehearsal.differs:
        yield Line("error", f"{name}: its copy would get another plan; the rehearsal says nothing.")
    for refusal in rehearsal.refusals:
        change = refusal.change
        place = f"{change.source.where}: " if change.source.where else ""
        text = f"{place}{refusal.router} would refuse: {change.action.value} {describe(change)}"
        yield Line("error", f"{text}: {printable(refusal.message)}")
    for work in rehearsal.works:
        refused = {work.essence(one.change) for one in rehearsal.refusals}
        rest = [change for change in _remains(work) if work.essence(change) not in refused]
        if rest and refused:
            text = f"{work.plan.router}: waiting for that: {counted(len(rest), 'change')}."
            yield Line("warning", text)
        elif rest:
            for change in rest[:_SHOWN]:
                text = f"{work.plan.router}: would still not be as wanted: {describe(change)}"
                yield Line("warning", text)
    if not is_wrong(rehearsal):
        done = sum(len(work.plan.changes) for work in rehearsal.works)
        text = f"Rehearsed: {counted(done, 'change')}, none refused, all as wanted afterwards."
        yield Line("title", text)


def _remains(work: Work) -> list[Change]:
    owed = {work.essence(change) for change, _ in work.owed}
    return [change for change in work.remaining if work.essence(change) not in owed]
