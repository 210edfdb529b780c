# SPDX-License-Identifier: GPL-3.0-or-later
"""`reconcile.yaml`: the settings of the company.

Imports of the project: its neighbours in models.
"""

from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from reconciler.models.base import Model
from reconciler.models.notification import Notification
from reconciler.models.quantities import Timeout
from reconciler.models.scalars import (
    Bool,
    Count,
    Id,
    LongText,
    Text,
    TimeZone,
    WholePercent,
    shape,
    wrong,
)
from reconciler.models.secret import Secret

_TWO_DIGITS = 2
# Minor digits of ISO 4217 that are not two, for currencies that somebody may bill in.
_OTHER_DIGITS = {
    **dict.fromkeys(
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0
    ),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
}


Picture = Annotated[
    str,
    BeforeValidator(
        shape(r"(?!.*(^|/)\.\.(/|$))[^/\\\s][^\\\r\n]{0,200}\.(png|jpe?g)",
              "a PNG or JPEG file below the repository's root", "docs/logo.png")
    ),
    WithJsonSchema({"type": "string", "pattern": r"\.(png|jpe?g)$"}),
]  # fmt: skip


class Company(Model):
    """Who bills."""

    name: Text
    """Name on documents."""
    tax_id: Text | None = None
    """RFC, RUC, NIT, CUIT … as it stands on invoices."""
    email: Text | None = None
    """For answers to messages."""
    phone: Text | None = None
    """As it is printed."""
    website: Text | None = None
    """As it is printed."""
    address: LongText | None = None
    """As it is printed; may have several lines."""
    logo: Picture | None = None
    """A picture for the head of documents."""
    payment_instructions: LongText | None = None
    """How to pay, on documents with something open; may have several lines."""


Recipient = Annotated[
    str,
    BeforeValidator(
        shape(r"age1[0-9a-z]{20,200}|ssh-(ed25519|rsa) [0-9A-Za-z+/=]{20,2000}( .*)?",
              "an age recipient", "age1… or ssh-ed25519 …")
    ),
]  # fmt: skip


class SecretSettings(Model):
    """Where the repository's own secrets are, and which kinds are accepted."""

    key: Secret | None = None
    """The repository key: derives passwords, makes secrets comparable, signs plan files."""
    age_identity: Secret | None = None
    """The age identity (`AGE-SECRET-KEY-…`) that opens `age` secrets."""
    age_recipients: tuple[Recipient, ...] = ()
    """For whom secrets are encrypted (`age1…`, `ssh-ed25519 …`); default: the identity's own."""
    allow_plain: Bool = False
    """Whether `{plain: …}` is accepted anywhere."""


class Limits(Model):
    """What an apply may do at most without a flag that says so; for each router."""

    removals: Count = 5
    """Services that lose their rows although no file says why."""
    removals_percent: WholePercent = 10
    """The same, of the services the router held before."""
    changes_percent: WholePercent = 30
    """Services whose rows are set or removed, of those the router held before."""
    cuts_percent: WholePercent = 10
    """Active services newly suspended (and more than 5)."""
    sessions: Count = 50
    """Live sessions dropped, in the whole run."""
    confirm_bytes: Count = 30_000
    """Bytes of the script that a router keeps for `apply --confirm`."""


class OwnLimits(Model):
    """Limits of one router or zone; what is absent is as in the settings."""

    removals: Count | None = None
    """Services that lose their rows although no file says why."""
    removals_percent: WholePercent | None = None
    """The same, of the services the router held before."""
    changes_percent: WholePercent | None = None
    """Services whose rows are set or removed, of those the router held before."""
    cuts_percent: WholePercent | None = None
    """Active services newly suspended (and more than 5)."""


BY_ZONE, AT_ONCE = "zone", "none"


def parse_waves(value: object) -> str | int:
    """`zone`, `none`, or the percent of the routers in one wave. Raises PydanticCustomError."""
    text = str(value)
    if text in (BY_ZONE, AT_ONCE):
        return text
    if text.isdecimal() and text.isascii() and 1 <= int(text[:4]) <= 100:
        return int(text)
    raise wrong("is no way to make waves", "Write zone, none, or a percentage from 1 to 100")


class WaveSettings(Model):
    """How an apply goes over the routers in waves, and what must hold before the next one."""

    by: Annotated[
        str | int,
        BeforeValidator(parse_waves),
        WithJsonSchema({"anyOf": [{"enum": ["zone", "none"]},
                                  {"type": "integer", "minimum": 1, "maximum": 100}]}),
    ] = AT_ONCE  # fmt: skip
    """What `apply --waves` is where it is not given: zone, none, or a percentage of the routers."""
    canary: tuple[Id, ...] = ()
    """The routers of the first wave; without them the one with the fewest services."""
    wait: Timeout = 120.0
    """How long a wave may take to be healthy, as a duration."""
    sessions_percent: WholePercent = 90
    """Live sessions that must be back, of those before that were not to end."""
    cpu_percent: WholePercent = 90
    """What the load of a router's CPU must not be above."""
    failures: Count = 0
    """Routers that may fail before no further wave is begun."""


Locale = Annotated[
    str,
    BeforeValidator(shape(r"[a-z]{2,3}(_[A-Z][a-z]{3})?(_([A-Z]{2}|\d{3}))?", "a locale", "es_MX")),
    WithJsonSchema(
        {"type": "string", "pattern": r"^[a-z]{2,3}(_[A-Z][a-z]{3})?(_([A-Z]{2}|\d{3}))?$"}
    ),
]
Currency = Annotated[
    str,
    BeforeValidator(shape(r"[A-Z]{3}", "a currency of ISO 4217", "MXN")),
    WithJsonSchema({"type": "string", "pattern": "^[A-Z]{3}$"}),
]


def _format(value: object) -> int:
    if value in (1, "1"):
        return 1
    raise wrong("is not known to this version", "Write 1, or take a newer version of reconcile")


Format = Annotated[int, BeforeValidator(_format), WithJsonSchema({"enum": [1, "1"]})]


class Settings(Model):
    """Settings of the company; the file marks the root of a state repository."""

    format: Format
    """Version of the file format."""
    company: Company | None = None
    """Who bills."""
    locale: Locale = "en_US"
    """Language and number format of documents."""
    timezone: TimeZone = "UTC"
    """Decides what today is; a zone may set its own."""
    currency: Currency = "USD"
    """ISO 4217; must be written where anything is billed."""
    secrets: SecretSettings = SecretSettings()
    """Where the repository's own secrets are."""
    limits: Limits = Limits()
    """What an apply may do at most without a flag."""
    waves: WaveSettings = WaveSettings()
    """How an apply goes over the routers in waves."""
    notifications: tuple[Notification, ...] = ()
    """Who is told of what."""

    @property
    def minor_digits(self) -> int:
        """Decimals of an amount: 2 for MXN, 0 for CLP."""
        return _OTHER_DIGITS.get(self.currency, _TWO_DIGITS)
