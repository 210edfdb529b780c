# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a secret is to be found: a mapping with one main key. Never the secret, but for plain.

Imports of the project: its neighbours in models.
"""

from typing import Annotated

from pydantic import BeforeValidator, Discriminator, Field, Tag

from reconciler.models.base import Model
from reconciler.models.scalars import Positive, loose_schema, shape, text


class EnvSecret(Model):
    """The value of an environment variable of whoever runs the command."""

    env: Annotated[
        str,
        BeforeValidator(
            shape(r"[A-Za-z_][A-Za-z0-9_]{0,127}", "the name of a variable", "RB_NORTE_PASSWORD")
        ),
    ]
    """Name of the variable."""


class FileSecret(Model):
    """The content of a file, without its last line end."""

    file: Annotated[str, BeforeValidator(text(1000))]
    """Path, absolute or relative to the root of the repository."""


class AgeSecret(Model):
    """A text encrypted with age to a recipient whose identity the settings name."""

    age: Annotated[str, BeforeValidator(text(20_000, lines=True))]
    """Armored (`-----BEGIN AGE ENCRYPTED FILE-----`), or base64 of the binary form."""


class DerivedSecret(Model):
    """Twelve characters computed from the repository key, the client, the service and a number."""

    derived: Positive
    """The generation: raise it by one to change the password."""

    of: (
        Annotated[
            str,
            BeforeValidator(
                shape(
                    r"[a-z0-9][a-z0-9-]{0,62}/[a-z0-9][a-z0-9-]{0,62}",
                    "a client and a service",
                    "ana-lopez/internet",
                )
            ),
        ]
        | None
    ) = None
    """`<client>/<service>` that the password was derived for, which keeps it through a rename."""


def _plain(value: object) -> str:
    return "" if value == "" else _plain_text(value)


_plain_text = text(1000)


class PlainSecret(Model):
    """The secret itself, for trials: refused unless the settings say `allow_plain: true`."""

    plain: Annotated[str, BeforeValidator(_plain), loose_schema()] = Field(repr=False)
    """The secret in clear; `""`, no password at all, is always accepted."""


MAIN_KEYS = ("env", "file", "age", "derived", "plain")


def _main_key(value: object) -> str | None:
    if isinstance(value, Model):
        found = [key for key in MAIN_KEYS if key in type(value).model_fields]
    elif isinstance(value, dict):
        found = [key for key in MAIN_KEYS if key in value]
    else:
        return None
    return f"<{found[0]}>" if len(found) == 1 else None


Secret = Annotated[
    Annotated[EnvSecret, Tag("<env>")]
    | Annotated[FileSecret, Tag("<file>")]
    | Annotated[AgeSecret, Tag("<age>")]
    | Annotated[DerivedSecret, Tag("<derived>")]
    | Annotated[PlainSecret, Tag("<plain>")],
    Discriminator(
        _main_key,
        custom_error_type="secret",
        custom_error_message="must be a mapping with one of env, file, age, derived, plain",
    ),
]
