# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults by name, as the command line takes them: `latency=0.05`, `drop-after=3`, `away=5:30`.

N is the n-th write from now; a time behind a colon says how long. May import server, session,
errors.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from reconciler.emulator.server import Server
from reconciler.emulator.session import Verdict
from reconciler.errors import UsageError

SECONDS_AWAY = 10.0
HELP = (
    "latency=S, write-time=S, shuffle=SEED, refuse-login, drop-before=N, drop-after=N, trap=N,"
    " freeze=N[:S], away=N[:S] or reboot=N"
)
Later = Callable[[], Coroutine[Any, Any, None]]


def arm(server: Server, words: Sequence[str]) -> None:
    """Sets each fault. Raises UsageError for one that does not exist or has no good number."""
    for word in words:
        name, _, value = word.partition("=")
        setter = SETTERS.get(name)
        try:
            if setter is None:
                raise ValueError
            setter(server, value)
        except ValueError:
            raise UsageError(f"{word!r} is no fault; there are {HELP}") from None


def latency(server: Server, value: str) -> None:
    server.faults.latency = seconds(value)


def write_time(server: Server, value: str) -> None:
    server.faults.write_seconds = seconds(value)


def shuffle(server: Server, value: str) -> None:
    server.faults.shuffle = int(value)


def refuse_login(server: Server, value: str) -> None:
    if value:
        raise ValueError
    server.faults.refuse_login = True


def drop_before(server: Server, value: str) -> None:
    server.faults.drop_before_write(int(value))


def drop_after(server: Server, value: str) -> None:
    server.faults.drop_after_write(int(value))


def trap(server: Server, value: str) -> None:
    server.faults.trap_at_write(int(value), "failure: refused as asked for")


def freeze(server: Server, value: str) -> None:
    """The n-th write is the last that is answered, for a while."""
    count, span = counted(value)

    def act() -> Verdict:
        server.faults.frozen = True
        later(span, server.melt)
        return Verdict.PASS

    server.faults.at_write(count, act)


def away(server: Server, value: str) -> None:
    """The n-th write is lost, all are cut, and nobody gets in for a while."""
    count, span = counted(value)

    def act() -> Verdict:
        later(0, server.close_all)
        later(span, server.listen)
        return Verdict.DROP_BEFORE

    server.faults.at_write(count, act)


def reboot(server: Server, value: str) -> None:
    """The n-th write takes effect, and then the router goes down and is back at once."""

    def act() -> Verdict:
        server.device.reboots = True
        return Verdict.PASS

    server.faults.at_write(int(value), act)


def counted(value: str) -> tuple[int, float]:
    count, colon, span = value.partition(":")
    return int(count), seconds(span) if colon else SECONDS_AWAY


def seconds(value: str) -> float:
    span = float(value)
    if not 0 <= span < 1e6:
        raise ValueError
    return span


def later(span: float, work: Later) -> None:
    """In the thread that serves: a fault acts there."""
    loop = asyncio.get_running_loop()
    loop.call_later(span, lambda: loop.create_task(work()))


SETTERS: dict[str, Callable[[Server, str], None]] = {
    "latency": latency,
    "write-time": write_time,
    "shuffle": shuffle,
    "refuse-login": refuse_login,
    "drop-before": drop_before,
    "drop-after": drop_after,
    "trap": trap,
    "freeze": freeze,
    "away": away,
    "reboot": reboot,
}
