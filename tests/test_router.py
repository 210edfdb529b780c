# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions with a router: bytes, TLS, login, reads, pipelined writes, and every way to lose one.

The router is a script that runs in a thread on loopback, and below it a socket pair.
"""

import hashlib
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Self

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from librouteros.api import Api
from librouteros.connections import SocketTransport
from librouteros.protocol import ApiProtocol, encode_length

from reconciler.codec import Codec, Utf8Text, checked_charset
from reconciler.conversation import FIRST_WINDOW, LEAST_WINDOW, MAX_WINDOW, PIECE, Window
from reconciler.emulator import Device, Server, serve
from reconciler.endpoint import Untrusted
from reconciler.errors import LoginRefused, Refused, Unreachable
from reconciler.router import (
    Answer,
    AnswerState,
    Command,
    Endpoint,
    Read,
    Session,
    TlsMode,
    connect,
)
from reconciler.wire import MAX_SENTENCE, ProtocolError, Splitter, encode_words, parse_reply

PASSWORD = "s3cret-ñandú"
CHARSETS = ["utf-8", "windows-1252", "latin-1", "koi8-r", "gbk", "gb18030", "shift_jis", "big5"]
DONE, FAILED, UNKNOWN, NOT_TRIED = AnswerState


def say(*words: str | bytes) -> bytes:
    return encode_words([word.encode() if isinstance(word, str) else word for word in words])


class Peer:
    """The router's end of a connection, in a test's script."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._splitter = _Requests()
        self._requests: list[list[str]] = []

    def hear(self) -> list[str]:
        """The next sentence; ConnectionError when there is none."""
        while not self._requests:
            data = self.sock.recv(1 << 16)
            if not data:
                raise ConnectionError
            self._requests += self._splitter.feed(data)
        return self._requests.pop(0)

    def hear_tag(self) -> str:
        return self.hear()[-1].removeprefix(".tag=")

    def is_quiet(self, seconds: float = 0.05) -> bool:
        """Whether nothing more is on the way: it waits, because absence cannot be awaited."""
        self.sock.settimeout(seconds)
        try:
            return not self._requests and not self.sock.recv(1, socket.MSG_PEEK)
        except TimeoutError:
            return True
        finally:
            self.sock.settimeout(20)

    def send(self, *words: str | bytes) -> None:
        self.sock.sendall(say(*words))

    def accept(self, version: str = "7.22.3 (stable)") -> None:
        """Let anybody in, and tell the version."""
        assert self.hear()[0] == "/login"
        self.send("!done")
        request = self.hear()
        assert request[:2] == ["/system/resource/print", "=.proplist=version"]
        self.send("!re", request[-1], f"=version={version}")
        self.send("!done", request[-1])

    def until_gone(self) -> None:
        try:
            while self.sock.recv(1 << 16):
                pass
        except OSError:
            pass


class _Requests:
    """Splits requests without any code of the program: words shorter than 16 MiB."""

    def __init__(self) -> None:
        self._data = bytearray()

    def feed(self, data: bytes) -> list[list[str]]:
        self._data += data
        sentences: list[list[str]] = []
        words: list[str] = []
        position = taken = 0
        while position < len(self._data):
            first = self._data[position]
            extra = 0 if first < 0x80 else 1 if first < 0xC0 else 2 if first < 0xE0 else 3
            start = position + 1 + extra
            mask = (0x7F, 0x3FFF, 0x1FFFFF, 0xFFFFFFF)[extra]
            length = int.from_bytes(self._data[position:start], "big") & mask
            if start > len(self._data) or start + length > len(self._data):
                break
            position = start + length
            if length:
                words.append(self._data[start:position].decode("utf-8", "surrogateescape"))
            else:
                sentences.append(words)
                words, taken = [], position
        del self._data[:taken]
        return sentences


class Fake:
    """A router that runs `script(peer)` for each connection; the script's own error is raised."""

    def __init__(self, *scripts: Callable[[Peer], None], tls: ssl.SSLContext | None = None) -> None:
        self._scripts = scripts
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(20)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._error: BaseException | None = None
        self.connections = 0

    def endpoint(self, tls: TlsMode | None = None, **changes: object) -> Endpoint:
        values = {"timeout": 20.0, "name": "rb-norte"} | changes
        port = self._listener.getsockname()[1]
        return Endpoint("127.0.0.1", port, "admin", PASSWORD, tls or TlsMode.off(), **values)  # type: ignore[arg-type]

    def _run(self) -> None:
        try:
            for script in self._scripts:
                raw, _ = self._listener.accept()
                self.connections += 1
                with raw:
                    self._serve(raw, script)
        except (ConnectionError, ssl.SSLError):
            pass  # the client left or did not trust us, which the test looks at from its own end
        except BaseException as error:  # noqa: BLE001 (raised again by __exit__)
            self._error = error

    def _serve(self, raw: socket.socket, script: Callable[[Peer], None]) -> None:
        raw.settimeout(20)
        if self._tls is None:
            script(Peer(raw))
            return
        with self._tls.wrap_socket(raw, server_side=True) as secured:
            script(Peer(secured))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(20)
        self._listener.close()
        if self._error:
            raise self._error


@contextmanager
def session_with(script: Callable[[Peer], None], **changes: object) -> Iterator[Session]:
    """A session with a router that, once we are in, does what the script says."""

    def whole(peer: Peer) -> None:
        peer.accept()
        script(peer)

    limits = {name: changes.pop(name) for name in ("patience", "max_rows") if name in changes}
    with Fake(whole) as fake, connect(fake.endpoint(**changes), **limits) as session:  # type: ignore[arg-type]
        yield session


@contextmanager
def _fed(script: Callable[[Peer], None]) -> Iterator[socket.socket]:
    """Our end of a connection at whose other end the script runs in a thread."""
    ours, theirs = socket.socketpair()

    def run() -> None:
        with suppress(ConnectionError), theirs:
            script(Peer(theirs))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    with ours:
        yield ours
    thread.join(20)


@contextmanager
def canned(answers: bytes, *, shut: bool = True) -> Iterator[Session]:
    """A session whose router says `answers` at the first request, and then hangs up or is silent.

    Tags count from 2.
    """

    def script(peer: Peer) -> None:
        peer.accept()
        peer.hear()
        peer.sock.sendall(answers)
        if shut:
            peer.sock.shutdown(socket.SHUT_WR)
        peer.until_gone()

    timeout = 20 if shut else 0.5
    endpoint = Endpoint("10.0.0.1", 8728, "admin", PASSWORD, TlsMode.off(), timeout, name="rb")
    with _fed(script) as sock, Session(endpoint, sock) as session:
        yield session


def adds(count: int) -> list[Command]:
    return [Command("/ppp/secret", "add", (("name", f"c{i}"),)) for i in range(count)]


def states(answers: Sequence[Answer]) -> list[AnswerState]:
    return [answer.state for answer in answers]


# Text and bytes


@pytest.mark.parametrize("charset", CHARSETS)
@given(raw=st.one_of(st.binary(max_size=12), st.text(max_size=6).map(str.encode)))
@example(raw=b"\xc3\xb1")
@example(raw=b"\xf1")
@example(raw=b"\x81\x8d\x90")
@example(raw=b"\xa2\xcc")  # in big5 one of two byte strings for one character
def test_any_bytes_read_are_written_back_as_they_were(charset: str, raw: bytes) -> None:
    codec = Codec(charset)
    assert codec.encode(codec.decode(raw)) == raw
    row = codec.row([b"=comment=" + raw])
    assert codec.word("comment", row["comment"]) == b"=comment=" + raw


@pytest.mark.parametrize("charset", CHARSETS)
@given(text=st.text(st.characters(exclude_categories=["Cs"])))
@example(text="Ã±")  # in windows-1252 these are the bytes of a UTF-8 "ñ"
@example(text="¥")  # in shift_jis the byte of a backslash
@example(text="ñandú € 漢字 \N{SATELLITE}")
def test_any_text_written_is_read_back_as_it_was(charset: str, text: str) -> None:
    codec = Codec(charset)
    assert codec.decode(codec.encode(text)) == text


def test_what_we_write_is_in_the_charset_and_utf8_is_still_understood() -> None:
    codec = Codec("windows-1252")
    assert codec.encode("José") == b"Jos\xe9"
    assert codec.decode(b"Jos\xe9") == "José"
    assert codec.decode(b"Jos\xc3\xa9") == "José"
    assert isinstance(codec.decode(b"Jos\xc3\xa9"), Utf8Text)
    assert Codec("utf-8").encode("José") == b"Jos\xc3\xa9"


@pytest.mark.parametrize(
    "value", ["yes", "no", "true", "false", "123", "0123", "00", "1_000", "", "=", "a=b=c", '"\\\n']
)
def test_values_stay_text(value: str) -> None:
    codec = Codec()
    assert codec.row([codec.word("password", value)]) == {"password": value}


def test_words_that_are_no_attributes_are_left_out_of_rows() -> None:
    assert Codec().row([b"=a=1", b"odd", b".tag=4", b"x=y=z", b"=b", b"=c="]) == {"a": "1", "c": ""}


@pytest.mark.parametrize("charset", ["utf-16", "utf-7", "cp037", "rot13", "klingon", "utf-8-sig"])
def test_a_charset_that_does_not_keep_ascii_is_refused(charset: str) -> None:
    with pytest.raises(ValueError, match="take utf-8 or windows-1252"):
        checked_charset(charset)
    with pytest.raises(ValueError, match="take utf-8 or windows-1252"):
        Endpoint("10.0.0.1", 8728, "admin", "x", charset=charset)


# Sentences

WORD = st.binary(min_size=1, max_size=300)
SENTENCES = st.lists(st.lists(WORD, max_size=4).map(lambda words: [b"!re", *words]), max_size=6)


@given(sentences=SENTENCES, data=st.data())
def test_sentences_survive_any_split_of_their_bytes(
    sentences: list[list[bytes]], data: st.DataObject
) -> None:
    stream = b"".join(encode_words(words) for words in sentences)
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=8).map(sorted))
    splitter, found = Splitter(), []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += splitter.feed(stream[start:end])
    assert found == sentences
    assert splitter.error is None


@pytest.mark.parametrize("length", [0x7F, 0x80, 0x3FFF, 0x4000, 0x1FFFFF, 0x200000])
def test_lengths_of_one_to_four_bytes(length: int) -> None:
    splitter, words = Splitter(), [b"!re", b"=a=" + b"x" * (length - 3)]
    stream = encode_words(words)
    head = len(stream) - length - 1  # one byte at a time through both length fields
    parts = [stream[i : i + 1] for i in range(head)] + [stream[head:-1], stream[-1:]]
    assert [found for part in parts for found in splitter.feed(part)] == [words]


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        (b"\x03!re\xf8", "controll byte"),
        (b"\x03!re\xf0\x10\x00\x00\x00", "controll byte"),
        (b"\x03!re" + encode_length(MAX_SENTENCE + 1), "bytes is announced"),
        (b"HTTP/1.1 400 Bad Request\r\n", "begins with b'HTTP/1.1"),
        (b"\x15\x03\x03\x00\x02\x02\x46", "begins with"),
    ],
)
def test_bad_bytes_are_refused_at_once_and_what_came_before_counts(bad: bytes, text: str) -> None:
    splitter = Splitter()
    assert splitter.feed(say("!done", ".tag=1") + bad) == [[b"!done", b".tag=1"]]
    assert isinstance(splitter.error, ProtocolError)
    assert text in str(splitter.error)
    assert splitter.feed(say("!done")) == []


def test_a_sentence_without_end_is_refused() -> None:
    splitter, part = Splitter(), (encode_length(1 << 20) + b"x" * (1 << 20)) * 8
    splitter.feed(b"\x03!re")
    fed = 0
    while splitter.error is None:
        splitter.feed(part)
        fed += len(part)
        assert fed <= MAX_SENTENCE + 2 * len(part)


def test_a_huge_word_in_small_pieces_takes_no_quadratic_time() -> None:
    value = b"=file=" + b"x" * (32 << 20)
    stream = encode_words([b"!re", value])
    splitter, found, started = Splitter(), [], time.process_time()
    for start in range(0, len(stream), 1 << 12):
        found += splitter.feed(stream[start : start + (1 << 12)])
    assert found == [[b"!re", value]]
    assert time.process_time() - started < 2  # joined at every piece it is minutes


def test_the_tag_is_found_wherever_it_stands() -> None:
    assert parse_reply([b"!re", b".tag=7", b"=a=1"]) == (b"!re", b"7", [b"=a=1"])
    assert parse_reply([b"!re", b"=a=1", b".tag=7"])[:2] == (b"!re", b"7")
    assert parse_reply([b"!done"]) == (b"!done", b"", [])


def test_reading_in_bulk_takes_a_fraction_of_the_time_of_librouteros_alone() -> None:
    rows = [
        [b"!re", b".tag=2", *(b"=field-%d=%d" % (f, f * (i if f < 5 else 1)) for f in range(15))]
        for i in range(3000)
    ]
    data = b"".join(encode_words(words) for words in [*rows, [b"!done", b".tag=2"]])

    def ours() -> int:
        with canned(data) as session:
            return len(session.read([Read("/x")])[0])

    def theirs() -> int:
        with _fed(lambda peer: peer.sock.sendall(data.replace(b"\x06.tag=2", b""))) as sock:
            return len(list(Api(ApiProtocol(SocketTransport(sock), "utf-8")).readResponse()))

    assert ours() == theirs() == 3000
    assert min(map(_cpu, [ours] * 3)) * 4 < min(map(_cpu, [theirs] * 2))


def _cpu(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


# The window


def test_the_window_grows_by_four_with_every_answer_while_they_are_quick() -> None:
    window, sizes = Window(), []
    for now in range(1, 6):
        for _ in range(window.size):
            window.answered(now - 0.02, now, most=MAX_WINDOW, more=True)
        sizes.append(window.size)
    assert sizes == [80, 400, 1024, 1024, 1024]


def test_the_window_halves_once_for_all_that_was_under_way_when_answers_get_slow() -> None:
    window = Window()
    window.answered(0, 0.02, most=MAX_WINDOW, more=False)
    for _ in range(FIRST_WINDOW):
        window.answered(1.0, 2.5, most=MAX_WINDOW, more=True)
    assert window.size == FIRST_WINDOW // 2
    for now in range(10, 100, 10):
        window.answered(now - 3, now, most=MAX_WINDOW, more=True)
    assert window.size == LEAST_WINDOW


def test_the_window_neither_grows_nor_shrinks_between_quick_and_slow_or_without_use() -> None:
    window = Window()
    window.answered(0, 0.02, most=MAX_WINDOW, more=False)
    window.answered(1, 1.6, most=MAX_WINDOW, more=True)
    assert window.size == FIRST_WINDOW


# Connecting


def test_login_since_6_43_sends_name_and_password_and_reads_the_version() -> None:
    seen = []

    def script(peer: Peer) -> None:
        seen.append(peer.hear())
        peer.send("!done")
        request = peer.hear()
        peer.send("!re", request[-1], "=version=6.49.7 (long-term)")
        peer.send("!done", request[-1])

    with Fake(script) as fake, connect(fake.endpoint()) as session:
        assert session.version == "6.49.7"
        assert session.source_address == "127.0.0.1"
        assert session.alive
    assert seen == [["/login", "=name=admin", f"=password={PASSWORD}"]]
    assert not session.alive


def test_login_before_6_43_answers_the_challenge() -> None:
    challenge = "0123456789abcdef0123456789abcdef"
    answer = hashlib.md5(b"\0" + PASSWORD.encode() + bytes.fromhex(challenge)).hexdigest()
    seen = []

    def script(peer: Peer) -> None:
        peer.hear()
        peer.send("!done", f"=ret={challenge}")
        seen.append(peer.hear())
        peer.send("!done")
        request = peer.hear()
        peer.send("!re", request[-1], "=version=6.40.9")
        peer.send("!done", request[-1])

    with Fake(script) as fake, connect(fake.endpoint()) as session:
        assert session.version == "6.40.9"
    assert seen == [["/login", "=name=admin", f"=response=00{answer}"]]


@pytest.mark.parametrize("text", ["cannot log in", "invalid user name or password (6)"])
def test_a_refused_login_is_final_and_names_no_password(text: str) -> None:
    def script(peer: Peer) -> None:
        peer.hear()
        peer.send("!trap", f"=message={text} {PASSWORD}")
        peer.send("!done")
        peer.until_gone()

    with Fake(script) as fake:
        with pytest.raises(LoginRefused) as caught:
            connect(fake.endpoint(), sleep=_no_sleep)
        place = fake.endpoint().address
    assert str(caught.value) == (
        f"rb-norte at {place} refuses the login of admin: {text} ***. Are username and password "
        f"right, and has the user's group the policy api?"
    )
    assert fake.connections == 1


def _no_sleep(_: float) -> None:
    pass


def test_a_connection_dropped_at_login_is_tried_again_with_growing_pauses() -> None:
    pauses: list[float] = []

    def drop(peer: Peer) -> None:
        peer.hear()

    def accept(peer: Peer) -> None:
        peer.accept()
        peer.until_gone()

    with (
        Fake(drop, drop, accept) as fake,
        connect(fake.endpoint(), sleep=pauses.append) as session,
    ):
        assert session.alive
    assert len(pauses) == 2
    assert all(0 <= pause <= 2 for pause in pauses)


def test_after_the_last_attempt_the_reason_and_what_to_do_are_told() -> None:
    def drop(peer: Peer) -> None:
        peer.hear()

    with Fake(drop, drop) as fake:
        with pytest.raises(Unreachable) as caught:
            connect(fake.endpoint(), attempts=2, sleep=_no_sleep)
        place = fake.endpoint().address
    assert str(caught.value) == (
        f"rb-norte is unreachable at {place}: the router closed the connection. Is its session "
        f"limit reached, or this address not allowed under /ip service?"
    )


def test_a_closed_port_says_which_service_to_look_at() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    for tls, service in ((TlsMode.off(), "api"), (TlsMode.verified(), "api-ssl")):
        endpoint = Endpoint("127.0.0.1", port, "admin", PASSWORD, tls, name="rb-norte")
        with pytest.raises(Unreachable) as caught:
            connect(endpoint, sleep=_no_sleep)
        assert str(caught.value) == (
            f"rb-norte is unreachable at 127.0.0.1:{port}: connection refused. "
            f"Is the {service} service enabled (/ip service) and the address right?"
        )


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 70 + ".invalid", ".."])
def test_a_host_that_is_none(host: str) -> None:
    endpoint = Endpoint(host, 8728, "admin", PASSWORD, TlsMode.off(), name="rb-norte")
    with pytest.raises(Unreachable, match=r"^rb-norte is unreachable at .*:8728: "):
        connect(endpoint, attempts=1)


@pytest.mark.parametrize("greeting", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-ROSSSH\r\n"])
def test_another_service_on_the_port_is_told_and_not_tried_again(greeting: bytes) -> None:
    def script(peer: Peer) -> None:
        peer.sock.sendall(greeting)
        peer.until_gone()

    with (
        Fake(script) as fake,
        pytest.raises(Untrusted, match=r"does not speak the RouterOS API .* of its api serv"),
    ):
        connect(fake.endpoint(), sleep=_no_sleep)
    assert fake.connections == 1


def test_a_silent_router_is_given_up_after_its_timeout_and_not_tried_again() -> None:
    with (
        Fake(Peer.until_gone) as fake,
        pytest.raises(Unreachable, match=r"no answer within 0\.1 s\. Is it on"),
    ):
        connect(fake.endpoint(timeout=0.1), sleep=_no_sleep)
    assert fake.connections == 1


def test_no_password_in_any_repr() -> None:
    endpoint = Endpoint("10.0.0.1", 8729, "admin", PASSWORD)
    assert PASSWORD not in repr(endpoint)
    command = Command("/ppp/secret", "add", (("name", "ana"), ("password", PASSWORD)))
    assert repr(command) == (
        "Command('/ppp/secret', 'add', (('name', 'ana'), ('password', '***')))"
    )
    for name in ("password", "secret", "ipsec-secret", "wpa2-pre-shared-key", "private-key"):
        assert PASSWORD not in repr(Command("/x", "set", ((name, PASSWORD),)))


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate with its key for 127.0.0.1, in one file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("the openssl command, which makes the certificate, is not installed")
    folder = tmp_path_factory.mktemp("tls")
    command = (
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=rb "
        "-addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem"
    )
    subprocess.run([openssl, *command.split()], cwd=folder, check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_bytes((folder / "cert.pem").read_bytes() + (folder / "key.pem").read_bytes())
    return both


def _server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def _fingerprint(certificate: Path) -> str:
    pem = certificate.read_text().partition("-----BEGIN PRIVATE")[0]
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


def _accept(peer: Peer) -> None:
    peer.accept()
    peer.until_gone()


def test_tls_verified_by_an_authority_of_this_machine(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with (
        Fake(_accept, tls=_server_tls(certificate)) as fake,
        connect(fake.endpoint(TlsMode.verified())) as session,
    ):
        assert session.version == "7.22.3"


def test_tls_that_cannot_be_verified_is_refused_once_with_the_way_out(certificate: Path) -> None:
    with Fake(_accept, tls=_server_tls(certificate)) as fake:
        with pytest.raises(Untrusted) as caught:
            connect(fake.endpoint(TlsMode.verified()), sleep=_no_sleep)
        place = fake.endpoint().address
    assert str(caught.value) == (
        f"rb-norte is unreachable at {place}: its certificate cannot be verified (self-signed "
        f"certificate). Give it a certificate of an authority that this machine trusts, or pin "
        f'its own: tls: {{fingerprint: "sha256:…"}}.'
    )


def test_tls_pinned(certificate: Path) -> None:
    pinned = TlsMode.pinned(f"sha256:{_fingerprint(certificate)}")
    with (
        Fake(_accept, tls=_server_tls(certificate)) as fake,
        connect(fake.endpoint(pinned)) as session,
    ):
        assert session.alive


def test_tls_with_another_certificate_than_pinned_sends_nothing_and_shows_both(
    certificate: Path,
) -> None:
    heard = []

    def script(peer: Peer) -> None:
        heard.append(peer.sock.recv(100))

    with (
        Fake(script, tls=_server_tls(certificate)) as fake,
        pytest.raises(Untrusted) as caught,
    ):
        connect(fake.endpoint(TlsMode.pinned("ab" * 32)), sleep=_no_sleep)
    assert f"found sha256:{_fingerprint(certificate)}, pinned sha256:{'ab' * 32}." in str(
        caught.value
    )
    assert heard in ([], [b""])


def test_tls_without_a_certificate(certificate: Path) -> None:
    parameters = certificate.with_name("dh.pem")
    command = "genpkey -genparam -algorithm DH -pkeyopt group:ffdhe2048 -outform PEM -out dh.pem"
    subprocess.run(
        ["openssl", *command.split()], cwd=parameters.parent, check=True, capture_output=True
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ADH:@SECLEVEL=0")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_dh_params(str(parameters))
    with Fake(_accept, _accept, tls=context) as fake:
        with connect(fake.endpoint(TlsMode.anonymous())) as session:
            assert session.alive
        with pytest.raises(Untrusted, match=r"TLS failed .*tls: \{anonymous: true\}"):
            connect(fake.endpoint(TlsMode.verified()), sleep=_no_sleep)


def test_tls_against_the_plain_service_says_so() -> None:
    def script(peer: Peer) -> None:
        peer.sock.recv(1000)
        peer.send("!fatal", "not logged in")

    with (
        Fake(script) as fake,
        pytest.raises(Untrusted, match=r"TLS failed .*plain api service \(then: tls: false\)"),
    ):
        connect(fake.endpoint(TlsMode.verified()), sleep=_no_sleep)


def test_fingerprints_are_taken_with_and_without_colons() -> None:
    digits = "0123456789abcdef" * 4
    colons = ":".join(digits[i : i + 2] for i in range(0, 64, 2)).upper()
    for text in (digits, f"sha256:{digits}", colons, f"sha256:{colons}", f"SHA256:{colons}"):
        assert TlsMode.pinned(text).fingerprint == f"sha256:{digits}"
    for text in ("", "sha256:", digits[1:], "sha1:" + digits[:40], digits[:-1] + "g"):
        with pytest.raises(ValueError, match="is no fingerprint"):
            TlsMode.pinned(text)


# Reading


def test_reads_are_all_asked_at_once_and_answered_in_any_order() -> None:
    asked: list[list[str]] = []

    def script(peer: Peer) -> None:
        asked.extend(peer.hear() for _ in range(3))  # no answer before the last was asked
        one, two, three = (words[-1] for words in asked)
        peer.send("!re", three, "=name=c")
        peer.send("!re", one, "=.id=*1", "=comment=Ana López")
        peer.send("!re", three, "=name=yes")
        peer.send("!done", three)
        peer.send("!empty", two)
        peer.send("!done", two)
        peer.send("!re", "=.id=*2", "=comment=", one)
        peer.send("!re", one, "=.id=*3")
        peer.send("!done", one)

    reads = [
        Read("/ppp/secret", (".id", "comment")),
        Read("/ip/firewall/address-list", ("address",), ("?list=rc-state",)),
        Read("/queue/simple"),
    ]
    with session_with(script) as session:
        rows = session.read(reads)
    assert rows == [
        [{".id": "*1", "comment": "Ana López"}, {".id": "*2", "comment": ""}, {".id": "*3"}],
        [],
        [{"name": "c"}, {"name": "yes"}],
    ]
    assert [words[:-1] for words in asked] == [
        ["/ppp/secret/print", "=.proplist=.id,comment"],
        ["/ip/firewall/address-list/print", "=.proplist=address", "?list=rc-state"],
        ["/queue/simple/print"],
    ]


def test_what_is_done_meanwhile_is_done_when_all_is_sent_and_nothing_is_answered() -> None:
    heard, done = threading.Event(), threading.Event()

    def script(peer: Peer) -> None:
        tag = peer.hear()[-1]
        heard.set()
        assert done.wait(20)
        peer.send("!re", tag, "=name=c")
        peer.send("!done", tag)

    def act() -> None:
        assert heard.wait(20)
        done.set()

    with session_with(script) as session:
        assert session.read([Read("/queue/simple")], act) == [[{"name": "c"}]]


@pytest.mark.parametrize(
    "traps",
    [
        [["=category=0", "=message=no such command or directory (hotspot)"]],
        [
            ["=category=0", "=message=no such command or directory (x)"],
            ["=message=no such command prefix"],
        ],
        [["=message=no such command"]],
    ],
)
def test_a_menu_that_does_not_exist_is_empty(traps: list[list[str]]) -> None:
    answers = b"".join(say("!trap", ".tag=2", *words) for words in traps) + say("!done", ".tag=2")
    more = say("!re", ".tag=3", "=a=1") + say("!done", ".tag=3")
    with canned(answers + more) as session:
        assert session.read([Read("/ip/hotspot/user"), Read("/x")]) == [[], [{"a": "1"}]]
        assert session.missing == {"/ip/hotspot/user"}
    with canned(answers) as session:
        assert session.count("/ip/hotspot/user") == 0
        assert session.missing == {"/ip/hotspot/user"}


def test_another_trap_is_refused_after_all_answers_are_in() -> None:
    def script(peer: Peer) -> None:
        one, two = peer.hear()[-1], peer.hear()[-1]
        peer.send(
            "!trap", one, "=message=not enough permissions (9)", "=odd=attribute", "=category=x"
        )
        peer.send("!done", one)
        peer.send("!done", two)
        peer.send("!done", peer.hear()[-1], "=ret=12")

    with session_with(script) as session:
        with pytest.raises(Refused) as caught:
            session.read([Read("/ppp/secret"), Read("/ppp/profile")])
        assert session.count("/ppp/secret") == 12
    assert caught.value.message == "not enough permissions (9)"
    assert caught.value.category is None
    assert str(caught.value) == (
        "rb-norte refuses to print /ppp/secret: not enough permissions (9). "
        "Give the user's group the policies read, write, api and sensitive."
    )


def test_counting_asks_only_for_the_number() -> None:
    asked: list[list[str]] = []

    def script(peer: Peer) -> None:
        asked.append(peer.hear())
        peer.send("!done", asked[0][-1], "=ret=4321")

    with session_with(script) as session:
        assert session.count("/ip/firewall/connection", ("?src-address=10.0.0.7",)) == 4321
    assert asked[0][:-1] == [
        "/ip/firewall/connection/print",
        "=count-only=",
        "?src-address=10.0.0.7",
    ]


@pytest.mark.parametrize(
    ("answers", "text"),
    [
        (say("!fatal", "session terminated on request"), "session terminated on request"),
        (say("!fatal"), "the router ended the session: no reason given"),
        (say("!re", ".tag=2", "=a=1"), "the router closed the connection"),
        (say("!re", ".tag=2", "=a=1")[:-3], "the router closed the connection"),
        (say("!wat", ".tag=2"), "does not speak the RouterOS API (it answers b'!wat')"),
        (b"\x00\x00" + b"\xff" * 9, "does not speak the RouterOS API"),
        (say("!done", ".tag=99"), "the router closed the connection"),
        (say("!done"), "the router closed the connection"),
    ],
)
def test_a_session_lost_while_reading_is_unreachable(answers: bytes, text: str) -> None:
    with canned(answers) as session:
        with pytest.raises(Unreachable) as caught:
            session.read([Read("/ppp/secret")])
        assert not session.alive
        with pytest.raises(Unreachable) as again:
            session.read([Read("/ppp/secret")])
    assert str(caught.value).startswith("rb was lost at 10.0.0.1:8728: ")
    assert text in str(caught.value)
    assert str(again.value) == str(caught.value)


def test_silence_while_reading_ends_after_the_timeout() -> None:
    with (
        canned(say("!re", ".tag=2", "=a=1"), shut=False) as session,
        pytest.raises(Unreachable, match=r"was lost .*no answer within 0\.5 s\. What had"),
    ):
        session.read([Read("/ppp/secret")])


def test_a_router_that_trickles_is_given_up() -> None:
    def script(peer: Peer) -> None:
        tag = peer.hear()[-1]
        stopped = threading.Event()
        try:
            while not stopped.wait(0.01):
                peer.send("!re", tag, "=a=1")
        except ConnectionError:
            return

    with (
        session_with(script, patience=0.5) as session,
        pytest.raises(Unreachable, match="answers too slowly to be waited for"),
    ):
        session.read([Read("/ppp/secret")])


def test_a_router_that_sends_rows_for_ever_is_given_up() -> None:
    def script(peer: Peer) -> None:
        tag = peer.hear()[-1]
        try:
            while True:
                peer.sock.sendall(say("!re", tag, "=a=1") * 100)
        except ConnectionError:
            return

    with session_with(script, max_rows=5000) as session:
        with pytest.raises(Unreachable, match=r"sends more than 5000 rows of /ip/arp, and was giv"):
            session.read([Read("/ip/arp")])
        assert not session.alive


def test_a_router_that_never_pauses_and_never_answers_is_given_up() -> None:
    def script(peer: Peer) -> None:
        with suppress(ConnectionError):
            while True:
                peer.sock.sendall(say("!done", ".tag=99") * 1000)

    with (
        session_with(script, patience=0.5, max_rows=10**9) as session,
        pytest.raises(Unreachable, match="answers too slowly to be waited for"),
    ):
        session.read([Read("/ip/arp")])


@given(noise=st.binary(max_size=200))
@settings(max_examples=150, deadline=None)
def test_whatever_bytes_a_router_sends_the_end_is_rows_or_an_error_for_people(noise: bytes) -> None:
    with (
        canned(say("!re", ".tag=2", "=a=1") + noise) as session,
        pytest.raises(Unreachable),
    ):
        session.read([Read("/x")])
    with canned(say("!done", ".tag=2") + noise) as session:
        assert states(session.write(adds(3)))[0] is DONE


# Writing


def test_writes_are_answered_by_tag_whatever_the_order() -> None:
    heard: list[list[str]] = []

    def script(peer: Peer) -> None:
        heard.extend(peer.hear() for _ in range(3))
        one, two, three = (words[-1] for words in heard)
        peer.send("!done", three)
        peer.send("!trap", two, "=category=1", "=message=invalid value for argument address")
        peer.send("!done", one, "=ret=*1A")
        peer.send("!done", two)

    commands = [
        Command("/ppp/secret", "add", (("name", "ñandú"), ("password", "0123"))),
        Command("/ppp/secret", "set", ((".id", "*1,*2"), ("disabled", "no"))),
        Command("/ppp/secret", "remove", ((".id", "*3"),)),
    ]
    calls: list[tuple[int, Answer]] = []
    with session_with(script) as session:
        answers = session.write(commands, on_answer=lambda i, answer: calls.append((i, answer)))
        assert session.alive
    assert answers == [
        Answer(DONE, ret="*1A"),
        Answer(FAILED, message="invalid value for argument address", category=1),
        Answer(DONE),
    ]
    assert [index for index, _ in calls] == [2, 0, 1]
    assert all(answers[index] == answer for index, answer in calls)
    assert [words[:-1] for words in heard] == [
        ["/ppp/secret/add", "=name=ñandú", "=password=0123"],
        ["/ppp/secret/set", "=.id=*1,*2", "=disabled=no"],
        ["/ppp/secret/remove", "=.id=*3"],
    ]


def test_several_traps_are_one_answer_and_show_no_password() -> None:
    answers = (
        say("!trap", ".tag=2", f"=message=bad value\r\n{PASSWORD}")
        + say("!trap", ".tag=2", "=category=4", "=message=second")
        + say("!done", ".tag=2")
    )
    with canned(answers) as session:
        (answer,) = session.write([Command("/x", "add", (("password", PASSWORD),))])
    assert answer == Answer(FAILED, message="bad value ***; second", category=4)


def test_a_window_of_one_sends_singly() -> None:
    quiet = []

    def script(peer: Peer) -> None:
        for _ in range(3):
            tag = peer.hear()[-1]
            quiet.append(peer.is_quiet())
            peer.send("!done", tag)

    with session_with(script) as session:
        assert states(session.write(adds(3), window=1)) == [DONE] * 3
    assert quiet == [True] * 3


@pytest.mark.parametrize(("window", "sizes"), [(None, [16, 80, 204]), (40, [16, 40, 40, 40])])
def test_the_pipeline_grows_up_to_its_window(window: int | None, sizes: list[int]) -> None:
    quiet = []

    def script(peer: Peer) -> None:
        tags: list[str] = []
        for size in sizes:
            tags += [peer.hear_tag() for _ in range(size - len(tags))]
            quiet.append(peer.is_quiet())
            peer.sock.sendall(b"".join(say("!done", f".tag={tag}") for tag in tags))
            tags = []
        peer.until_gone()

    with session_with(script) as session:
        assert states(session.write(adds(sum(sizes)), window=window)) == [DONE] * sum(sizes)
        session.close()
    assert quiet == [True] * len(sizes)


def test_the_loss_of_a_session_tells_done_from_unknown_from_not_tried() -> None:
    def script(peer: Peer) -> None:
        tags = [peer.hear_tag() for _ in range(4)]
        peer.send("!done", f".tag={tags[1]}", "=ret=*7")
        peer.send("!trap", f".tag={tags[2]}", "=message=failure: already have such entry")
        peer.send("!done", f".tag={tags[2]}")
        # To close with something unread would take back answers that are still on their way.
        peer.sock.shutdown(socket.SHUT_WR)
        peer.until_gone()

    told: dict[int, Answer] = {}
    with session_with(script) as session:
        answers = session.write(adds(6), window=4, on_answer=told.__setitem__)
        assert not session.alive
        later = session.write(adds(1))
    assert answers[1] == Answer(DONE, ret="*7")
    assert answers[2].state is FAILED
    assert answers[0].state is UNKNOWN
    assert answers[3].state is UNKNOWN
    # After two answers two more were sent or not, by whether the loss was seen before: never DONE.
    assert {answer.state for answer in answers[4:]} <= {UNKNOWN, NOT_TRIED}
    assert "rb-norte was lost" in (answers[0].message or "")
    assert [told[index] for index in range(6)] == answers
    assert states(later) == [NOT_TRIED]


def test_writes_may_take_long_as_long_as_answers_come(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr("reconciler.wire.monotonic", lambda: clock.now)
    monkeypatch.setattr("reconciler.conversation.time.monotonic", lambda: clock.now)

    def script(peer: Peer) -> None:
        for _ in range(5):
            peer.send("!done", f".tag={peer.hear_tag()}")

    def pass_time(_: int, __: Answer) -> None:
        clock.now += 200

    with session_with(script, patience=300.0) as session:
        answers = session.write(adds(5), window=1, on_answer=pass_time)
    assert states(answers) == [DONE] * 5


def test_silence_while_writing_is_unknown_for_what_was_sent_alone() -> None:
    with canned(say("!done", ".tag=2"), shut=False) as session:
        answers = session.write(adds(5), window=2)
        assert states(answers) == [DONE, UNKNOWN, UNKNOWN, NOT_TRIED, NOT_TRIED]
        assert not session.alive
    assert "no answer within 0.5 s" in (answers[1].message or "")


@pytest.mark.parametrize("ending", [b"", say("!fatal", "bye"), b"\xff\xff", say("!wat")])
def test_answers_that_came_before_the_end_count(ending: bytes) -> None:
    answers = say("!done", ".tag=3") + say("!done", ".tag=2") + ending
    with canned(answers) as session:
        assert states(session.write(adds(3))) == [DONE, DONE, UNKNOWN]
        assert not session.alive


def test_a_router_that_hangs_up_while_we_send_has_answered_what_it_answered() -> None:
    def script(peer: Peer) -> None:
        peer.send("!done", f".tag={peer.hear_tag()}")

    big = Command("/file", "add", (("contents", "x" * (8 << 20)),))
    with session_with(script) as session:
        answers = session.write([adds(1)[0], big, *adds(3)], window=2)
    assert states(answers)[0] is DONE
    assert states(answers)[1] is UNKNOWN
    assert DONE not in states(answers)[1:]


def test_both_sides_may_send_much_at_once() -> None:
    """A router that answers before it reads on would lock up with a client that only sends."""

    def script(peer: Peer) -> None:
        peer.sock.sendall(say("!re", ".tag=1", "=a=" + "y" * 1000) * 10_000)
        tag = peer.hear()[-1]
        peer.send("!done", tag)

    with session_with(script) as session:
        big = Command("/file", "add", (("contents", "x" * (10 << 20)),))
        assert states(session.write([big])) == [DONE]


def test_what_cannot_be_sent_fails_alone() -> None:
    bad = Command("/ppp/secret", "add", (("name", "\ud800"),))
    with canned(say("!done", ".tag=2") + say("!done", ".tag=3")) as session:
        answers = session.write([bad, *adds(2), bad])
        assert session.alive
    assert states(answers) == [FAILED, DONE, DONE, FAILED]
    assert "was not sent" in (answers[0].message or "")


def test_a_caller_that_gives_up_midway_can_go_on_with_the_session() -> None:
    def script(peer: Peer) -> None:
        tags = [peer.hear_tag() for _ in range(3)]
        peer.send("!done", f".tag={tags[0]}")
        for tag in tags[1:]:
            peer.send("!done", f".tag={tag}")
        tag = peer.hear_tag()
        peer.send("!re", f".tag={tag}", "=a=1")
        peer.send("!done", f".tag={tag}")

    def stop(_: int, __: Answer) -> None:
        raise OSError("the disk that holds the journal is full")

    with session_with(script) as session:
        with pytest.raises(OSError, match="disk"):
            session.write(adds(3), on_answer=stop)
        assert session.read([Read("/x")]) == [[{"a": "1"}]]


def test_nothing_to_read_or_write_sends_nothing() -> None:
    with canned(b"") as session:
        assert session.read([]) == []
        assert session.write([]) == []
        assert session.alive


def test_a_closed_session_says_that_it_is_closed() -> None:
    with canned(b"") as session:
        session.close()
        session.close()
        with pytest.raises(Unreachable, match="the session with rb is closed"):
            session.read([Read("/x")])
        assert states(session.write(adds(1))) == [NOT_TRIED]


def test_sessions_leave_no_file_descriptor_behind() -> None:
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        pytest.skip("only Linux lists the descriptors of a process")
    before = len(list(folder.iterdir()))
    for _ in range(5):
        with canned(say("!fatal", "bye")) as session, pytest.raises(Unreachable):
            session.read([Read("/x")])
    assert len(list(folder.iterdir())) == before


# Against the emulated device


@contextmanager
def emulated(version: str = "7.22.3", **changes: object) -> Iterator[tuple[Server, Session]]:
    with serve(Device(version=version), user="reconcile", password="0123") as server:
        values = {"timeout": 20.0, "name": "rb-norte"} | changes
        endpoint = Endpoint(
            server.host,
            server.port,
            "reconcile",
            "0123",
            TlsMode.off(),
            **values,  # type: ignore[arg-type]
        )
        with connect(endpoint) as session:
            yield server, session


def secret(name: str, **fields: str) -> Command:
    return Command("/ppp/secret", "add", (("name", name), *fields.items()))


@pytest.mark.parametrize("version", ["6.40.9", "6.49.7", "7.17.2", "7.22.3"])
def test_a_whole_conversation_with_every_age_of_router(version: str) -> None:
    with emulated(version) as (_, session):
        assert session.version == version
        assert session.read([Read("/ppp/secret"), Read("/no/such/menu")]) == [[], []]
        ana, twin = session.write([secret("ana"), secret("ana")], window=1)
        assert ana.state is DONE
        assert twin.message == "failure: secret with the same name already exists"
        (row,) = session.read([Read("/ppp/secret", (".id", "name", "profile"))])[0]
        assert row == {".id": ana.ret, "name": "ana", "profile": "default"}
        assert session.count("/ppp/secret", ("?name=ana",)) == 1
        (gone,) = session.write([Command("/ppp/secret", "remove", ((".id", row[".id"]),))])
        assert gone == Answer(DONE)
        assert session.count("/ppp/secret") == 0


@pytest.mark.parametrize("charset", ["utf-8", "windows-1252"])
def test_odd_values_survive_the_router(charset: str) -> None:
    texts = ["yes", "no", "true", "123", "0123", 'ñandú "x" \\', "Ã±", "a=b", " x ", "漢字 €"]
    with emulated(charset=charset) as (_, session):
        answers = session.write([secret(f"c{i}", comment=t) for i, t in enumerate(texts)], window=1)
        assert states(answers) == [DONE] * len(texts)
        (rows,) = session.read([Read("/ppp/secret", ("comment",))])
        assert [row["comment"] for row in rows] == texts


def test_bytes_of_another_charset_survive_the_router() -> None:
    escaped = b"Jos\xe9 \x81".decode("utf-8", "surrogateescape")
    with emulated() as (_, session):
        session.write([secret("jose", comment=escaped)])
        (read,) = session.read([Read("/ppp/secret", ("comment",))])[0]
        assert read["comment"] == escaped
        session.write([secret("copy", comment=read["comment"])])
        rows = session.read([Read("/ppp/secret", ("comment",))])[0]
        assert [row["comment"] for row in rows] == [escaped, escaped]


def test_a_wrong_password_is_refused_by_every_age_of_router() -> None:
    for version in ("6.40.9", "7.22.3"):
        with serve(Device(version=version), user="reconcile", password="0123") as server:
            endpoint = Endpoint(server.host, server.port, "reconcile", "wrong", TlsMode.off())
            with pytest.raises(LoginRefused, match=r"refuses the login of reconcile: \w+"):
                connect(endpoint)


@pytest.mark.parametrize(("drop", "held"), [("drop_before_write", 2), ("drop_after_write", 3)])
def test_a_drop_in_the_middle_leaves_one_command_unknown(drop: str, held: int) -> None:
    with emulated() as (server, session):
        getattr(server.faults, drop)(3)
        answers = session.write([secret(f"c{i}") for i in range(5)], window=1)
        assert states(answers) == [DONE, DONE, UNKNOWN, NOT_TRIED, NOT_TRIED]
        with connect(session.endpoint) as again:
            assert again.count("/ppp/secret") == held


def test_a_frozen_router_leaves_what_was_sent_unknown() -> None:
    with emulated(timeout=1.0) as (server, session):
        server.faults.freeze()
        answers = session.write([secret(f"c{i}") for i in range(6)], window=4)
        assert states(answers) == [UNKNOWN] * 4 + [NOT_TRIED] * 2
        server.faults.thaw()


def test_a_large_window_is_filled_in_pieces() -> None:
    """So that the router begins while the rest is made."""
    commands = [secret(f"c{i}", comment="x") for i in range(1000)]
    asked: list[int] = []
    told: list[int] = []
    with emulated() as (server, session):
        rest = iter(commands)

        def feed(room: int) -> list[Command]:
            asked.append(room)
            return list(islice(rest, room))

        def settle(said: Sequence[tuple[int, Answer]]) -> None:
            told.extend(number for number, answer in said if answer.state is DONE)

        assert session.stream(feed, settle, window=None) == 1000
        assert len(server.device.rows("/ppp/secret")) == 1000
    assert max(asked) == PIECE
    assert sorted(told) == list(range(1000))


def test_a_thousand_adds_take_a_handful_of_round_trips() -> None:
    latency = 0.1  # one way; long, so that what the machine itself needs does not count
    commands = [secret(f"c{i}", comment="x") for i in range(1000)]
    with emulated() as (_, session):
        started = time.monotonic()
        assert set(states(session.write(commands))) == {DONE}
        own = time.monotonic() - started
    with emulated() as (server, session):
        server.faults.latency = latency
        started = time.monotonic()
        answers = session.write(commands)
        took = time.monotonic() - started
        assert set(states(answers)) == {DONE}
        assert len({answer.ret for answer in answers}) == 1000
    assert took < own * 2 + 8 * 2 * latency  # one by one it would be 1000 round trips
