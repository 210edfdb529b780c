# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules within `reconcile.yaml`. Imports of the project: models, findings."""

from collections.abc import Iterator

from reconciler.inventory.finding import Finding
from reconciler.models import DerivedSecret, Settings


def not_derived(settings: Settings) -> Iterator[Finding]:
    """What derives other secrets cannot be derived itself."""
    for key in ("key", "age_identity"):
        if isinstance(getattr(settings.secrets, key), DerivedSecret):
            message = f"The repository's {key} cannot be derived."
            yield Finding("secret", ("secrets", key), message, "Use env, file or age")


RULES = (not_derived,)
