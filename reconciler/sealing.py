# SPDX-License-Identifier: GPL-3.0-or-later
"""Sealing a secret with age, for everybody whom the settings name.

The recipients are `age_recipients`, and the identity's own where there is one, so that what is
sealed here also opens here. Imports errors, models, secrets and, when needed, pyrage.
"""

import base64
import importlib
from typing import Any

from reconciler.errors import UsageError
from reconciler.models import SecretSettings
from reconciler.secrets import Secrets


def can_seal(settings: SecretSettings) -> bool:
    """Whether the settings name anybody to seal for."""
    return bool(settings.age_recipients) or settings.age_identity is not None


def find_recipients(settings: SecretSettings, secrets: Secrets) -> list[Any]:
    """For whom secrets are sealed, at least one. Raises UsageError where nobody is named.

    The identity is needed only where no recipient is named: a public key is enough to seal.
    """
    pyrage = _library()
    found = [_recipient(pyrage, text) for text in settings.age_recipients]
    if not found and settings.age_identity is not None:
        found = _own(pyrage, secrets.resolve(settings.age_identity))
    if not found:
        raise UsageError(
            "Nobody is named to seal secrets for. Add `secrets: {age_recipients: [age1…]}` or"
            " `age_identity` to reconcile.yaml."
        )
    return found


def seal(text: str, recipients: list[Any]) -> str:
    """The armored age text of a secret, of several lines."""
    return bytes(_library().encrypt(text.encode(), recipients, armored=True)).decode("ascii")


def seal_line(text: str, recipients: list[Any]) -> str:
    """The same on one line: base64 of the binary form."""
    return base64.b64encode(_library().encrypt(text.encode(), recipients)).decode()


def _library() -> Any:
    try:
        return importlib.import_module("pyrage")
    except ImportError:
        raise UsageError(
            "Encrypting secrets needs the extra `age`: pip install 'wisp-reconcile[age]'"
        ) from None


def _recipient(pyrage: Any, text: str) -> Any:
    try:
        if text.startswith("ssh-"):
            return pyrage.ssh.Recipient.from_str(text)
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise UsageError(f"The age recipient {text[:20]}… cannot be read.") from None


def _own(pyrage: Any, identity: str) -> list[Any]:
    lines = [line.strip() for line in identity.splitlines()]
    try:
        return [
            pyrage.x25519.Identity.from_str(line).to_public()
            for line in lines
            if line.startswith("AGE-SECRET-KEY-")
        ]
    except pyrage.IdentityError:
        text = "The age identity cannot be read: it begins with AGE-SECRET-KEY-."
        raise UsageError(text) from None
