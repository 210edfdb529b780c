# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is told of what, in `reconcile.yaml`. Imports of the project: its neighbours in models."""

from enum import StrEnum

from reconciler.models.base import Model
from reconciler.models.scalars import Id
from reconciler.models.secret import Secret


class Occasion(StrEnum):
    FAILED = "failed"
    DRIFT = "drift"
    UNREACHABLE = "unreachable"
    RECOVERED = "recovered"
    CUTS = "cuts"


class Notification(Model):
    """Somebody to tell, and of what."""

    to: Secret
    """The address, as apprise writes it: `tgram://…`, `mailto://…`; it holds a token."""
    when: tuple[Occasion, ...] = ()
    """failed (an apply), drift, unreachable, recovered (a router), cuts (a list); default: all."""
    routers: tuple[Id, ...] = ()
    """Only these routers; default: all. Cut lists are of no router."""
