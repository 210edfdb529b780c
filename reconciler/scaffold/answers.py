# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody says about a new repository, and what follows from it. Pure.

Ids are judged here, for files are named after them; the rest is judged by the models once the files
are made. Imports errors and models.
"""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from functools import cached_property
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import TypeAdapter, ValidationError

from reconciler.errors import UsageError
from reconciler.models import Settings
from reconciler.models.scalars import Id

_LONGEST_PREFIX = 29


@dataclass(frozen=True)
class Answers:
    """`lang`: es or en, the language of comments and README; `tls` and `port` None: by the host.

    `host`: the router's address; on loopback it is an emulator's. `network`: of the clients.
    Raises UsageError for ids that are none.
    """

    company: str = "WISP Ejemplo"
    currency: str = "MXN"
    timezone: str = "America/Mexico_City"
    locale: str = "es_MX"
    lang: str = "es"
    router: str = "rb-1"
    host: str = "127.0.0.1"
    port: int | None = None
    tls: bool | None = None
    zone: str = "centro"
    network: str = "10.20.0.0/24"

    def __post_init__(self) -> None:
        for value in (self.router, self.zone):
            try:
                TypeAdapter(Id).validate_python(value)
            except ValidationError as error:
                raise UsageError(
                    f"{value!r} is no id: 1 to 63 of a-z, 0-9 and -, a letter or digit first."
                ) from error

    @property
    def on_loopback(self) -> bool:
        return self.host == "localhost" or self.host.startswith("127.")

    @property
    def has_tls(self) -> bool:
        return not self.on_loopback if self.tls is None else self.tls

    @property
    def api_port(self) -> int:
        return self.port or (8729 if self.has_tls else 8728)

    @property
    def password_variable(self) -> str:
        """`RB_1_PASSWORD`: where the router's password is found in the environment."""
        name = f"{self.router.upper().replace('-', '_')}_PASSWORD"
        return f"ROUTER_{name}" if name[0].isdigit() else name

    @cached_property
    def _hosts(self) -> ipaddress.IPv4Network:
        """Raises UsageError where the network has no room for an example."""
        try:
            found = ipaddress.IPv4Network(self.network)
        except ValueError as error:
            raise UsageError(
                f"{self.network} is no network such as 10.20.0.0/24 ({error})."
            ) from error
        if found.prefixlen > _LONGEST_PREFIX:
            raise UsageError(f"{self.network} is too small: take a /{_LONGEST_PREFIX} or larger.")
        return found

    @property
    def gateway(self) -> str:
        return str(self._hosts[1])

    @property
    def client_address(self) -> str:
        return str(self._hosts[2])

    def price(self, amount: int) -> str:
        """An amount with the currency's decimals: `350.00`, in Chile `350`."""
        digits = Settings.model_construct(format=1, currency=self.currency).minor_digits
        return f"{amount:.{digits}f}"

    @property
    def zone_info(self) -> tzinfo:
        """UTC for what is no time zone: the models say what is wrong with it."""
        try:
            return ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return UTC

    def utc_hour(self, local: int, day: date) -> int:
        """The hour in UTC, which is what schedules of pipelines count in, of a local hour."""
        return datetime.combine(day, time(local), self.zone_info).astimezone(UTC).hour
