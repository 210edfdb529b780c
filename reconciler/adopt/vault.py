# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the passwords found on a router are kept: as age, as variables, in clear, or not at all.

Imports clients, errors, models, sealing and secrets.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from reconciler.clients.naming import is_utf8
from reconciler.errors import FilesError, UsageError
from reconciler.models import Settings
from reconciler.sealing import can_seal, find_recipients, seal
from reconciler.secrets import Secrets, derive


class Keeping(StrEnum):
    AGE = "age"
    ENV = "env"
    PLAIN = "plain"
    NOT = "not"


class Vault:
    """Turns a password into what a file says of it. `how` is None where the settings decide."""

    def __init__(self, settings: Settings, secrets: Secrets, how: str | None) -> None:
        self._settings, self._secrets = settings.secrets, secrets
        self.how = Keeping(how) if how else self._default()
        self.environ: dict[str, str] = {}
        self._recipients: list[Any] = []
        if self.how is Keeping.PLAIN and not self._settings.allow_plain:
            raise UsageError(
                "Secrets in clear need `secrets: {allow_plain: true}` in the settings."
            )
        if self.how is Keeping.AGE:
            self._recipients = find_recipients(self._settings, secrets)

    def _default(self) -> Keeping:
        if can_seal(self._settings):
            return Keeping.AGE
        return Keeping.PLAIN if self._settings.allow_plain else Keeping.NOT

    def keep(self, client: str, service: str, password: str) -> Mapping[str, Any] | None:
        """What the file says, None where the default says it. ValueError where nothing can."""
        if not password:
            return {"plain": ""}
        if self._is_derived(client, service, password):
            return None
        if any(ord(char) < 32 or 127 <= ord(char) < 160 for char in password):
            raise ValueError("its password holds control characters")
        if not is_utf8(password):
            raise ValueError("its password is not UTF-8: set `charset:` in the router's file")
        if self.how is Keeping.PLAIN:
            return {"plain": password}
        if self.how is Keeping.ENV:
            name = f"PASSWORD_{client}_{service}".upper().replace("-", "_")
            self.environ[name] = password
            return {"env": name}
        if self.how is Keeping.AGE and self._recipients:
            return {"age": seal(password, self._recipients)}
        raise ValueError(
            "its password cannot be kept: no age identity, and secrets in clear are off"
        )

    def _is_derived(self, client: str, service: str, password: str) -> bool:
        try:
            return derive(self._secrets.key, client, service, 1) == password
        except FilesError:
            return False
