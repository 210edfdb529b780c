# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile ci …`: what pipelines ask of GitHub and GitLab, for use in their shell steps."""

import json
from pathlib import Path
from typing import Any, TextIO

import click

from reconciler.changeset import ChangeSet
from reconciler.cli.context import Repo, print_data, say
from reconciler.cli.lazy import Group
from reconciler.cli.options import A_FILE, together
from reconciler.errors import UsageError
from reconciler.forge import (
    FORGES,
    Pipeline,
    close_issue,
    close_request,
    connect,
    in_block,
    put_comment,
    put_issue,
    put_request,
    reviewed_fingerprint,
)

_NOTHING = ChangeSet(()).fingerprint

text_file = click.argument("file", type=click.File(encoding="utf-8", errors="replace"))
optional_file = click.argument(
    "file", type=click.File(encoding="utf-8", errors="replace"), required=False
)
title_option = click.option("--title", help="Its title.")
close_option = click.option(
    "--close", "reason", metavar="REASON", help="Close it, where one is open."
)
plain_option = click.option(
    "--text", "plain", is_flag=True, help="FILE is plain text: show it as it is."
)
number_option = click.option(
    "--number", type=click.IntRange(min=1), help="The pull request; default: the pipeline's."
)


forge_options = together(
    click.option(
        "--forge", type=click.Choice(FORGES), help="Default: the one whose pipeline this is."
    ),
    click.option(
        "--author", help="GitHub: the login whose comments count; default: the bot of Actions."
    ),
)


@click.group(cls=Group)
def ci() -> None:
    """Keep one comment, one issue, one pull request up to date, from a pipeline.

    The token is that of GITHUB_TOKEN or GITLAB_TOKEN.

    \b
    Example:  reconcile ci comment plan.md
    """


@ci.command()
@text_file
@click.option("--key", default="plan", show_default=True, help="Which comment.")
@plain_option
@number_option
@forge_options
@click.pass_obj
def comment(
    repo: Repo,
    file: TextIO,
    key: str,
    plain: bool,
    number: int | None,
    forge: str | None,
    author: str | None,
) -> None:
    """Write FILE as the one comment of a pull request, in place of what it said before.

    \b
    Example:  reconcile ci comment plan.md
    """
    pipeline = connect(repo.environ, forge, author)
    request = _request(pipeline, number)
    if request is None:
        say(f"No pull request was merged as {pipeline.commit}: there is nothing to comment on.")
        return
    done = put_comment(pipeline.forge, request, key, _body(file, plain))
    say(f"comment {key} of #{request}: {done.value}")


@ci.command()
@click.option("--key", default="plan", show_default=True, help="Which comment.")
@click.option("--nothing", is_flag=True, help="The fingerprint of no change at all.")
@number_option
@forge_options
@click.pass_obj
def expected(
    repo: Repo,
    key: str,
    nothing: bool,
    number: int | None,
    forge: str | None,
    author: str | None,
) -> None:
    """Print the fingerprint that was reviewed in the pull request that was merged.

    Where nothing was reviewed it is that of no change, so that `apply --expect` refuses any.

    \b
    Example:  reconcile apply --yes --expect "$(reconcile ci expected)"
    """
    if nothing:
        print_data(_NOTHING)
        return
    pipeline = connect(repo.environ, forge, author)
    request = _request(pipeline, number)
    if request is None:
        say(f"No pull request was merged as {pipeline.commit}: nothing was reviewed.")
    found = reviewed_fingerprint(pipeline.forge, request, key) if request else None
    if request and found is None:
        say(f"#{request} has no comment with a plan: nothing was reviewed.")
    print_data(found or _NOTHING)


@ci.command()
@optional_file
@click.option("--key", default="drift", show_default=True, help="Which issue; also its label.")
@title_option
@plain_option
@close_option
@forge_options
@click.pass_obj
def issue(
    repo: Repo,
    file: TextIO | None,
    key: str,
    title: str | None,
    plain: bool,
    reason: str | None,
    forge: str | None,
    author: str | None,
) -> None:
    """Open one issue with FILE, or bring the open one up to date, or close it.

    \b
    Examples:  reconcile ci issue --title "Drift" --text drift.txt
               reconcile ci issue --close "No drift any more."
    """
    pipeline = connect(repo.environ, forge, author)
    if reason is not None:
        closed = close_issue(pipeline.forge, key, reason)
        say(f"issue #{closed}: closed" if closed else f"no issue {key} is open")
        return
    number, done = put_issue(pipeline.forge, key, *_written(title, file, plain))
    say(f"issue #{number}: {done.value}")


@ci.command("pull-request")
@optional_file
@click.option("--branch", required=True, help="The branch, which was pushed before.")
@click.option("--base", default="main", show_default=True, help="Where it is to be merged.")
@title_option
@plain_option
@close_option
@forge_options
@click.pass_obj
def pull_request(
    repo: Repo,
    file: TextIO | None,
    branch: str,
    base: str,
    title: str | None,
    plain: bool,
    reason: str | None,
    forge: str | None,
    author: str | None,
) -> None:
    """Open a pull request for a branch with FILE, or bring the open one up to date, or close it.

    \b
    Example:  reconcile ci pull-request --branch billing/cuts --title "2 cuts" --text cuts.txt
    """
    pipeline = connect(repo.environ, forge, author)
    if reason is not None:
        closed = close_request(pipeline.forge, branch, reason)
        say(f"pull request #{closed}: closed" if closed else f"no pull request of {branch} is open")
        return
    number, done = put_request(pipeline.forge, branch, base, *_written(title, file, plain))
    say(f"pull request #{number}: {done.value}")


@ci.command()
@click.argument("file", type=A_FILE)
def outputs(file: Path) -> None:
    """Print the counts of a plan or drift in JSON as NAME=VALUE lines.

    \b
    Example:  reconcile ci outputs plan.json >> "$GITHUB_OUTPUT"
    """
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        print_data("\n".join(f"{name}={value}" for name, value in _counts(data).items()))
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{file} is no plan in JSON.") from error


def _counts(data: Any) -> dict[str, object]:
    causes = [change.get("cause") for change in data["changes"]]
    return {
        "fingerprint": data["fingerprint"],
        "changes": len(data["changes"]),
        "notices": len(data["notices"]),
        "drift": causes.count("drift"),
        "unreachable": sum(one["status"] == "unreachable" for one in data["routers"]),
        **data["summary"],
    }


def _request(pipeline: Pipeline, number: int | None) -> int | None:
    """The one asked for, else what this pipeline checks, else what was merged as its commit."""
    request = number or pipeline.request
    if request or not pipeline.commit:
        return request
    return pipeline.forge.merged_as(pipeline.commit)


def _written(title: str | None, file: TextIO | None, plain: bool) -> tuple[str, str]:
    """Title and body of what is opened. Raises UsageError where one is not given."""
    if file is None or not title:
        raise UsageError("Give a FILE and --title, or --close.")
    return title, _body(file, plain)


def _body(file: TextIO, plain: bool) -> str:
    text = file.read()
    return in_block(text) if plain else text
