# SPDX-License-Identifier: GPL-3.0-or-later
"""`inventory/routers/<id>.yaml`: how to reach a router, and what of it is ours.

Imports of the project: its neighbours in models.
"""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from reconciler.models.base import Model
from reconciler.models.network import Allowed, Host, Ipv4
from reconciler.models.quantities import Hours, Timeout
from reconciler.models.scalars import (
    Bool,
    Charset,
    Id,
    Pipeline,
    Port,
    Positive,
    RouterName,
    Text,
    shape,
)
from reconciler.models.secret import Secret
from reconciler.models.settings import OwnLimits

PORT_TLS = 8729
PORT_PLAIN = 8728
_FALSE = (False, "false", "False", "FALSE")


class Binding(StrEnum):
    NONE = "none"
    ARP = "arp"


class ConnectionsMode(StrEnum):
    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class TlsFingerprint(Model):
    """TLS with exactly one certificate."""

    fingerprint: Annotated[
        str,
        BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value),
        BeforeValidator(
            shape(r"(?i)sha256:[0-9a-f]{2}(:?[0-9a-f]{2}){31}", "a fingerprint", "sha256:9f86…")
        ),
    ]
    """`sha256:` and 64 hexadecimal digits of the certificate's DER form."""

    @property
    def digest(self) -> str:
        """The 64 hexadecimal digits in lower case, without colons."""
        return self.fingerprint.lower().removeprefix("sha256:").replace(":", "")


class TlsAnonymous(Model):
    """TLS without a certificate (anonymous Diffie-Hellman): encrypted, but anybody may answer."""

    anonymous: Annotated[Bool, Field()]
    """Must be true."""


def _tls_kind(value: object) -> str | None:
    if isinstance(value, str | bool):
        return "<switch>"
    if isinstance(value, TlsFingerprint) or (isinstance(value, dict) and "fingerprint" in value):
        return "<fingerprint>"
    if isinstance(value, TlsAnonymous) or (isinstance(value, dict) and "anonymous" in value):
        return "<anonymous>"
    return None


Tls = Annotated[
    Annotated[Bool, Tag("<switch>")]
    | Annotated[TlsFingerprint, Tag("<fingerprint>")]
    | Annotated[TlsAnonymous, Tag("<anonymous>")],
    Discriminator(
        _tls_kind,
        custom_error_type="tls",
        custom_error_message="must be true, false, {{fingerprint: …}} or {{anonymous: true}}",
    ),
]


class Lists(Model):
    """Names of the address lists on this router; an adopted router keeps the names it had."""

    suspended: RouterName = "rc-suspended"
    """Who is cut."""
    notice: RouterName = "rc-notice"
    """Who is reminded on screen."""
    allowed: RouterName = "rc-allowed"
    """What who is cut still reaches."""


class Notice(Model):
    """Where HTTP of suspended and noticed clients is sent."""

    address: Ipv4
    """The web server of the notice page."""
    port: Port = 80
    """Its port."""
    hours: Hours | None = None
    """Hours in which noticed clients (not suspended ones) are sent there: start and end hour."""


class Connections(Model):
    """What happens to the tracked connections of who is newly suspended."""

    mode: ConnectionsMode = ConnectionsMode.AUTO
    """auto: removed where the router has an enabled fasttrack rule."""
    maximum: Positive = Field(default=50_000, alias="max")
    """Tracked connections above which the removal is left out with a warning."""

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"mode": value} if isinstance(value, str) else value


class Router(Model):
    """One router."""

    id: Id
    """The name of the file without `.yaml`."""
    host: Host
    """Address or host name of the API service."""
    port: Port = PORT_TLS
    """Of the API service: 8729 with tls, 8728 without, unless said."""
    tls: Tls = True
    """true verifies the certificate; a fingerprint pins it."""
    username: Text
    """A user of the router with the policies read, write, api and sensitive."""
    password: Secret
    """That user's password."""
    timeout: Timeout = 10.0
    """How long an answer may take."""
    charset: Charset = "utf-8"
    """What is written to the router, and how its bytes that are not UTF-8 are read."""
    pipeline: Pipeline | None = None
    """The most writes under way at once; adapts from 16 up unless said; 1 sends singly."""
    wan_interfaces: tuple[RouterName, ...] = ()
    """Interfaces to the Internet, spelled as on the router; checked to exist."""
    lan_interface: RouterName | None = None
    """Where ARP bindings go."""
    binding: Binding = Binding.NONE
    """arp: services with address and mac get a static ARP entry."""
    lists: Lists = Lists()
    """Names of the address lists."""
    allowed: tuple[Allowed, ...] = ()
    """What a suspended client still reaches: addresses, networks, ranges, host names."""
    notice: Notice | None = None
    """Where HTTP of suspended and noticed clients is sent."""
    block_rules: Bool = True
    """Whether the router gets the filter and NAT rules that make a suspension felt."""
    ipv6_block: Bool = False
    """Whether suspension holds for the IPv6 prefixes of services too."""
    connections: Connections = Connections()
    """auto, always, never or {max: N}."""
    limits: OwnLimits = OwnLimits()
    """Limits of this router, instead of the settings'."""

    @model_validator(mode="before")
    @classmethod
    def _default_port(cls, value: Any) -> Any:
        if isinstance(value, dict) and "port" not in value and value.get("tls") in _FALSE:
            return {**value, "port": PORT_PLAIN}
        return value
