# SPDX-License-Identifier: GPL-3.0-or-later
"""The hand that writes to one router: under the lease, each write noted as it goes.

Imports change, lease, router and sessions.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from reconciler.change import Action, Change
from reconciler.lease import LeaseLost
from reconciler.router import Answer, AnswerState, Command, Session
from reconciler.sessions import Ending

GONE = "no such item"


class Step(NamedTuple):
    """One command and the changes it carries out."""

    command: Command
    changes: tuple[Change, ...] = ()


Said = tuple[Sequence[Change], Answer]
"""The changes of one command, and what the router answered."""


class Log(Protocol):
    """Who is told of writes right before they are sent, of answers as they come, of what ended."""

    def trying(self, changes: Iterable[Change]) -> None: ...

    def answered(self, said: Sequence[Said]) -> None: ...

    def ended(self, sessions: Iterable[Ending]) -> None: ...


class Silent:
    """A log that nobody reads."""

    def trying(self, changes: Iterable[Change]) -> None:
        """Say nothing."""

    def answered(self, said: Sequence[Said]) -> None:
        """Say nothing."""

    def ended(self, sessions: Iterable[Ending]) -> None:
        """Say nothing."""


@dataclass
class Pen:
    """Writes over `session`, at most `window` commands at once, under a lease.

    Once the lease `is_due` nothing more is sent until all is answered and `keep` has renewed it.
    `answers` holds what became of each change, by the identity of the Change object; `ids` the
    `.id` of added rows by mark; `stopped` why nothing more is written.
    """

    session: Session
    window: int | None = None
    keep: Callable[[], None] = lambda: None
    is_due: Callable[[], bool] = lambda: False
    log: Log = field(default_factory=Silent)
    answers: dict[int, Answer] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    stopped: str | None = None

    def state_of(self, change: Change) -> AnswerState:
        answer = self.answers.get(id(change))
        return answer.state if answer else AnswerState.NOT_TRIED

    def count(self, state: AnswerState) -> int:
        return sum(answer.state is state for answer in self.answers.values())

    @property
    def can_write(self) -> bool:
        return self.session.alive and self.stopped is None

    def write(self, steps: Sequence[Step], *, singly: bool = False) -> list[Answer]:
        """One answer a step. A lost lease or session leaves the rest not tried."""
        window = 1 if singly else self.window
        answers: dict[int, Answer] = {}
        at = 0
        while at < len(steps):
            try:
                self.keep()
            except LeaseLost as error:
                self.stopped = str(error)
            if not self.can_write:
                break
            at += self._write_some(steps[at:], window, answers, at)
        rest = Answer(AnswerState.NOT_TRIED, message=self.stopped or "the session was lost")
        return [answers.get(number, rest) for number in range(len(steps))]

    def _write_some(
        self, steps: Sequence[Step], window: int | None, answers: dict[int, Answer], first: int
    ) -> int:
        """Send steps until the lease is due or somebody stops the pen; how many were."""
        fed = 0

        def feed(room: int) -> list[Command]:
            nonlocal fed
            if not self.can_write or (fed and self.is_due()):
                return []
            batch = steps[fed : fed + room]
            fed += len(batch)
            if batch:
                self.log.trying([change for step in batch for change in step.changes])
            return [step.command for step in batch]

        def settle(said: Sequence[tuple[int, Answer]]) -> None:
            answers.update((first + number, answer) for number, answer in said)
            self.log.answered([self._note(steps[number], answer) for number, answer in said])

        return self.session.stream(feed, settle, window=window)

    def _note(self, step: Step, said: Answer) -> Said:
        """The worst answer of a change's commands is that of the change."""
        # Of a list with one item gone the router removes nothing, so that says it of no change.
        alone = step.command.verb == "remove" and len(step.changes) == 1
        is_gone = alone and GONE in (said.message or "")
        answer = said._replace(state=AnswerState.DONE) if is_gone else said
        for change in step.changes:
            known = self.answers.get(id(change))
            if known is None or known.state in (AnswerState.DONE, AnswerState.NOT_TRIED):
                self.answers[id(change)] = answer
            if answer.ret and change.action is Action.ADD:
                self.ids[change.mark] = answer.ret
        return step.changes, answer
