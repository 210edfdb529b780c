# SPDX-License-Identifier: GPL-3.0-or-later
"""A text as a QR code: rows of dark and light, and as an image inside a page. Pure.

Imports nothing of the project.
"""

import segno
from markupsafe import Markup

_QUIET = 2  # light modules around it; paper around the code gives the rest of the four


def rows_of(text: str) -> tuple[bytes, ...]:
    """The modules of the code without its quiet zone: 1 is dark."""
    return tuple(bytes(row) for row in _code(text).matrix)


def svg_of(text: str, label: str) -> Markup:
    """The code as inline SVG, safe to stand in HTML."""
    made = _code(text).svg_inline(
        border=_QUIET, scale=1, omitsize=True, svgclass="qr", lineclass=None, title=label
    )
    return Markup(made)


def _code(text: str) -> segno.QRCode:
    return segno.make_qr(text, error="m", boost_error=False)
