# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a router is and how it is trusted: endpoint, TLS, the open socket, and why there is none.

Promises that a password is in no text and no repr, that TLS is verified unless told otherwise, and
that every failure says what, where and what to do. Imports `codec`, `errors` and `wire`.
"""

import hashlib
import re
import socket
import ssl
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Self

from reconciler.codec import checked_charset
from reconciler.errors import Unreachable
from reconciler.wire import ConnectionClosed, FatalError, ProtocolError, TooSlow

_DIGITS: Final = re.compile(r"[0-9a-f]{64}")


class TlsKind(StrEnum):
    OFF = "off"
    VERIFIED = "verified"
    PINNED = "pinned"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True)
class TlsMode:
    """How the router proves who it is. `fingerprint` is `sha256:<64 hex>` and only for pinned."""

    kind: TlsKind = TlsKind.VERIFIED
    fingerprint: str | None = None

    @classmethod
    def off(cls) -> Self:
        return cls(TlsKind.OFF)

    @classmethod
    def verified(cls) -> Self:
        """By the authorities this machine trusts (`SSL_CERT_FILE` is honoured), host checked."""
        return cls(TlsKind.VERIFIED)

    @classmethod
    def pinned(cls, fingerprint: str) -> Self:
        """By the SHA-256 of its certificate, with or without colons; ValueError if it is none."""
        digits = fingerprint.strip().lower().removeprefix("sha256:").replace(":", "")
        if not _DIGITS.fullmatch(digits):
            raise ValueError(f"{fingerprint!r} is no fingerprint: sha256: and 64 hex digits")
        return cls(TlsKind.PINNED, f"sha256:{digits}")

    @classmethod
    def anonymous(cls) -> Self:
        """Encrypted, but nobody proves anything: a router without a certificate."""
        return cls(TlsKind.ANONYMOUS)

    def context(self) -> ssl.SSLContext:
        if self.kind is TlsKind.VERIFIED:
            return ssl.create_default_context()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        if self.kind is TlsKind.ANONYMOUS:
            # Anonymous key exchange left TLS with version 1.3, and OpenSSL 3 hides it by default.
            context.set_ciphers("ADH:@SECLEVEL=0")
            context.maximum_version = ssl.TLSVersion.TLSv1_2
        else:
            # The pin is what is trusted, so a short RSA key of the router's own is no reason.
            context.set_ciphers("DEFAULT:@SECLEVEL=1")
        return context


@dataclass(frozen=True)
class Endpoint:
    """All that is needed to connect to one router.

    `timeout` is seconds of silence; `name` is the router's id for messages (default: the host).
    ValueError for a charset that is unknown or does not keep ASCII.
    """

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    tls: TlsMode = field(default_factory=TlsMode)
    timeout: float = 10.0
    charset: str = "utf-8"
    name: str = ""

    def __post_init__(self) -> None:
        checked_charset(self.charset)

    @property
    def label(self) -> str:
        return self.name or self.host

    @property
    def address(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def service(self) -> str:
        return "api" if self.tls.kind is TlsKind.OFF else "api-ssl"


class Untrusted(Unreachable):
    """Reached, but it is not proven to be the router: trying again cannot help."""


def open_socket(endpoint: Endpoint) -> socket.socket:
    """A connected socket, with TLS and its proof done; OSError or Untrusted."""
    raw = socket.create_connection((endpoint.host, endpoint.port), timeout=endpoint.timeout)
    try:
        # Many small sentences go out one by one, and none of them should wait for an ACK.
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if endpoint.tls.kind is TlsKind.OFF:
            return raw
        secured = endpoint.tls.context().wrap_socket(raw, server_hostname=endpoint.host)
        raw = secured
        if endpoint.tls.kind is TlsKind.PINNED:
            _check_pin(endpoint, secured)
        return secured
    except BaseException:
        raw.close()
        raise


def _check_pin(endpoint: Endpoint, secured: ssl.SSLSocket) -> None:
    certificate = secured.getpeercert(binary_form=True) or b""
    found = f"sha256:{hashlib.sha256(certificate).hexdigest()}"
    if found != endpoint.tls.fingerprint:
        raise Untrusted(
            f"{endpoint.label} at {endpoint.address} shows another certificate than the one "
            f"pinned: found {found}, pinned {endpoint.tls.fingerprint}. Nothing was sent. If the "
            f"router's certificate was renewed, pin the new one; else somebody is in between."
        )


def unreachable(endpoint: Endpoint, error: Exception, *, lost: bool = False) -> Unreachable:
    """What to raise for `error`: the reason in plain words, and what to do. `lost`: after login."""
    if isinstance(error, Unreachable):
        return error
    state = "was lost" if lost else "is unreachable"
    reason, hint = _reason(endpoint, error, lost)
    text = f"{endpoint.label} {state} at {endpoint.address}: {reason}. {hint}".strip()
    if isinstance(error, ssl.SSLError | ProtocolError) and not isinstance(error, FatalError):
        return Untrusted(text)
    return Unreachable(text)


def hide(text: str, secrets: list[str]) -> str:
    """`text` without the secrets; those below 4 characters cannot be told from ordinary text."""
    for secret in secrets:
        if len(secret) >= 4:
            text = text.replace(secret, "***")
    return text


def _reason(endpoint: Endpoint, error: Exception, lost: bool) -> tuple[str, str]:
    if isinstance(error, ssl.SSLError):
        return _tls_reason(error)
    if isinstance(error, FatalError):
        return f"the router ended the session: {hide(str(error), [endpoint.password])}", ""
    if isinstance(error, ProtocolError):
        hint = f"Is this the port of its {endpoint.service} service?"
        text = hide(str(error), [endpoint.password])
        return f"what answers does not speak the RouterOS API ({text})", hint
    again = "What had no answer is neither done nor failed; run again to read it back."
    if isinstance(error, ConnectionClosed | ConnectionResetError | BrokenPipeError):
        hint = "Is its session limit reached, or this address not allowed under /ip service?"
        return "the router closed the connection", again if lost else hint
    if isinstance(error, TooSlow):
        return "it answers too slowly to be waited for", again if lost else ""
    if isinstance(error, TimeoutError):
        hint = "Is it on, the address right, and the port open in its firewall?"
        return f"no answer within {endpoint.timeout:g} s", again if lost else hint
    if isinstance(error, ConnectionRefusedError):
        hint = f"Is the {endpoint.service} service enabled (/ip service) and the address right?"
        return "connection refused", hint
    if isinstance(error, socket.gaierror):
        return f"the name {endpoint.host} does not resolve", "Is `host` right, and does DNS work?"
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text[:1].lower() + text[1:], "Is there a route to it from here?"


def _tls_reason(error: ssl.SSLError) -> tuple[str, str]:
    if isinstance(error, ssl.SSLCertVerificationError):
        hint = (
            "Give it a certificate of an authority that this machine trusts, or pin its own: "
            'tls: {fingerprint: "sha256:…"}.'
        )
        return f"its certificate cannot be verified ({error.verify_message})", hint
    word = (error.reason or str(error)).lower().replace("_", " ")
    hint = (
        "Has its api-ssl service a certificate (without one: tls: {anonymous: true}), and is the "
        "port not that of the plain api service (then: tls: false)?"
    )
    return f"TLS failed ({word})", hint
