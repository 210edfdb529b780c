# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulated router: its state and the shortcuts that tests use. No sockets.

May import the rest of the package but session and server.
"""

import itertools
import threading
from collections.abc import Callable, Mapping, Sequence

from reconciler.emulator import hooks
from reconciler.emulator.chronicle import HISTORY, LOG, Chronicle
from reconciler.emulator.clock import Clock
from reconciler.emulator.facts import hotspot, queue
from reconciler.emulator.facts.interface import INTERFACE_TYPES
from reconciler.emulator.facts.model import Fields
from reconciler.emulator.hardware import DEFAULT_VERSION
from reconciler.emulator.mirror import mirror
from reconciler.emulator.rsc import Mode, load
from reconciler.emulator.safemode import SafeMode
from reconciler.emulator.schedule import Schedule
from reconciler.emulator.state import State
from reconciler.emulator.table import Row
from reconciler.emulator.version import Version

VOLATILE_MENUS = frozenset(
    "/log /system/resource /system/clock /user/active /system/history /interface".split()
)


class Device(State):
    """`version=None` takes the version from the header of the first export loaded.

    `own_rules=False` leaves out what fasttrack and hotspot put into the firewall by themselves.
    `went_down` are called when a client or a script rebooted the device: connections end then.
    Every public method may be called from any thread.
    """

    def __init__(
        self,
        version: str | None = DEFAULT_VERSION,
        identity: str = "MikroTik",
        clock: Clock | None = None,
        *,
        own_rules: bool = True,
    ) -> None:
        self.lock = threading.RLock()
        self.safe_mode = SafeMode(self)
        self.went_down: list[Callable[[], None]] = []
        parsed = Version.parse(version or DEFAULT_VERSION)
        super().__init__(parsed, clock or Clock(), identity, own_rules=own_rules)
        self.version_given = version is not None

    def begin(self, identity: str) -> None:
        super().begin(identity)
        self.schedule = Schedule(self)
        self.chronicle = Chronicle(self)
        self.start_script = self.schedule.start
        self.run_now = self.schedule.run_now

    def tick(self) -> None:
        self.schedule.tick()

    def write_down(self) -> None:
        self.chronicle.write_down()

    def settle(self) -> None:
        super().settle()
        self.schedule.rearm()

    def settle_reboot(self) -> None:
        if self.reboots:
            self.reboot()
            for tell in self.went_down:
                tell()

    # -- reading -------------------------------------------------------------

    def rows(self, path: str) -> list[Fields]:
        """Every row as print shows it, in order, `.id` first; [] for a menu without rows."""
        with self.lock:
            self.tick()
            if path in (LOG, HISTORY):
                self.write_down()
            table = self.table(path)
            if table.menu.single:
                self.single(path)
                return [dict(self.printed(path, table, row)) for row in table]
            return [{".id": row.identifier} | self.printed(path, table, row) for row in table]

    def snapshot(self) -> dict[str, list[Fields]]:
        """All menus that hold rows, without what changes by itself; for tests of equality."""
        with self.lock:
            self.tick()
            found = {}
            for path, table in self.tables.items():
                if path in VOLATILE_MENUS or (not table.rows and not table.menu.single):
                    continue
                live = set(table.menu.volatile) | LIVE & set(table.menu.live)
                found[path] = [
                    {k: v for k, v in row.items() if k not in live} for row in self.rows(path)
                ]
            return found

    # -- writing, as the API would -------------------------------------------

    def add(self, path: str, **fields: str) -> str:
        """Adds a row and returns its `.id`; `_` in names stands for `-`. Raises Trap."""
        with self.lock:
            return self.create(path, dashed(fields)).identifier

    def set(self, path: str, identifier: str | None = None, **fields: str) -> None:
        """Changes the row of this `.id` or name; a menu of one row needs neither."""
        with self.lock:
            self.change(path, self.find(path, identifier), dashed(fields))

    def remove(self, path: str, identifier: str) -> None:
        with self.lock:
            self.delete(path, self.find(path, identifier))

    def move(self, path: str, identifier: str, before: str | None = None) -> None:
        with self.lock:
            target = None if before is None else self.find(path, before)
            self.relocate(path, [self.find(path, identifier)], target)

    def add_dynamic(self, path: str, before: str | None = None, **fields: str) -> str:
        """Adds a row as the router itself would: a session, a connection, a dummy rule."""
        with self.lock:
            target = None if before is None else self.find(path, before)
            return self.create(path, dashed(fields), target, dynamic=True).identifier

    def resolve(self, name: str, *addresses: str) -> None:
        """What the router's resolver answers for a name in an address list."""
        with self.lock:
            hooks.resolve(self, hooks.LISTS[0], name, addresses)

    def find(self, path: str, identifier: str | None) -> Row:
        """The row of an `.id` or name. Raises KeyError."""
        table = self.table(path)
        if identifier is None:
            return self.single(path)
        row = table.by_identifier(identifier) or table.by_name(identifier)
        if row is None:
            raise KeyError(f"{path} has no {identifier}")
        return row

    def mirror(self, tables: Mapping[str, Sequence[Mapping[str, str]]]) -> None:
        """Holds exactly these printed rows in each of these menus, with their `.id`s."""
        with self.lock:
            mirror(self, tables)
            if self.own is not None:
                self.own.take_as_it_is()

    def load_rsc(self, text: str | bytes) -> list[str]:
        """Loads an export. Returns what was kept opaque or not understood, with its lines."""
        with self.lock:
            return load(self, text)

    def export(self, mode: Mode = "compact", *, sensitive: bool = True) -> str:
        with self.lock:
            self.tick()
            return super().export(mode, sensitive=sensitive)

    def reboot(self) -> None:
        """Dynamic rows are lost, `.id`s are dealt anew, the uptime begins again."""
        with self.lock:
            self.safe_mode.lost()
            for path, table in self.tables.items():
                if path not in INTERFACE_TYPES and path != "/interface":
                    for row in [row for row in table if row.dynamic and not row.builtin]:
                        self.delete(path, row)
            self.booted = self.clock.now()
            self.reboots = False
            self.renumber()
            if self.own is not None:
                self.own.recount()
            self.schedule.reboot()

    def renumber(self) -> None:
        """Rows get consecutive numbers in order; built-in ones keep theirs."""
        for path, table in self.tables.items():
            if table.menu.single or path in INTERFACE_TYPES or path == "/interface":
                continue
            rows = list(table)
            for row in rows:
                self.forget(path, row)
                table.delete(row)
            table.next_number = table.menu.first_id
            kept = {row.number for row in rows if row.builtin}
            numbers = itertools.count(table.menu.first_id)
            for row in rows:
                if not row.builtin:
                    row.number = next(number for number in numbers if number not in kept)
                table.insert(row)
                self.refer(path, row)


LIVE = {*queue.COUNTERS, *(f"total-{name}" for name in queue.COUNTERS)}
LIVE |= {*hotspot.COUNTERS, "hits", "uptime"}


def dashed(fields: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in fields.items()}
