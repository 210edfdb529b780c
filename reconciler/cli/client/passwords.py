# SPDX-License-Identifier: GPL-3.0-or-later
"""Random passwords for new logins, written so that no file holds them in clear.

Nothing of them is printed.
"""

import secrets as random

from reconciler.cli.context import Repo
from reconciler.clients.fields import FIELDS, Kind
from reconciler.errors import UsageError
from reconciler.sealing import can_seal, find_recipients, seal_line
from reconciler.secrets import ALPHABET

RANDOM = "random"
_LENGTH = 12


def with_random(repo: Repo, values: dict[str, str]) -> dict[str, str]:
    """The values with each password `random` replaced by a sealed one of 12 characters."""
    kinds = {field.name: field.kind for field in FIELDS}
    return {
        name: seal(repo, "".join(random.choice(ALPHABET) for _ in range(_LENGTH)))
        if kinds.get(name) is Kind.SECRET and value == RANDOM
        else value
        for name, value in values.items()
    }


def seal(repo: Repo, text: str) -> str:
    """`age:…` for the repository's recipients, else `plain:…` where the settings allow it.

    Raises UsageError where neither is possible.
    """
    settings = repo.loaded.inventory.settings.secrets
    if can_seal(settings):
        return "age:" + seal_line(text, find_recipients(settings, repo.loaded.secrets))
    if settings.allow_plain:
        return f"plain:{text}"
    raise UsageError(
        "A random password has to be kept somewhere: set `secrets: {age_identity: …}` in"
        " reconcile.yaml, or use a derived one (derived:1), which is computed from the key."
    )
