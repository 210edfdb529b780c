# SPDX-License-Identifier: GPL-3.0-or-later
"""The lease of a run on a cluster: held by the run, taken up by whichever worker has its turn.

The lease's row names the run by a token that only its messages hold, and the attempt that had it
last. Who takes it up writes itself into the row: from then on an attempt that was thought lost and
lives on finds that it is not its lease any more, at the latest SECONDS_UNSEEN later. Imports
errors, lease, marks, router and state.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from reconciler.errors import Refused
from reconciler.lease import FIELDS, LIFETIME, Lease, acquire
from reconciler.marks import Row
from reconciler.router import AnswerState, Command, Read, Session
from reconciler.state import LEASE_LIST, PATH, words_of

SECONDS_UNSEEN = 2.0
"""After so long without a look who writes makes sure that the lease is still its own."""


@dataclass(frozen=True)
class Claim:
    """`token` names the run, `attempt` this one piece of its work; both are single words."""

    token: str
    attempt: str

    @property
    def _words(self) -> str:
        return f"run={self.token} by={self.attempt}"

    def take(self, session: Session, owner: str, now: datetime) -> Lease:
        """The lease, new or of an earlier attempt of this run. Raises as `acquire` does."""
        return self.take_up(session, owner, now)[0]

    def take_up(
        self, session: Session, owner: str, now: datetime, clock: Callable[[], float] = monotonic
    ) -> tuple[Lease, str | None]:
        """The lease, and the attempt that had it before; None where it was gone.

        Raises Held where another run has it, Refused where the router says no.
        """
        row = self._row(session)
        if row is None:
            taken = acquire(session, owner, now, note=self._words)
            return Claimed(session, taken.row, clock), None
        before = words_of(row).get("by")
        comment = f"{row.get('comment', '').partition(' run=')[0]} {self._words}"
        words = ((".id", row[".id"]), ("timeout", f"{LIFETIME}s"), ("comment", comment))
        (answer,) = session.write([Command(PATH, "set", words)])
        if answer.state is not AnswerState.DONE:
            raise Refused(
                f"{session.endpoint.label}: the lease could not be taken up:"
                f" {answer.message or answer.state.value}"
            )
        return Claimed(session, {".id": row[".id"], "comment": comment}, clock), before

    def renew(self, session: Session) -> None:
        """Let the lease last from now, whichever attempt has it. Raises as `read` does."""
        row = self._row(session)
        if row:
            words = ((".id", row[".id"]), ("timeout", f"{LIFETIME}s"))
            session.write([Command(PATH, "set", words)])

    def release(self, session: Session) -> None:
        """Give the lease back, whichever attempt has it. Raises as `read` does."""
        row = self._row(session)
        if row:
            session.write([Command(PATH, "remove", ((".id", row[".id"]),))])

    def _row(self, session: Session) -> Row | None:
        (rows,) = session.read([Read(PATH, FIELDS, (f"?list={LEASE_LIST}",))])
        return next((row for row in rows if words_of(row).get("run") == self.token), None)


class Claimed(Lease):
    """A lease that another worker may have been given meanwhile."""

    def __init__(self, session: Session, row: Row, clock: Callable[[], float]) -> None:
        super().__init__(session, row, clock)
        self._looked = clock()

    def is_due(self) -> bool:
        return self._is_unseen() or super().is_due()

    def keep(self) -> None:
        """Renew at half time. Raises LeaseLost where the row is gone, or another attempt's."""
        if self._is_unseen():
            self.move_to(self._session)
            self._looked = self._clock()
        super().keep()

    def _is_unseen(self) -> bool:
        return self._clock() - self._looked >= SECONDS_UNSEEN
