# SPDX-License-Identifier: GPL-3.0-or-later
"""Resolving and deriving secrets: the only place that sees one in clear.

Whoever asks for a secret gets its text and must neither print nor store it; `redact` takes every
secret resolved so far out of a text. Imports of the project: errors, models.
"""

import base64
import binascii
import hmac
import importlib
import json
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import NoReturn

from reconciler.errors import FilesError, Problem, Where
from reconciler.models import (
    AgeSecret,
    DerivedSecret,
    EnvSecret,
    FileSecret,
    PlainSecret,
    Secret,
    Settings,
)

ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
_LENGTH = 12
_BITS = 5
_MOST_BYTES = 64 * 1024
# Shorter secrets are not looked for in texts: they would be found inside every other word.
_SHORTEST_REDACTED = 4
_ARMOR = ("-----BEGIN AGE ENCRYPTED FILE-----", "-----END AGE ENCRYPTED FILE-----")
_SETTINGS = Where("reconcile.yaml")
_PLACES = range((_LENGTH - 1) * _BITS, -1, -_BITS)


def derive(key: bytes, client: str, service: str, generation: int) -> str:
    """The password that `{derived: N}` stands for: 12 characters, the same for ever.

    The first 60 bits of HMAC-SHA-256(key, "reconcile/1" NUL client NUL service NUL N), five a
    character, most significant first.
    """
    message = f"reconcile/1\0{client}\0{service}\0{generation}".encode()
    bits = int.from_bytes(hmac.digest(key, message, sha256)) >> (256 - _LENGTH * _BITS)
    return "".join([ALPHABET[(bits >> place) & (2**_BITS - 1)] for place in _PLACES])


class Secrets:
    """The secrets of the repository at `root` in one process; never pickled, never printed.

    Nothing is resolved before it is asked for.
    """

    def __init__(self, settings: Settings, environ: Mapping[str, str], root: Path) -> None:
        self._settings = settings.secrets
        self._environ = environ
        self._root = root
        self._key: bytes | None = None
        self._files: dict[str, str] = {}
        self._opened: dict[str, str] = {}
        self._seen: set[str] = set()

    def __repr__(self) -> str:
        return "Secrets(…)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("secrets do not leave their process")

    def resolve(
        self, secret: Secret, client_id: str = "", service_id: str = "", where: Where | None = None
    ) -> str:
        """The secret's text.

        Raises FilesError with a problem that names `where`, whose secret it is and what to do.
        """
        owner = f"{client_id}/{service_id}" if client_id else ""
        with _placed(where, owner):
            if isinstance(secret, DerivedSecret):
                if not (client_id or secret.of):
                    _refuse("Only a service's secret can be derived.", "Use env, file or age")
                client, service = (secret.of or owner).split("/")
                return self._see(derive(self.key, client, service, secret.derived))
            text = self._text(secret)
            if any(ord(c) < 32 or 127 <= ord(c) < 160 for c in text):
                _refuse("The secret holds control characters.", "Take them out")
            return text

    def check(self, secret: Secret, client_id: str, service_id: str, where: Where) -> None:
        """Raises what `resolve` would raise for a service's secret."""
        # With a key at hand there is nothing that deriving could stumble over.
        if self._key is None or not isinstance(secret, DerivedSecret):
            self.resolve(secret, client_id, service_id, where)

    @property
    def has_key(self) -> bool:
        """Whether the settings name a repository key and it can be had."""
        try:
            return bool(self.key)
        except FilesError:
            return False

    @property
    def key(self) -> bytes:
        """The repository key. Raises FilesError where there is none."""
        if self._key is None:
            if self._settings.key is None:
                hint = "Add `secrets: {key: {env: RECONCILE_KEY}}` to reconcile.yaml"
                _refuse("The repository has no key.", hint)
            with _placed(_SETTINGS, "secrets.key"):
                self._key = self._text(self._settings.key).encode()
        return self._key

    def fingerprint(self, text: str) -> str | None:
        """A keyed hash of a secret in hex, to compare it outside this process; None without key."""
        if not self.has_key:
            return None
        message = b"reconcile/fingerprint/1\0" + text.encode(errors="surrogatepass")
        return hmac.digest(self.key, message, sha256).hex()

    @property
    def seen(self) -> frozenset[str]:
        """Every secret resolved so far, in clear: for filters of output, and nothing else."""
        return frozenset(self._seen)

    def redact(self, text: str) -> str:
        """The text with every secret resolved so far replaced by `***`, also as JSON spells it."""
        seen = self._seen.copy()  # routers' threads may resolve more meanwhile
        found = {form for secret in seen for form in _forms(secret) if form in text}
        for form in sorted(found, key=len, reverse=True):
            text = text.replace(form, "***")
        return text

    def _see(self, text: str) -> str:
        for part in (text, *text.splitlines()):
            if len(part) >= _SHORTEST_REDACTED:
                self._seen.add(part)
        return text

    def _text(self, secret: Secret) -> str:
        if isinstance(secret, EnvSecret):
            text = self._environ.get(secret.env, "")
            if not text:
                more = ": its value is empty" if secret.env in self._environ else ""
                _refuse(
                    f"The environment variable {secret.env} is not set{more}.",
                    "Set it and run again",
                )
        elif isinstance(secret, FileSecret):
            if secret.file not in self._files:
                self._files[secret.file] = self._file(secret.file)
            text = self._files[secret.file]
        elif isinstance(secret, AgeSecret):
            text = self._age(secret.age)
        elif isinstance(secret, PlainSecret):
            if secret.plain and not self._settings.allow_plain:
                _refuse("A secret in clear is refused.", "Use env, file, age or derived")
            text = secret.plain
        else:
            _refuse("The repository's own secrets cannot be derived.", "Use env, file or age")
        return self._see(text)

    def _file(self, name: str) -> str:
        path = self._root / name
        if not Path(name).is_absolute():
            real, root = os.path.realpath(path), os.path.realpath(self._root)
            if os.path.commonpath([real, root]) != root:
                hint = "Write an absolute path to a file that is outside"
                _refuse(f"The secret file {name} is outside of the repository.", hint)
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                regular = stat.S_ISREG(os.fstat(handle).st_mode)
                data = os.read(handle, _MOST_BYTES + 1) if regular else b""
            finally:
                os.close(handle)
        except (OSError, ValueError) as error:
            why = os.strerror(getattr(error, "errno", 0) or 0)
            _refuse(f"The secret file {name} cannot be read: {why}.", "Is it there, and readable?")
        if not regular or len(data) > _MOST_BYTES:
            _refuse(f"The secret file {name} is no small regular file.", None)
        try:
            text = data.decode()
        except UnicodeDecodeError:
            _refuse(f"The secret file {name} is not UTF-8.", None)
        text = text.removesuffix("\n").removesuffix("\r")
        if not text:
            _refuse(f"The secret file {name} is empty.", "Write the secret into it")
        return text

    def _age(self, armored: str) -> str:
        if armored not in self._opened:
            if self._settings.age_identity is None:
                hint = "Add `secrets: {age_identity: {env: AGE_IDENTITY}}` to reconcile.yaml"
                _refuse("The settings name no age identity.", hint)
            with _placed(_SETTINGS, "secrets.age_identity"):
                identity = self._text(self._settings.age_identity)
            self._opened[armored] = _decrypt(_binary(armored), identity)
        return self._opened[armored]


def _forms(secret: str) -> Iterator[str]:
    yield secret
    for ascii_only in (True, False):
        yield json.dumps(secret, ensure_ascii=ascii_only)[1:-1]


def _binary(armored: str) -> bytes:
    """The age file of an armored text, however its lines were broken, or of plain base64."""
    begin, end = _ARMOR
    body = armored.strip().removeprefix(begin).removesuffix(end)
    try:
        return base64.b64decode("".join(body.split()), validate=True)
    except (binascii.Error, ValueError):
        _refuse("The age secret is neither armored nor base64.", "Encrypt it again with `age -a`")


def _decrypt(data: bytes, identity: str) -> str:
    try:
        pyrage = importlib.import_module("pyrage")
    except ImportError:
        _refuse(
            "Opening age secrets needs what is not installed.",
            "Install the extra `age`: pip install 'wisp-reconcile[age]'",
        )
    identities: list[object] = []
    try:
        if "BEGIN OPENSSH PRIVATE KEY" in identity:
            identities.append(pyrage.ssh.Identity.from_buffer(identity.encode()))
        else:
            lines = [line.strip() for line in identity.splitlines()]
            identities += [
                pyrage.x25519.Identity.from_str(line)
                for line in lines
                if line and not line.startswith("#")
            ]
    except pyrage.IdentityError:
        _refuse("The age identity cannot be read.", "It begins with AGE-SECRET-KEY-")
    try:
        return bytes(pyrage.decrypt(data, identities)).decode()
    except pyrage.DecryptError:
        _refuse("The age secret does not open.", "Encrypt it again to the repository's recipients")
    except UnicodeDecodeError:
        _refuse("The age secret is not UTF-8.", "Encrypt it again")


def _refuse(message: str, hint: str | None) -> NoReturn:
    raise FilesError([Problem("secret", message, hint)])


@contextmanager
def _placed(where: Where | None, owner: str) -> Iterator[None]:
    """Give a refusal inside its place, and say whose secret it was."""
    try:
        yield
    except FilesError as error:
        (problem,) = error.problems
        if problem.where is not None:
            raise
        message = f"{owner}: {problem.message}" if owner else problem.message
        raise FilesError([Problem(problem.code, message, problem.hint, where)]) from None
