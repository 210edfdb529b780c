# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: `reconcile`. Thin: it alone knows the clock, the environment, the terminal."""

import gc
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from reconciler import __version__
from reconciler.cli.context import LOG, Repo, say
from reconciler.cli.lazy import LazyGroup
from reconciler.cli.streams import mute
from reconciler.errors import FilesError, ReconcileError
from reconciler.wording import counted, os_reason

# Command -> module that holds it, `module:name` where it is not under the same name (a word that
# Python keeps for itself) or in another package; loaded only when it is called.
COMMANDS = {
    "init": "init",
    "validate": "validate",
    "fmt": "fmt",
    "plan": "plan",
    "merge": "merge",
    "apply": "apply",
    "drift": "drift",
    "import": "import_:import_command",
    "detach": "detach",
    "undo": "undo",
    "unlock": "unlock",
    "rehearse": "rehearse",
    "status": "status",
    "doctor": "doctor",
    "client": "client",
    "billing": "billing.cli:billing",
    "secrets": "secrets",
    "ci": "ci",
    "emulator": "emulator",
    "demo": "demo",
}

# Made since the collector of cycles looked last: a look at so many takes 0.1 s, in which no router
# is heard.
_OBJECTS = 500_000
_SWITCH = 0.0005  # seconds; who talks to a router waits no longer for the thread that computes


@click.group(
    cls=LazyGroup,
    table=COMMANDS,
    package="reconciler.cli",
    prefix="RECONCILE",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--repo",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="RECONCILE_REPO",
    help="The state repository; default: the nearest parent folder with a reconcile.yaml.",
)
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    envvar="RECONCILE_LOG_FORMAT",
    help="How progress and logs are written on stderr; json: an object a line.",
)
@click.version_option(__version__, prog_name="reconcile")
@click.pass_context
def cli(ctx: click.Context, repo: Path | None, log_format: str) -> None:
    """Clients, plans and zones as YAML in git, made true on MikroTik routers.

    \b
    Examples:  reconcile demo
               reconcile init wisp --host 10.0.0.1
               reconcile validate && reconcile plan && reconcile apply
    """
    LOG.as_json = log_format == "json"
    ctx.obj = Repo(repo)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit with the codes of docs/commands.md."""
    signal.signal(signal.SIGTERM, _terminated)
    # Models, rows and changes hold no cycles: to look for some every 700 objects is time lost.
    gc.set_threshold(_OBJECTS)
    sys.setswitchinterval(_SWITCH)
    try:
        code = cli.main(arguments, prog_name="reconcile", standalone_mode=False)
        sys.stdout.flush()
    except FilesError as error:
        for problem in error.problems:
            say(str(problem))
        count = sum(problem.is_error for problem in error.problems)
        say(f"{counted(count, 'error')}: nothing was done.", "bold red")
        code = 1
    except ReconcileError as error:
        say(f"error: {error}", "bold red")
        code = error.exit_code
    except click.UsageError as error:
        error.show()
        code = 64
    except click.ClickException as error:
        error.show()
        code = 1
    except (click.Abort, KeyboardInterrupt):
        say("Interrupted.")
        code = 130
    except BrokenPipeError:
        mute()
        code = 0
    except OSError as error:
        # A file of the user's: a full disk, a folder that is missing or may not be written.
        say(f"error: {os_reason(error)}.", "bold red")
        code = 1
    finally:
        # Python's last look for cycles would be at all that goes with the process anyway.
        gc.freeze()
    raise SystemExit(code or 0)


def _terminated(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(143)
