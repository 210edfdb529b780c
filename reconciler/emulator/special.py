# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands of single menus: logging, scripts, export and import, backups, reboot.

May import answers, state, select, script, rsc, traps.
"""

from collections.abc import Callable

from reconciler.emulator import traps
from reconciler.emulator.answers import Answer, Command
from reconciler.emulator.menu import HANDLERS
from reconciler.emulator.rsc import Mode, load
from reconciler.emulator.select import rows_of
from reconciler.emulator.state import CONTENTS_LIMIT, State

Special = Callable[[State, Command], Answer]
EXPORT_WORDS = frozenset(
    "file compact verbose terse hide-sensitive show-sensitive where path".split()
)


def log_as(topic: str) -> Special:
    def handler(state: State, command: Command) -> Answer:
        state.log(f"script,{topic}", command.arguments.get("message", ""))
        return Answer()

    return handler


def run_script(state: State, command: Command) -> Answer:
    """Begins the script; RouterOS answers when it ends, here what follows a `:delay` comes later.

    An error of the script stands in the log, as it does for schedulers.
    """
    arguments = command.arguments
    if "number" in arguments:
        arguments = {"numbers": arguments["number"]}
    for row in rows_of(state.table("/system/script"), arguments):
        row.fields["run-count"] = str(int(row.fields["run-count"]) + 1)
        row.fields["last-started"] = state.version.date(state.clock.moment())
        state.start_script(row.fields.get("source", ""))
    return Answer()


def do_export(state: State, command: Command) -> Answer:
    """Over the API an export goes to a file, or nowhere. Version 7 hides secrets unless told."""
    for name in command.arguments:
        if name not in EXPORT_WORDS:
            raise traps.unknown_parameter(name)
    target = command.arguments.get("file")
    if target:
        modes: tuple[Mode, ...] = ("verbose", "terse")
        mode: Mode = next((m for m in modes if m in command.arguments), "compact")
        hidden = "hide-sensitive" in command.arguments or (
            state.version.major >= 7 and "show-sensitive" not in command.arguments
        )
        text = state.export(mode, sensitive=not hidden)
        state.write_file(target.removesuffix(".rsc") + ".rsc", "script", text)
    return Answer()


def do_import(state: State, command: Command) -> Answer:
    """Runs a file's commands until one is refused."""
    name = command.arguments.get("file-name", "")
    row = state.table("/file").by_name(name)
    if row is None:
        raise traps.no_such_item()
    state.run_now(row.fields.get("contents", ""))
    return Answer()


def save_backup(state: State, command: Command) -> Answer:
    name = command.arguments.get("name", "backup").removesuffix(".backup") + ".backup"
    state.backups[name] = state.export()
    state.write_file(name, "backup", "")
    return Answer()


def load_backup(state: State, command: Command) -> Answer:
    name = command.arguments.get("name", "").removesuffix(".backup") + ".backup"
    if name not in state.backups:
        raise traps.no_such_item()
    state.begin("MikroTik")
    load(state, state.backups[name])
    return Answer()


def reboot(state: State, _command: Command) -> Answer:
    """It goes down when this command, and what came with it, has been answered."""
    state.reboots = True
    return Answer()


def write_contents(state: State, command: Command) -> Answer:
    """Files take no more than about 60 kB over the API."""
    if len(command.arguments.get("contents", "")) > CONTENTS_LIMIT:
        raise traps.failure("contents too long")
    handler = HANDLERS[command.name]
    return handler(state, state.table("/file"), command)


SPECIAL: dict[tuple[str, str], Special] = {
    ("/system/script", "run"): run_script,
    ("/file", "add"): write_contents,
    ("/file", "set"): write_contents,
    ("/system", "reboot"): reboot,
    ("", "export"): do_export,
    ("", "import"): do_import,
    ("/system/backup", "save"): save_backup,
    ("/system/backup", "load"): load_backup,
    **{("/log", topic): log_as(topic) for topic in ("info", "warning", "error", "debug")},
}
