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
    Mode,
    PlainSecret,
    Router,
    Settings,
)
from reconciler.yamlfile import Loc

_LOGINS = (Mode.PPPOE, Mode.HOTSPOT)


def _secrets(draft: Draft) -> Iterator[tuple[Reading, Loc, object]]:
    """Every secret of the files with its place, but for derived ones; None where there is none."""
    for reading in (draft.settings, *draft.readings):
        model = reading.model
        if isinstance(model, Settings):
            yield reading, ("secrets", "key"), model.secrets.key
            yield reading, ("secrets", "age_identity"), model.secrets.age_identity
        elif isinstance(model, Router):
            yield reading, ("password",), model.password
        elif isinstance(model, Client):
            for index, service in enumerate(model.services):
                loc = ("services", index)
                if not isinstance(service.password, DerivedSecret):
                    yield reading, (*loc, "password"), service.password
                for key, holder in (("cpe", service.cpe), ("wifi", service.wifi)):
                    if holder is not None:
                        yield reading, (*loc, key, "password"), holder.password


def not_in_clear(draft: Draft) -> Iterator[Found]:
    """A secret in a repository stays in its history for ever."""
    if draft.inventory.settings.secrets.allow_plain or draft.settings.damaged:
        return
    for reading, loc, secret in _secrets(draft):
        if isinstance(secret, PlainSecret) and secret.plain:
            message = "A secret in clear is refused."
            hint = "Use env, file, age or derived; `secrets: {allow_plain: true}` is for trials"
            yield reading, Finding("plain-secret", loc, message, hint)


def can_open(draft: Draft) -> Iterator[Found]:
    """An encrypted password that is used needs an identity."""
    if draft.inventory.settings.secrets.age_identity is not None or draft.settings.damaged:
        return
    for reading, loc, secret in _secrets(draft):
        if isinstance(secret, AgeSecret) and not {"cpe", "wifi"} & set(loc):
            message = "The secret is encrypted, but the settings name no identity that opens it."
            hint = "Add `secrets: {age_identity: {env: AGE_IDENTITY}}` to reconcile.yaml"
            yield reading, Finding("no-identity", loc, message, hint)


def can_derive(draft: Draft) -> Iterator[Found]:
    """Derived passwords need the repository key; said once, for they are the default."""
    if draft.inventory.settings.secrets.key is not None or draft.settings.damaged:
        return
    derived = [
        placed
        for placed in draft.placed
        if placed.subscription.plan.mode in _LOGINS
        and placed.subscription.service.has_rows
        and isinstance(placed.subscription.service.password, DerivedSecret)
    ]
    if derived:
        first, more = derived[0], len(derived) - 1
        others = f" ({more} more likewise)" if more else ""
        whose = first.subscription.id
        message = f"The password of {whose} is derived, and the repository has no key{others}."
        hint = "Add `secrets: {key: {env: RECONCILE_KEY}}` to reconcile.yaml"
        yield first.reading, Finding("no-key", first.loc("password"), message, hint)


CHECKS = (not_in_clear, can_open, can_derive)
