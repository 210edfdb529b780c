# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a pipeline runs, from its variables: the forge, the commit, the request it is for.

Imports model, github, gitlab; errors.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.errors import UsageError
from reconciler.forge.github import AUTHOR, DEFAULT_API, GitHub
from reconciler.forge.gitlab import GitLab
from reconciler.forge.model import Forge

FORGES = ("github", "gitlab")
_PULL = re.compile(r"refs/pull/(\d+)/(merge|head)")


@dataclass(frozen=True)
class Pipeline:
    """`request`: the pull or merge request that a pipeline checks; None where it checks none."""

    forge: Forge
    commit: str | None
    request: int | None


def connect(environ: Mapping[str, str], name: str | None, author: str | None) -> Pipeline:
    """`name`: one of FORGES, else that whose pipeline this is. `author`: GitHub's login of ours.

    Raises UsageError where a variable is missing.
    """
    if name is None:
        running = {"github": environ.get("GITHUB_ACTIONS"), "gitlab": environ.get("GITLAB_CI")}
        name = next((one for one, value in running.items() if value == "true"), None)
        if name is None:
            raise UsageError("This is no pipeline of GitHub or GitLab: name one with --forge.")
    return _github(environ, author or AUTHOR) if name == "github" else _gitlab(environ)


def _github(environ: Mapping[str, str], author: str) -> Pipeline:
    forge = GitHub.at(
        environ.get("GITHUB_API_URL") or DEFAULT_API,
        _need(environ, "GITHUB_REPOSITORY"),
        _need(environ, "GITHUB_TOKEN"),
        author,
    )
    pull = _PULL.fullmatch(environ.get("GITHUB_REF", ""))
    return Pipeline(forge, environ.get("GITHUB_SHA"), int(pull[1]) if pull else None)


def _gitlab(environ: Mapping[str, str]) -> Pipeline:
    forge = GitLab.at(
        _need(environ, "CI_API_V4_URL"),
        _need(environ, "CI_PROJECT_ID"),
        _need(environ, "GITLAB_TOKEN"),
    )
    request = environ.get("CI_MERGE_REQUEST_IID", "")
    number = int(request) if request.isdecimal() else None
    return Pipeline(forge, environ.get("CI_COMMIT_SHA"), number)


def _need(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name)
    if not value:
        raise UsageError(f"The variable {name} is not set.")
    return value
