# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that several commands have: the same name, meaning and help everywhere.

What takes long to import is imported where it is needed, as in `context`.
"""

from collections.abc import Callable, Iterable
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

from reconciler.errors import UsageError

Command = Callable[..., None]
Option = Callable[[Command], Command]

A_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
NEW_FILE = click.Path(path_type=Path, dir_okay=False, writable=True)


def together(*options: Option) -> Option:
    """Several options as one decorator, in the order in which the help lists them."""

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def _ids_of(folder: str) -> Callable[..., list[CompletionItem]]:
    """Ids for the shell's completion: the names of files, so that nothing has to be loaded."""

    def complete(
        ctx: click.Context, _param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from reconciler.inventory.files import find_root  # noqa: PLC0415 - see above

        given = ctx.find_root().params.get("repo")
        root = Path(given) if given else find_root(Path.cwd())
        files = (root / folder).rglob("*.yaml") if root else ()
        names = sorted(file.stem for file in files if not file.name.startswith("."))
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]

    return complete


complete_clients = _ids_of("inventory/clients")
complete_zones = _ids_of("inventory/zones")
complete_plans = _ids_of("plans")
complete_routers = _ids_of("inventory/routers")
_COMPLETE = {
    "client": complete_clients,
    "zone": complete_zones,
    "plan": complete_plans,
    "router": complete_routers,
}


def ids_option(noun: str, text: str, name: str | None = None) -> Option:
    """`--client ID` and its kin, as often as wanted, given as `clients`; `name`: other than it."""
    return click.option(
        f"--{name or noun}",
        f"{noun}s",
        multiple=True,
        metavar="ID",
        shell_complete=_COMPLETE[noun],
        help=f"{text}; may be given several times.",
    )


narrowing_options = together(
    ids_option("client", "Only this client"), ids_option("zone", "Only clients of this zone")
)
scope_options = together(
    *(ids_option(noun, f"Only this {noun}") for noun in ("router", "zone", "client"))
)
client_argument = click.argument("client", shell_complete=complete_clients)
plan_file_argument = click.argument("planfile", type=A_FILE, required=False)

yes_option = click.option("--yes", is_flag=True, help="Do not ask.")
dry_run_option = click.option(
    "--dry-run", is_flag=True, help="Show what would change and write nothing."
)
write_options = together(dry_run_option, yes_option)


def format_option(
    forms: Iterable[str] = ("text", "json"), text: str = "For people, or for programs."
) -> Option:
    """`--format`, given as `form`; the first is the default."""
    names = list(forms)
    return click.option(
        "--format",
        "form",
        type=click.Choice(names),
        default=names[0],
        show_default=True,
        help=text,
    )


def router_argument(command: Command) -> Command:
    """ROUTER, or `--router` as where a command takes several: one of both, given as `router`."""

    @click.argument("router", required=False, shell_complete=complete_routers)
    @click.option(
        "--router",
        "same",
        metavar="ID",
        shell_complete=complete_routers,
        help="The same as ROUTER.",
    )
    @wraps(command)
    def choosing(*given: Any, router: str | None, same: str | None, **others: Any) -> None:
        source = click.get_current_context().get_parameter_source("same")
        if router and same and source is ParameterSource.COMMANDLINE:
            raise UsageError(f"Name the router once: {router}, or --router {same}.")
        if not (router or same):
            raise UsageError("Name the router: ROUTER, or --router ID.")
        command(*given, router=router or same, **others)

    return choosing


_ALLOWED = {
    "removals": "services to lose their rows though no file says why",
    "changes": "services whose rows are set or removed",
    "cuts": "active services to be newly suspended",
    "sessions": "live sessions to drop in this run",
}
# `--allow-removals N` and its kin, each lifting one guard for up to N.
allow_options = together(
    *(
        click.option(
            f"--allow-{name}",
            name,
            type=click.IntRange(min=0),
            metavar="N",
            help=f"Go beyond the limit for up to N {what}.",
        )
        for name, what in _ALLOWED.items()
    )
)
adopt_option = click.option(
    "--adopt", is_flag=True, help="Take over rows without our mark that hold a key."
)
tidy_option = click.option(
    "--tidy",
    is_flag=True,
    help="Remove what another billing system left on a router that is as the files say.",
)
lockout_option = click.option(
    "--allow-lockout",
    is_flag=True,
    help="Go on though the plan would cut the way on which routers are reached.",
)
window_option = click.option(
    "--override-window",
    metavar="REASON",
    help="Go on outside of a zone's change windows, or in a freeze; the reason is noted.",
)


class Day(click.DateTime):
    """A day as it is written in the files, within what calendars and time zones can reckon with."""

    _FIRST, _LAST = date(1990, 1, 1), date(2199, 12, 31)

    def __init__(self) -> None:
        super().__init__(["%Y-%m-%d"])

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """A date, not a moment."""
        try:
            day = super().convert(value, param, ctx).date()
        except click.BadParameter:
            self.fail(f"{value!r} is no date: write it as 2026-11-30.", param, ctx)
        if not self._FIRST <= day <= self._LAST:
            self.fail(f"Take a date from {self._FIRST} to {self._LAST}.", param, ctx)
        return day


def day_option(text: str) -> Option:
    """`--on`."""
    return click.option("--on", type=Day(), help=text)


on_option = day_option("The end of this date instead of today.")
