# SPDX-License-Identifier: GPL-3.0-or-later
"""How a plan is shown and kept: its forms, the options that ask for them, the exit code.

May import anything.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import click

from reconciler import machine
from reconciler.changeset import ChangeSet, plan_file_text, to_json
from reconciler.cli.context import Repo, first_code, print_data, print_lines
from reconciler.cli.options import NEW_FILE, Option, format_option, together
from reconciler.cli.surveying import plan_codes
from reconciler.render import markdown, text_lines
from reconciler.staging import write_whole

FORMATS: dict[str, Callable[[ChangeSet], str]] = {
    "markdown": markdown,
    "json": lambda changes: json.dumps(to_json(changes), indent=1),
    "junit": machine.junit,
    "terraform": machine.terraform,
}


def html_page(changes: ChangeSet, title: str = "Plan") -> str:
    from reconciler.page import plan_page  # noqa: PLC0415 - only who wants a page waits for jinja2

    return plan_page(changes, title)


FILES = {form: FORMATS[form] for form in ("markdown", "junit", "terraform")} | {"html": html_page}


def form_files(forms: Iterable[str]) -> Option:
    """`--markdown FILE` and the like: also write that form, of the same reading, to a file."""
    return together(
        *(
            click.option(f"--{form}", type=NEW_FILE, help=f"Also write it as {form} to a file.")
            for form in forms
        )
    )


report_options = together(
    format_option(["text", *FORMATS], "How it is printed."),
    form_files(FILES),
    click.option(
        "--out",
        "file",
        type=NEW_FILE,
        help="Write the plan to a file that `apply` carries out exactly.",
    ),
    click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 where there are changes."),
)


def write_forms(
    changes: ChangeSet,
    forms: Mapping[str, Callable[[ChangeSet], str]],
    files: Mapping[str, Path | None],
) -> None:
    for form, file in files.items():
        if file is not None:
            write_whole(file, f"{forms[form](changes)}\n".encode())


def report(
    repo: Repo,
    changes: ChangeSet,
    files: Mapping[str, Path | None],
    *,
    form: str,
    file: Path | None,
    detailed_exitcode: bool,
    more: Mapping[str, Any] | None = None,
) -> NoReturn:
    """Keep and show a plan, and end with its exit code.

    `files`: what else to write, by form; `more` goes into the plan file.
    """
    if file:
        sign = repo.loaded.secrets.fingerprint
        write_whole(file, plan_file_text(changes, sign, more).encode())
    write_forms(changes, FILES, files)
    if form == "text":
        print_lines(text_lines(changes))
    else:
        print_data(FORMATS[form](changes))
    codes = plan_codes(changes.plans)
    if any(problem.is_error for problem in changes.denials):
        codes.append(1)
    if detailed_exitcode and not changes.is_empty:
        codes.append(2)
    raise SystemExit(first_code(codes))
