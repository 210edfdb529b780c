# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets can be had: none in clear unless allowed, and with what opens or derives them."""

from collections.abc import Iterator

from reconciler.inventory.checks.base import Found
from reconciler.inventory.draft import Draft
from reconciler.inventory.finding import Finding
from reconciler.inventory.reading import Reading
from reconciler.models import (
    AgeSecret,
    Client,
    DerivedSecret,
    PlainSecret,
    Router,
    Settings,
)
from reconciler.yamlfile import Loc


def _secrets(draft: Draft) -> Iterator[tuple[Reading, Loc, object]]:
    """Every secret of the files with its place, but for most derived ones; None: there is none."""
    for reading in (draft.settings, *draft.readings):
        model = reading.model
        if isinstance(model, Client):  # nearly all of them
            for index, service in enumerate(model.services):
                if type(service.password) is DerivedSecret and not (service.cpe or service.wifi):
                    continue
                loc = ("services", index)
                yield reading, (*loc, "password"), service.password
                for key, holder in (("cpe", service.cpe), ("wifi", service.wifi)):
                    if holder is not None:
                        yield reading, (*loc, key, "password"), holder.password
        elif isinstance(model, Settings):
            yield reading, ("secrets", "key"), model.secrets.key
            yield reading, ("secrets", "age_identity"), model.secrets.age_identity
        elif isinstance(model, Router):
            yield reading, ("password",), model.password


def had(draft: Draft) -> Iterator[Found]:
    """A secret in clear stays in the history for ever; an encrypted one needs an identity."""
    settings = draft.inventory.settings.secrets
    if draft.settings.damaged:
        return
    for reading, loc, secret in _secrets(draft):
        if isinstance(secret, PlainSecret) and secret.plain and not settings.allow_plain:
            message = "A secret in clear is refused."
            hint = "Use env, file, age or derived; `secrets: {allow_plain: true}` is for trials"
            yield reading, Finding("plain-secret", loc, message, hint)
        if not isinstance(secret, AgeSecret) or settings.age_identity is not None:
            continue
        if not {"cpe", "wifi"} & set(loc):
            message = "The secret is encrypted, but the settings name no identity that opens it."
            hint = "Add `secrets: {age_identity: {env: AGE_IDENTITY}}` to reconcile.yaml"
            yield reading, Finding("no-identity", loc, message, hint)


def can_derive(draft: Draft) -> Iterator[Found]:
    """Derived passwords need the repository key; said once, for they are the default."""
    if draft.inventory.settings.secrets.key is not None or draft.settings.damaged:
        return
    derived = [
        sub
        for sub in draft.inventory.subscriptions
        if sub.plan.has_login
        and sub.service.has_rows
        and isinstance(sub.service.password, DerivedSecret)
    ]
    if derived:
        first, more = draft.placed(derived[0]), len(derived) - 1
        others = f" ({more} more likewise)" if more else ""
        whose = first.subscription.id
        message = f"The password of {whose} is derived, and the repository has no key{others}."
        hint = "Add `secrets: {key: {env: RECONCILE_KEY}}` to reconcile.yaml"
        yield first.reading, Finding("no-key", first.loc("password"), message, hint)


CHECKS = (had, can_derive)
