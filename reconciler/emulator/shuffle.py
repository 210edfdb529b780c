# SPDX-License-Identifier: GPL-3.0-or-later
"""Replies of several commands under way, dealt out of order, as a router that works on all of them.

A router that answers two tagged commands at once mixes their sentences; each command's own stay in
order. Clients that have never seen it take one command's rows for another's. Imports nothing of
the project.
"""

import random
from collections import deque

MOST_AT_ONCE = 8
REST = 0.1
ROW = b"\x03!re"


class Mixer:
    """One connection's lanes, a lane a command; `seed` makes the same order of the same turns."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._lanes: dict[object, deque[bytes]] = {}

    @property
    def waits(self) -> bool:
        """Whether sentences are left that were not dealt."""
        return bool(self._lanes)

    def put(self, lane: object, sentence: bytes) -> None:
        self._lanes.setdefault(lane, deque()).append(sentence)

    def cut(self, tag: str | None) -> list[str]:
        """Gives up the rest of prints under way, of this tag or of every one; their tags."""
        found = [
            lane
            for lane, waiting in self._lanes.items()
            if isinstance(lane, str) and tag in (None, lane) and waiting[0].startswith(ROW)
        ]
        for lane in found:
            del self._lanes[lane]
        return found

    def deal(self, *, whole: bool = False) -> bytes:
        """Some of the sentences, a few of each lane in turn; all of them where `whole`."""
        out: list[bytes] = []
        while self._lanes:
            lane = self._dice.choice(list(self._lanes))
            waiting = self._lanes[lane]
            few = min(len(waiting), self._dice.randint(1, MOST_AT_ONCE))
            out += [waiting.popleft() for _ in range(few)]
            if not waiting:
                del self._lanes[lane]
            if not whole and self._dice.random() < REST:
                break
        return b"".join(out)
