# SPDX-License-Identifier: GPL-3.0-or-later
"""A MAC address in every spelling that labels and switches have comes to one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from reconciler.models.network import Mac

MAC: TypeAdapter[str] = TypeAdapter(Mac)
ONE_DEVICE = st.binary(min_size=6, max_size=6).filter(lambda data: not data[0] & 1 and any(data))


@given(ONE_DEVICE, st.booleans())
def test_every_spelling_comes_to_one(data: bytes, upper: bool) -> None:
    digits = data.hex().upper() if upper else data.hex()
    pairs = [digits[at : at + 2] for at in range(0, 12, 2)]
    fours = [digits[at : at + 4] for at in range(0, 12, 4)]
    for text in (":".join(pairs), "-".join(pairs), ".".join(fours), digits):
        assert MAC.validate_python(text) == data.hex(":").upper()


@pytest.mark.parametrize(
    "text",
    ["", "10", "0211223344", "02:11:22:33:44:55:66", "02112233445g", "1.2.3.4", "::1", "no",
     "02 11 22 33 44 55", "FF:FF:FF:FF:FF:FF", "000000000000"],
)  # fmt: skip
def test_what_is_no_device_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        MAC.validate_python(text)
