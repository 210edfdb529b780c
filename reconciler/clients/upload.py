# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of a spreadsheet as acts on clients: what differs from the files, checked before any of it.

An empty cell leaves its field alone and `none` takes it out; so a sheet with few columns changes
few fields, and one that was exported and not touched changes nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from ipaddress import IPv4Address

from reconciler.clients.addressing import Allocator
from reconciler.clients.columns import READ_ONLY, row_of
from reconciler.clients.create import AUTO, new_client
from reconciler.clients.fields import BY_NAME, NONE, field_edits
from reconciler.clients.migrate import Move, migrate, move_client
from reconciler.clients.outcome import Impossible, Outcome
from reconciler.clients.plans import Issued, find_plan
from reconciler.clients.select import Chosen, all_services, find_client, only_service
from reconciler.clients.sheet import Sheet
from reconciler.clients.state import activate, cancel, suspend
from reconciler.edit import Edit, Put
from reconciler.errors import Problem, ReconcileError, Where
from reconciler.inventory import Inventory
from reconciler.models import AddressFate, Cause, Mode, Plan, Status, Zone
from reconciler.staging import Act, EditFile
from reconciler.wording import unknown

# What a sheet must have where clients come to another mode, by that mode.
REQUIRED = {
    Mode.PPPOE: ("plan", "zone", "password", "local_address"),
    Mode.HOTSPOT: ("plan", "zone", "password"),
    Mode.SIMPLE_QUEUE: ("plan", "zone"),
    Mode.PCQ: ("plan", "zone"),
}
_BY_ACTS = frozenset({"id", "service", "plan", "zone", "status", "address"})
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


@dataclass(frozen=True)
class Difference:
    """One cell: what the file says and what the sheet says."""

    client: str
    column: str
    before: str
    after: str


@dataclass
class Upload:
    """What a sheet comes to."""

    acts: list[Act] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class Uploader:
    """One run over a sheet. `create`: rows with an unknown id make new clients."""

    def __init__(
        self,
        inventory: Inventory,
        sheet: Sheet,
        file: str,
        on: date,
        issued: Issued = (),
        *,
        create: bool = False,
    ) -> None:
        self._inventory = inventory
        self._sheet = sheet
        self._file = file
        self._on = on
        self._issued = issued
        self._create = create
        self._allocator = Allocator(inventory)
        self._edits: dict[str, list[Edit]] = {}
        self._moves: dict[str, str] = {}
        self._result = Upload()

    def run(self) -> Upload:
        services: dict[str, list[Chosen]] = {}
        for one in all_services(self._inventory):
            services.setdefault(one.sub.client.id, []).append(one)
        seen: dict[tuple[str, str], int] = {}
        for line, row in self._sheet.rows:
            key = (row.get("id", ""), row.get("service", ""))
            if key in seen:
                self._problem(line, f"{'/'.join(filter(None, key))} is in line {seen[key]} too.")
                continue
            seen[key] = line
            try:
                self._row(row, services)
            except (ReconcileError, ValueError) as error:
                self._problem(line, str(error))
        for file, edits in self._edits.items():
            if edits:
                self._result.acts.append(EditFile(file, tuple(edits), self._moves.get(file)))
        return self._result

    def _row(self, row: Mapping[str, str], services: Mapping[str, list[Chosen]]) -> None:
        client = row.get("id", "")
        if not client:
            raise Impossible("The line has no id.")
        if self._create and client not in self._inventory.clients:
            self._new(client, row)
            return
        find_client(self._inventory, client)
        name = row.get("service", "")
        mine = [one for one in services.get(client, ()) if name in ("", one.sub.service.id)]
        self._change(only_service(mine, client), row)

    def _new(self, client: str, row: Mapping[str, str]) -> None:
        missing = [name for name in ("zone", "plan") if not row.get(name)]
        if missing:
            raise Impossible(f"A new client needs {' and '.join(missing)}.")
        zone = self._zone(row["zone"])
        plan = find_plan(self._inventory, row["plan"])
        self._needs_columns(plan)
        values = {
            name: value
            for name, value in row.items()
            if value and name in BY_NAME and value != NONE
        }
        on = _date(values.pop("since", ""), None) or self._on
        status = Status(row.get("status") or "active")
        if status not in (Status.ACTIVE, Status.FREE):
            raise Impossible("A new client is active or free.")
        act = new_client(self._inventory, self._allocator, client, zone, plan, values, on, status)
        self._result.acts.append(act)
        for name, value in row.items():
            if value and name != "id":
                self._result.differences.append(Difference(client, name, "", value))

    def _change(self, one: Chosen, row: Mapping[str, str]) -> None:
        columns = [name for name in row if name not in READ_ONLY]
        present = row_of(one, columns)
        changed = {
            name: value for name in columns if (value := _meant(name, row[name], present[name]))
        }
        if not changed:
            return
        outcome = self._place(one, changed) + self._status(one, changed)
        edits = list(outcome.edits)
        for name, value in changed.items():
            if name not in _BY_ACTS:
                edits += field_edits(BY_NAME[name], value, one.at)
        self._edits.setdefault(one.file, []).extend(
            edit for edit in edits if edit not in self._edits.get(one.file, ())
        )
        self._result.notes += outcome.notes
        for name, value in changed.items():
            self._result.differences.append(
                Difference(one.sub.client.id, name, present[name], "" if value == NONE else value)
            )

    def _place(self, one: Chosen, changed: Mapping[str, str]) -> Outcome:
        """Plan, zone and address together: they depend on each other."""
        if not {"plan", "zone", "address"} & set(changed):
            return Outcome()
        plan = find_plan(self._inventory, changed.get("plan", one.sub.plan.id))
        zone = self._zone(changed.get("zone", one.sub.zone.id))
        if plan.mode is not one.sub.plan.mode:
            self._needs_columns(plan)
        address = changed.get("address", "")
        if address == NONE and not {"plan", "zone"} & set(changed):
            return Outcome(tuple(field_edits(BY_NAME["address"], NONE, one.at)))
        given = IPv4Address(address) if address not in ("", NONE, AUTO) else None
        if address == AUTO:
            given = self._allocator.next_in(zone)
        outcome = migrate(
            one, Move(zone, plan, None, given), self._allocator, self._on, self._issued
        )
        if zone.id != one.sub.zone.id:
            client = one.sub.client.id
            self._moves[one.file] = move_client(one.file, one.sub.zone.id, zone.id, client)
            outcome += Outcome((Put(("zone",), zone.id),))
        return outcome

    def _status(self, one: Chosen, changed: Mapping[str, str]) -> Outcome:
        wanted = changed.get("status")
        if wanted is None:
            return Outcome()
        if wanted == Status.SUSPENDED:
            return suspend(one, self._on, Cause.MANUAL)
        if wanted in (Status.ACTIVE, Status.FREE):
            return activate(one, self._on, free=wanted == Status.FREE)
        if wanted == Status.CANCELLED:
            return cancel(one, self._on, AddressFate.RELEASE)
        raise Impossible(f"The status {wanted} is none of active, suspended, cancelled, free.")

    def _zone(self, name: str) -> Zone:
        zones = self._inventory.zones
        if name not in zones:
            raise Impossible(unknown("zone", name, zones))
        return zones[name]

    def _needs_columns(self, plan: Plan) -> None:
        missing = [name for name in REQUIRED[plan.mode] if name not in self._sheet.columns]
        if missing:
            raise Impossible(
                f"For plan {plan.id} of mode {plan.mode.value} the sheet needs the columns"
                f" {', '.join(missing)} (cells may stay empty)."
            )

    def _problem(self, line: int, message: str) -> None:
        self._result.problems.append(Problem("csv", message, None, Where(self._file, line)))


def _meant(name: str, cell: str, present: str) -> str:
    """The new value, or an empty text where nothing changes."""
    if not cell or cell == present or (cell == NONE and not present):
        return ""
    if cell == NONE:
        return NONE
    if name == "since" and (found := _date(cell, present)):
        return "" if str(found) == present else str(found)
    if name == "mac":
        cell = cell.upper().replace("-", ":")
    if name == "status":
        cell = cell.lower()
    return "" if _same(cell, present) else cell


def _same(cell: str, present: str) -> bool:
    parts = [re.sub(r"[,;\s]+", ",", text.strip(" ,;")) for text in (cell, present)]
    return parts[0] == parts[1] and bool(re.fullmatch(r"[\w.:/,-]+", parts[0]))


def _date(cell: str, present: str | None) -> date | None:
    """An ISO date, or one with the day first as spreadsheets show it, if it can be only that."""
    if not cell or cell == NONE:
        return None
    try:
        return date.fromisoformat(cell)
    except ValueError:
        pass
    found = _DAY_FIRST.fullmatch(cell)
    if found is None:
        raise Impossible(f"{cell} is no date: write it as 2026-06-20.")
    first, second, year = (int(part) for part in found.groups())
    readings = [_day(year, second, first), _day(year, first, second)]
    for one in readings:
        if one is not None and str(one) == present:
            return one
    sound = {one for one in readings if one is not None}
    if len(sound) != 1:
        raise Impossible(f"{cell} may be two days: write it as 2026-06-20.")
    return sound.pop()


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
