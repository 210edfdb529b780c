# SPDX-License-Identifier: GPL-3.0-or-later
"""GitHub and GitLab over HTTP: one comment, one issue, one pull request that are kept up to date.

`connect` finds out from the variables of a pipeline where it runs. Tokens come from the
environment, go into one header, and follow no redirect.
Imports of the project: errors, render.
"""

from reconciler.forge.connect import FORGES, Pipeline, connect
from reconciler.forge.model import Forge, ForgeError
from reconciler.forge.sticky import (
    close_issue,
    close_request,
    in_block,
    put_comment,
    put_issue,
    put_request,
    reviewed_fingerprint,
)

__all__ = [
    "FORGES",
    "Forge",
    "ForgeError",
    "Pipeline",
    "close_issue",
    "close_request",
    "connect",
    "in_block",
    "put_comment",
    "put_issue",
    "put_request",
    "reviewed_fingerprint",
]
