# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets of undo files, sealed with AES-256-GCM under a key that HKDF makes of the repository's.

Needs `cryptography` (the extra `undo`) and a repository key; without either nothing is sealed, and
nothing opens. A sealed text opens only at the place it was made for. Imports nothing of the
project.
"""

import base64
import binascii
import os

try:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    INSTALLED = True
except ImportError:
    INSTALLED = False

_INFO = b"reconcile/undo/1"
_NONCE = 12


class Seal:
    """Seals and opens texts; `why_not` says why it cannot, None where it can."""

    def __init__(self, key: bytes | None) -> None:
        self._cipher = None
        self.why_not: str | None = None
        if not INSTALLED:
            self.why_not = "the package cryptography is not installed (the extra `undo`)"
        elif not key:
            self.why_not = "the repository has no key (`secrets: {key: …}` in reconcile.yaml)"
        else:
            derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_INFO).derive(key)
            self._cipher = AESGCM(derived)

    def __repr__(self) -> str:
        return "Seal(…)"

    def close(self, text: str, place: str) -> str | None:
        """The text sealed for `place`, as base64; None without a key."""
        if self._cipher is None:
            return None
        nonce = os.urandom(_NONCE)
        sealed = self._cipher.encrypt(nonce, text.encode(errors="surrogatepass"), place.encode())
        return base64.b64encode(nonce + sealed).decode()

    def open(self, token: str, place: str) -> str | None:
        """The text; None without a key, or where it is of another key or place."""
        if self._cipher is None:
            return None
        try:
            data = base64.b64decode(token, validate=True)
            text = self._cipher.decrypt(data[:_NONCE], data[_NONCE:], place.encode())
            return text.decode(errors="surrogatepass")
        except (binascii.Error, ValueError, InvalidTag):
            return None
