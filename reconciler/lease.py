# SPDX-License-Identifier: GPL-3.0-or-later
"""One apply at a time on a router: a lease kept on the router itself, in RAM, gone by itself.

It is the address-list row `list=rc-lease address=192.0.2.1` with a timeout; any row of that list
means held. RouterOS keeps entries with a timeout in memory only and refuses a second entry of the
same list and address, so two that ask at once cannot both get it. Imports errors, marks, normal,
router and state.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from reconciler.errors import ReconcileError, Refused, RouterError
from reconciler.marks import Row
from reconciler.normal import seconds
from reconciler.router import Answer, AnswerState, Command, Read, Session
from reconciler.state import LEASE_LIST, PATH, STATE_ADDRESS, words_of

LIFETIME = 120
"""Seconds after which a lease that nobody renews is gone; renewed at half of it."""
FIELDS = (".id", "list", "comment", "timeout")
_TAKEN = "already have such entry"
_GONE = "no such item"


class Held(ReconcileError):
    """Somebody else is applying to this router."""

    exit_code = 7


class LeaseLost(RouterError):
    """The lease ran out or was broken: whoever holds it now may be writing, so we stop."""


@dataclass(frozen=True)
class Holder:
    """Who holds a lease, as its row says; `left` is the seconds until it ends by itself."""

    owner: str
    since: datetime | None
    left: int | None
    row_id: str

    def describe(self, now: datetime) -> str:
        age = f" since {int((now - self.since).total_seconds())} s" if self.since else ""
        left = f", and it ends by itself in {self.left} s" if self.left is not None else ""
        return f"held by {self.owner}{age}{left}"


def holders(rows: Sequence[Row]) -> list[Holder]:
    """The holders among address-list rows, the rightful one (with the lowest `.id`) first."""
    found = [_holder(row) for row in rows if row.get("list") == LEASE_LIST]
    return sorted(found, key=lambda holder: int(holder.row_id.lstrip("*") or "0", 16))


def _holder(row: Row) -> Holder:
    words = words_of(row)
    try:
        since = datetime.fromisoformat(words.get("since", ""))
    except ValueError:
        since = None
    since = since if since and since.tzinfo else None
    return Holder(
        words.get("owner", "somebody"), since, seconds(row.get("timeout", "")), row[".id"]
    )


def read_holders(session: Session) -> list[Holder]:
    return holders(_read_rows(session))


def _read_rows(session: Session) -> Sequence[Row]:
    return session.read([Read(PATH, FIELDS, (f"?list={LEASE_LIST}",))])[0]


class Lease:
    """A lease that is ours until it is released, lost, or not renewed in time.

    `is_held` turns False once it is known to be lost: nothing is to be written any more.
    """

    def __init__(self, session: Session, row: Row, clock: Callable[[], float]) -> None:
        self._session, self.row, self._clock = session, row, clock
        self._renewed = clock()
        self.is_held = True

    def is_due(self) -> bool:
        """Whether it is time to renew it."""
        return self._clock() - self._renewed >= LIFETIME / 2

    def keep(self) -> None:
        """Renew at half time. Raises LeaseLost where it is not ours any more."""
        if not self.is_held:
            raise self._lost("it is not there any more")
        if not self.is_due():
            return
        begun = self._clock()
        words = ((".id", self.row[".id"]), ("timeout", f"{LIFETIME}s"))
        (answer,) = self._session.write([Command(PATH, "set", words)])
        if answer.state is not AnswerState.DONE or begun - self._renewed > LIFETIME:
            raise self._lost(answer.message or answer.state.value)
        self._renewed = begun

    def _lost(self, why: str) -> LeaseLost:
        self.is_held = False
        return LeaseLost(
            f"the lease on {self._session.endpoint.label} was lost ({why}):"
            " nothing more was written. Run again"
        )

    def move_to(self, session: Session) -> None:
        """Go on over a new connection to the same router, if the lease is still there.

        A router that was rebooted has lost it, and its `.id` may be that of another row now.
        Raises RouterError where it is lost or cannot be looked for.
        """
        self._session = session
        # Until it was seen again it is nobody's.
        was_held, self.is_held = self.is_held, False
        held = [row for row in _read_rows(session) if row[".id"] == self.row[".id"]]
        if not was_held or not held or held[0].get("comment") != self.row["comment"]:
            raise self._lost("it is not there any more")
        self.is_held = True

    def release(self) -> None:
        """Give it back; where that fails it ends by itself."""
        if self.is_held and self._session.alive:
            self._session.write([Command(PATH, "remove", ((".id", self.row[".id"]),))])


def acquire(
    session: Session,
    owner: str,
    now: datetime,
    clock: Callable[[], float] = monotonic,
    note: str = "",
) -> Lease:
    """Take the lease. Raises Held where somebody has it, Refused where the router says no.

    `note`: words that its row is to hold beside the owner.
    """
    held = read_holders(session)
    if held:
        raise _held(session, held[0], now)
    comment = f"owner={owner} since={now.isoformat(timespec='seconds')} {note}".rstrip()
    words = (
        ("list", LEASE_LIST),
        ("address", STATE_ADDRESS),
        ("timeout", f"{LIFETIME}s"),
        ("comment", comment),
    )
    (answer,) = session.write([Command(PATH, "add", words)])
    held = read_holders(session)
    if answer.state is not AnswerState.DONE or not answer.ret:
        raise _refusal(session, answer, held, now)
    if not held or held[0].row_id != answer.ret:
        # Two got in at once (versions differ in what they refuse): the lower .id holds.
        session.write([Command(PATH, "remove", ((".id", answer.ret),))])
        others = [holder for holder in held if holder.row_id != answer.ret]
        raise _held(session, others[0], now) if others else LeaseLost("the lease did not stay")
    return Lease(session, {".id": answer.ret, "comment": comment}, clock)


def _refusal(
    session: Session, answer: Answer, held: Sequence[Holder], now: datetime
) -> ReconcileError:
    if _TAKEN in (answer.message or "") and held:
        return _held(session, held[0], now)
    message = answer.message or "no answer came"
    return Refused(f"{session.endpoint.label} refused the lease: {message}")


def _held(session: Session, holder: Holder, now: datetime) -> Held:
    label = session.endpoint.label
    return Held(
        f"{label}: the lease is {holder.describe(now)}. Nothing was written. Wait, or break it with"
        f" `reconcile unlock {label}`"
    )


def break_lease(session: Session) -> list[Holder]:
    """Remove every lease row; the holders it was taken from."""
    held = read_holders(session)
    if held:
        ids = ",".join(holder.row_id for holder in held)
        (answer,) = session.write([Command(PATH, "remove", ((".id", ids),))])
        if answer.state is not AnswerState.DONE and _GONE not in (answer.message or ""):
            raise Refused(f"{session.endpoint.label}: {answer.message or 'no answer came'}")
    return held
