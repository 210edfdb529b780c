# SPDX-License-Identifier: GPL-3.0-or-later
"""A router's state as commands and scripts see it: rows, what they print, the log, its files.

May import store, hooks, ownrules, hardware, rsc, facts, kinds, clock, version.
"""

from collections.abc import Callable

from reconciler.emulator import hooks
from reconciler.emulator.clock import Clock
from reconciler.emulator.facts.model import Fields
from reconciler.emulator.hardware import fresh_rows, missing_hardware, resource
from reconciler.emulator.kinds.units import format_time
from reconciler.emulator.ownrules import OwnRules
from reconciler.emulator.rsc import Mode, export
from reconciler.emulator.store import Store, load_facts
from reconciler.emulator.table import Row, Table
from reconciler.emulator.version import Version

COMPUTED = frozenset({"/system/resource", "/system/clock", "/file"})
CONTENTS_LIMIT = 60 * 1024
LOG_LINES = 1000


class State(Store):
    """`secrets` are the users' passwords, which no print shows. `booted`: second of the clock.

    `backups` are exports by the name of their file. `start_script` begins a script in the
    background, `run_now` runs one to its end or raises its Trap. `writes` counts the commands that
    changed something; `reboots`: one was asked for and comes when the command is over. `own_rules`:
    whether fasttrack and hotspot put rules of their own into the firewall.
    """

    def __init__(
        self, version: Version, clock: Clock, identity: str, *, own_rules: bool = True
    ) -> None:
        super().__init__(version, clock)
        self.own_rules = own_rules
        self.writes = 0
        self.reboots = False
        self.booted = clock.now()
        self.secrets: dict[str, str] = {}
        self.missing = lambda trap: missing_hardware(self, trap)
        self.backups: dict[str, str] = {}
        self.version_given = True
        self.start_script: Callable[[str], None] = lambda _source: None
        self.run_now: Callable[[str], None] = lambda _source: None
        self.begin(identity)

    def begin(self, identity: str) -> None:
        """Becomes a fresh router."""
        self.clear()
        load_facts(self)
        hooks.install(self)
        fresh_rows(self)
        self.own = OwnRules(self) if self.own_rules else None
        self.single("/system/identity").fields["name"] = identity

    def use_version(self, text: str) -> None:
        """Becomes a fresh router of another version."""
        self.version = Version.parse(text)
        self.begin(self.single("/system/identity").fields["name"])

    def tick(self) -> None:
        """Plays what the clock says is due."""

    def write_down(self) -> None:
        """Puts what users changed into the log and the history."""

    def settle(self) -> None:
        """After rows were put in place by other ways than one by one."""
        if self.own is not None:
            self.own.recount()

    def settle_reboot(self) -> None:
        """Reboots where that was asked for."""

    # -- reading -------------------------------------------------------------

    def printed(self, path: str, table: Table, row: Row) -> Fields:
        """The properties of a row as print shows them now, without `.id`."""
        fields = row.fields
        if row.expires is not None:
            fields = self.shapes[path].arrange(fields | {"timeout": hooks.timeout_left(self, row)})
        elif path == "/system/resource":
            fields = resource(self.version, self.clock.start, self.uptime())
        elif path == "/file" and len(fields.get("contents", "")) > CONTENTS_LIMIT:
            fields = {k: v for k, v in fields.items() if k != "contents"}
        elif path == "/system/clock":
            fields = fields | self.clock_fields()
        if table.menu.hidden:
            fields = {k: v for k, v in fields.items() if k not in table.menu.hidden}
        return fields

    def computes(self, path: str) -> bool:
        """Whether rows of this menu show more or less than their fields."""
        return path in COMPUTED or bool(self.tables[path].menu.hidden)

    def clock_fields(self) -> Fields:
        date, time = self.version.date(self.clock.moment()).split()
        return {"date": date, "time": time}

    def uptime(self) -> str:
        return format_time(int(self.clock.now() - self.booted) * 1000)

    def export(self, mode: Mode = "compact", *, sensitive: bool = True) -> str:
        """An export that loads to the same state; `sensitive=False` leaves secrets out."""
        fresh = State(self.version, Clock.frozen(self.clock.start), "MikroTik")
        return export(self, fresh, mode, sensitive=sensitive)

    # -- the router's own doing ------------------------------------------------

    def log(self, topics: str, message: str) -> None:
        """Adds a line to /log, which keeps the last thousand."""
        self.write_down()
        values = {"time": self.clock_fields()["time"], "topics": topics, "message": message}
        self.create("/log", values, dynamic=True)
        table = self.tables["/log"]
        if len(table) > LOG_LINES and table.first is not None:
            self.delete("/log", table.first)

    def write_file(self, name: str, kind: str, contents: str) -> None:
        """Puts a file in /file, in the place of one of that name."""
        table = self.tables["/file"]
        old = table.by_name(name)
        if old is not None:
            self.delete("/file", old)
        values = {"name": name, "type": kind, "contents": contents}
        values["size"] = str(len(contents.encode("utf-8", "surrogateescape")))
        values["last-modified"] = self.version.date(self.clock.moment())
        self.create("/file", values)
