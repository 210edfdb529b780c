# SPDX-License-Identifier: GPL-3.0-or-later
"""One API connection, without I/O: bytes in, bytes out.

Login, tags, `!re`, `!done`, `!trap`, `!empty`, `!fatal`. May import commands, device, wire.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum

from reconciler.emulator import policy, traps
from reconciler.emulator.answers import Answer, Command, parse
from reconciler.emulator.chronicle import is_noted
from reconciler.emulator.commands import run
from reconciler.emulator.device import Device
from reconciler.emulator.listen import Listeners
from reconciler.emulator.safemode import PATH as SAFE_MODE
from reconciler.emulator.shuffle import Mixer
from reconciler.emulator.table import Row
from reconciler.emulator.wire import (
    SentenceReader,
    WireError,
    encode_rows,
    encode_sentence,
    encode_text,
)

BYTES_BEFORE_LOGIN = 64 * 1024
SENTENCES_BEFORE_LOGIN = 32


class Verdict(Enum):
    """What a fault does to a command: nothing, or the connection goes before or after it."""

    PASS = "pass"
    DROP_BEFORE = "drop-before"
    DROP_AFTER = "drop-after"


Gate = Callable[[Command], Verdict]
Record = Callable[[list[str]], None]


def passes(_command: Command) -> Verdict:
    return Verdict.PASS


class Session:
    """`gate` may drop the connection or raise a Trap at a command; `record` sees each sentence
    with passwords of a login blanked. After `receive` the peer must be closed when `closed`, and
    while `waits` there is more to `deal`.
    """

    def __init__(
        self, device: Device, gate: Gate = passes, record: Record = lambda _words: None, *,
        refuse_login: Callable[[], bool] = lambda: False, peer: str = "127.0.0.1",
    ) -> None:  # fmt: skip
        self.device = device
        self.closed = False
        self.user: str | None = None
        self.peer = peer
        self._gate = gate
        self._record = record
        self._refuse_login = refuse_login
        self._challenge = b""
        self._reader = SentenceReader(BYTES_BEFORE_LOGIN, BYTES_BEFORE_LOGIN)
        self._logins = 0
        self._out: list[bytes] = []
        self._mixer: Mixer | None = None
        self._lane: object = None
        self._last = b""
        self._busy = self._quits = False
        self._listeners = Listeners(device, self._tell)
        self.push: Callable[[bytes], None] = lambda _data: None

    def enter(self, user: str) -> None:
        """Logged in: sentences may be long from here on."""
        self.user = user
        self._reader.word_limit = self._reader.sentence_limit = 4 << 20

    def end(self) -> None:
        """The connection is gone."""
        with self.device.lock:
            self.closed = True
            self._listeners.cancel(None)
            self.device.safe_mode.ended(self, asked=self._quits)

    # -- replies out of order --------------------------------------------------

    def shuffle(self, seed: int | None) -> None:
        """From now on the replies of commands under way are mixed; None: no longer."""
        with self.device.lock:
            if seed is not None and self._mixer is None:
                self._mixer = Mixer(seed)
            elif seed is None and self._mixer is not None:
                self._out.append(self._mixer.deal(whole=True))
                self._mixer = None

    @property
    def waits(self) -> bool:
        """Whether replies are held back that `deal` gives."""
        return self._mixer is not None and self._mixer.waits

    def deal(self) -> bytes:
        """The next of the replies that were held back."""
        with self.device.lock:
            return self._mixer.deal() if self._mixer is not None else b""

    def _put(self, tag: str | None, data: bytes) -> None:
        """Sentences of one command; without a tag, of the one that is being carried out."""
        if self._mixer is None:
            self._out.append(data)
        else:
            self._mixer.put(tag or self._lane, data)

    def _tell(self, pairs: Sequence[tuple[str, str]], tag: str | None) -> None:
        """A change that is listened to: with the other replies, or at once by itself."""
        data = encode_rows([pairs], tag)
        if self._busy or self.waits:
            self._put(tag, data)
        else:
            self.push(data)

    def receive(self, data: bytes) -> bytes:
        """The replies to every sentence that these bytes complete."""
        self._reader.feed(data)
        try:
            with self.device.lock, self._occupied():
                for words in self._reader.sentences():
                    self._lane = object()
                    self._sentence(words)
                    if self.closed:
                        break
                self._fall_with_the_device()
        except WireError:
            self.closed = True
        if self._mixer is not None:
            self._out.append(self._mixer.deal(whole=self.closed))
        out, self._out = b"".join([*self._out, self._last]), []
        return out

    def _fall_with_the_device(self) -> None:
        if self.device.reboots:
            self.device.settle_reboot()
            self.closed = True

    @contextmanager
    def _occupied(self) -> Iterator[None]:
        self._busy = True
        try:
            yield
        finally:
            self._busy = False

    # -- sentences -----------------------------------------------------------

    def _sentence(self, words: list[str]) -> None:
        self._record(blanked(words))
        tag = next((word for word in words[1:] if word.startswith(".tag=")), None)
        if words[0] == "/quit":
            self._quits = True
            self._fatal("session terminated on request")
        elif words[0] == "/login":
            self._count_login()
            self._login(words, tag)
        elif self.user is None:
            self._fatal("not logged in")
        elif words[0] == "/cancel":
            self._cancel(words, tag)
        else:
            self._command(self.user, words, tag)

    def _command(self, user: str, words: list[str], tag: str | None) -> None:
        try:
            command = parse(words)
            policy.check(self.device, user, command)
            if command.name == "listen":
                self._listeners.listen(command, tag)
                return
            verdict = self._gate(command)
            if verdict is Verdict.DROP_BEFORE:
                self.closed = True
                return
            answer = self._carry_out(user, command)
            if verdict is Verdict.DROP_AFTER:
                self.closed = True
                return
        except traps.Trap as trap:
            self._refuse(trap, tag)
        else:
            self._answer(answer, tag)

    def _carry_out(self, user: str, command: Command) -> Answer:
        if command.path == SAFE_MODE and self.device.version.has_safe_mode:
            return self.device.safe_mode.carry_out(self, command)
        hidden = policy.hides(self.device, user, command.path)
        if not is_noted(command):
            return run(self.device, command, hidden)
        item, row = self.device.chronicle.look(command)
        answer = run(self.device, command, hidden)
        self.device.chronicle.note(user, self.peer, command, (answer.ret or item, row))
        return answer

    def _cancel(self, words: list[str], tag: str | None) -> None:
        """Who is cancelled hears of it before and after the `!done` of the cancel [recorded]."""
        wanted = next((word[5:] for word in words if word.startswith("=tag=")), None)
        which = None if wanted is None else f".tag={wanted}"
        ended = self._listeners.cancel(which)
        if self._mixer is not None:
            cut = self._mixer.cut(which)
            ended += [one for one in cut if one not in ended]
        for one in ended:
            self._say("!trap", one, "=category=2", "=message=interrupted")
        self._say("!done", tag)
        for one in ended:
            self._say("!done", one)

    def _answer(self, answer: Answer, tag: str | None) -> None:
        if answer.rows and self._mixer is not None:
            for row in answer.rows:
                self._put(tag, encode_rows([row], tag))
        elif answer.rows:
            self._out.append(encode_rows(answer.rows, tag))
        elif answer.empty and self.device.version.says_empty:
            self._say("!empty", tag)
        self._say("!done", tag, *([] if answer.ret is None else [f"=ret={answer.ret}"]))

    def _refuse(self, trap: traps.Trap, tag: str | None) -> None:
        for one in (*trap.more, trap):
            category = [] if one.category is None else [f"=category={one.category}"]
            self._say("!trap", tag, *category, f"=message={one.message}")
        self._say("!done", tag)

    def _say(self, word: str, tag: str | None, *words: str) -> None:
        self._put(tag, encode_sentence([word, *([tag] if tag else []), *words]))

    def _fatal(self, reason: str) -> None:
        """The last thing that is said."""
        self._last = encode_sentence(["!fatal", reason])
        self.closed = True

    # -- login ---------------------------------------------------------------

    def _count_login(self) -> None:
        """Raises WireError for one attempt too many: RouterOS limits what comes before a login."""
        self._logins += self.user is None
        if self._logins > SENTENCES_BEFORE_LOGIN:
            raise WireError("too many sentences before the login")

    def _login(self, words: list[str], tag: str | None) -> None:
        given = dict(word[1:].partition("=")[::2] for word in words[1:] if word[:1] == "=")
        version = self.device.version
        if "response" in given and version.challenge_login:
            accepted = self._answers(given)
        elif "name" in given and version.plain_login:
            accepted = self._knows(given["name"], given.get("password", ""))
        elif version.challenge_login:
            self._challenge = secrets.token_bytes(16)
            self._say("!done", tag, f"=ret={self._challenge.hex()}")
            return
        else:
            accepted = False
        if accepted and not self._refuse_login():
            self._enter(given["name"], tag)
        else:
            old = not version.plain_login
            text = "cannot log in" if old else "invalid user name or password (6)"
            self._refuse(traps.Trap(text), tag)

    def _knows(self, name: str, password: str) -> bool:
        users = self.device.tables["/user"]
        row = users.by_name(name)
        if not self._admits(row):
            return False
        stored = self.device.secrets.get(name, "")
        return hmac.compare_digest(encode_text(stored), encode_text(password))

    def _admits(self, row: Row | None) -> bool:
        """A user that exists, is enabled and whose group may use the API."""
        if row is None or row.fields.get("disabled") == "true":
            return False
        return "api" in policy.policies(self.device, row.fields["name"])

    def _answers(self, given: dict[str, str]) -> bool:
        """The reply to a challenge: `00` and the MD5 of a zero byte, the password and it."""
        name, challenge, self._challenge = given.get("name", ""), self._challenge, b""
        if not challenge or not self._admits(self.device.tables["/user"].by_name(name)):
            return False
        secret = encode_text(self.device.secrets.get(name, ""))
        digest = hashlib.md5(b"\0" + secret + challenge, usedforsecurity=False).hexdigest()
        return hmac.compare_digest("00" + digest, given["response"].lower())

    def _enter(self, name: str, tag: str | None) -> None:
        self.enter(name)
        row = self.device.tables["/user"].by_name(name)
        if row is not None:
            row.fields["last-logged-in"] = self.device.version.date(self.device.clock.moment())
        self._say("!done", tag)


def blanked(words: list[str]) -> list[str]:
    """A login without its password and response."""
    if words[0] != "/login":
        return list(words)
    hidden = ("=password=", "=response=")
    return [next((f"{h}***" for h in hidden if word.startswith(h)), word) for word in words]
