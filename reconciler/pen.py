# SPDX-License-Identifier: GPL-3.0-or-later
"""The hand that writes to one router: in chunks, under the lease, each write noted as it goes.

Imports change, lease and router.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from reconciler.change import Action, Change
from reconciler.lease import LeaseLost
from reconciler.router import Answer, AnswerState, Command, Session

# Between two chunks the lease is renewed; a slow router takes about 40 ms for a write.
CHUNK = 400
GONE = "no such item"


@dataclass(frozen=True)
class Step:
    """One command and the changes it carries out."""

    command: Command
    changes: tuple[Change, ...] = ()


class Log(Protocol):
    """Who is told of writes: before they are sent, and with their answers."""

    def trying(self, changes: Iterable[Change]) -> None: ...

    def answered(self, changes: Iterable[Change], answer: Answer) -> None: ...


class Silent:
    """A log that nobody reads."""

    def trying(self, changes: Iterable[Change]) -> None:
        """Say nothing."""

    def answered(self, changes: Iterable[Change], answer: Answer) -> None:
        """Say nothing."""


@dataclass
class Pen:
    """Writes over `session`, at most `window` commands at once, calling `keep` between chunks.

    `answers` holds what became of each change, by the identity of the Change object; `ids` the
    `.id` of added rows by mark; `stopped` why nothing more is written.
    """

    session: Session
    window: int | None = None
    keep: Callable[[], None] = lambda: None
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
        answers: list[Answer] = []
        for start in range(0, len(steps), CHUNK):
            chunk = steps[start : start + CHUNK]
            try:
                self.keep()
            except LeaseLost as error:
                self.stopped = str(error)
            if not self.can_write:
                break
            answers += self._write_chunk(chunk, singly)
        reason = self.stopped or "the session was lost"
        rest = len(steps) - len(answers)
        return answers + [Answer(AnswerState.NOT_TRIED, message=reason)] * rest

    def _write_chunk(self, chunk: Sequence[Step], singly: bool) -> list[Answer]:
        self.log.trying([change for step in chunk for change in step.changes])

        def note(index: int, said: Answer) -> None:
            self._note(chunk[index], said)

        commands = [step.command for step in chunk]
        window = 1 if singly else self.window
        return self.session.write(commands, window=window, on_answer=note)

    def _note(self, step: Step, said: Answer) -> None:
        """The worst answer of a change's commands is that of the change."""
        # Of a list with one item gone the router removes nothing, so that says it of no change.
        alone = step.command.verb == "remove" and len(step.changes) == 1
        is_gone = alone and GONE in (said.message or "")
        answer = replace(said, state=AnswerState.DONE) if is_gone else said
        for change in step.changes:
            known = self.answers.get(id(change))
            if known is None or known.state in (AnswerState.DONE, AnswerState.NOT_TRIED):
                self.answers[id(change)] = answer
            if answer.ret and change.action is Action.ADD:
                self.ids[change.mark] = answer.ret
        self.log.answered(step.changes, answer)
