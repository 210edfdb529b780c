# SPDX-License-Identifier: GPL-3.0-or-later
"""What all models of the state repository share. Imports nothing of the project."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A part of a file: immutable, and no key but its own is accepted.

    Input is never shown in pydantic's own texts, since it may be a secret.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
