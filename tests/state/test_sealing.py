# SPDX-License-Identifier: GPL-3.0-or-later
"""Sealing secrets for several recipients: each of them opens, nobody else does."""

from pathlib import Path
from typing import Any

import pyrage  # type: ignore[import-untyped]
import pytest
from pydantic import ValidationError

from reconciler.errors import FilesError, UsageError
from reconciler.models import AgeSecret, SecretSettings, Settings
from reconciler.sealing import can_seal, find_recipients, seal, seal_line
from reconciler.secrets import Secrets

TEXT = 'pa"ss: ñ #'


def identity() -> Any:
    return pyrage.x25519.Identity.generate()


def settings(*recipients: Any, own: Any = None) -> Settings:
    secrets: dict[str, Any] = {"age_recipients": [str(one) for one in recipients]}
    if own:
        secrets["age_identity"] = {"env": "ID"}
    return Settings.model_validate(
        {
            "format": "1",
            "company": {"name": "x"},
            "locale": "es_MX",
            "timezone": "America/Mexico_City",
            "currency": "MXN",
            "secrets": secrets,
        }
    )


def opened(sealed: str, own: Any) -> str:
    secrets = Secrets(settings(own=own), {"ID": str(own)}, Path("/"))
    return secrets.resolve(AgeSecret(age=sealed), "ana", "internet")


def of(found: Settings, environ: dict[str, str] | None = None) -> list[Any]:
    return find_recipients(found.secrets, Secrets(found, environ or {}, Path("/")))


@pytest.mark.parametrize("how", [seal, seal_line])
def test_every_recipient_opens_and_nobody_else(how: Any) -> None:
    one, two, other = identity(), identity(), identity()
    sealed = how(TEXT, of(settings(one.to_public(), two.to_public())))
    assert opened(sealed, one) == opened(sealed, two) == TEXT
    with pytest.raises(FilesError, match="does not open"):
        opened(sealed, other)


def test_without_recipients_it_is_the_identitys_own() -> None:
    own = identity()
    assert opened(seal_line(TEXT, of(settings(own=own), {"ID": str(own)})), own) == TEXT


def test_with_recipients_no_identity_is_needed() -> None:
    """Who only adds clients has the public keys and no identity."""
    one = identity()
    found = settings(one.to_public(), own=identity())
    assert opened(seal_line(TEXT, of(found, {})), one) == TEXT


def test_one_line_is_one_line() -> None:
    assert "\n" not in seal_line(TEXT * 100, of(settings(identity().to_public())))


def test_nobody_named_is_wrong_usage_that_says_what_to_add() -> None:
    assert not can_seal(SecretSettings())
    with pytest.raises(UsageError, match="age_recipients"):
        of(settings())


@pytest.mark.parametrize("text", ["age2abc", "AGE-SECRET-KEY-1QQQQ", "ssh-dss AAAA", ""])
def test_what_is_no_recipient_is_a_problem_of_the_file(text: str) -> None:
    with pytest.raises(ValidationError):
        settings(text)


def test_a_recipient_that_cannot_be_read_is_named() -> None:
    with pytest.raises(UsageError, match="age1qqqq"):
        of(settings("age1" + "q" * 58))
