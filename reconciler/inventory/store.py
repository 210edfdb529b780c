# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder outside the repository with what files were read as. It may be deleted at any time.

Content-addressed: what is kept is found again only for the same bytes of the files, the same code
of this program and the same versions of Python and the libraries that read. What is damaged counts
as absent; writers replace whole files, so that concurrent runs never see half of one; nobody else
can look into it. Imports of the project: errors and yamlfile.
"""

import contextlib
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple
from functools import cache
from pathlib import Path

import pydantic

import reconciler
from reconciler import yamlfile
from reconciler.errors import Problem, Severity, Where

MOST_REPOSITORIES = 8
MOST_BYTES = 512 * 1024 * 1024
# A file changed within the grain of a file system's clock may look as it did when it was read.
GRAIN = 2_000_000_000

_MAGIC = b"reconcile inventory 1\n"
DIGEST = 32
_STAMPS = "stamps"
_CHECKS = "checks"


def digest(*parts: bytes) -> bytes:
    """Of these parts, told apart by their lengths."""
    hashed = hashlib.blake2b(digest_size=DIGEST)
    for part in parts:
        hashed.update(len(part).to_bytes(8, "little"))
        hashed.update(part)
    return hashed.digest()


def cache_folder(environ: Mapping[str, str]) -> Path | None:
    """$XDG_CACHE_HOME/reconcile, else ~/.cache/reconcile; None where there is no home."""
    base = environ.get("XDG_CACHE_HOME", "")
    if not Path(base).is_absolute():
        home = environ.get("HOME", "")
        if not Path(home).is_absolute():
            return None
        base = f"{home}/.cache"
    return Path(base, "reconcile")


@cache
def _readers() -> bytes:
    """What reads the files: this code, Python, and the libraries."""
    package = Path(reconciler.__file__).parent
    inventory = package / "inventory"
    folders = (package, package / "models", inventory, inventory / "rules", inventory / "checks")
    sources = sorted(file for folder in folders for file in folder.glob("*.py"))
    versions = f"{sys.version} {pydantic.VERSION} {yamlfile.VERSION}"
    return digest(versions.encode(), *(file.read_bytes() for file in sources))


class Store:
    """What is kept of one repository. Every failure of the disk is a miss, never an error.

    `base` None: nothing is kept.
    """

    def __init__(self, base: Path | None, root: Path) -> None:
        self._usable = False
        if base is None:
            return
        name = digest(_readers(), os.fsencode(root.resolve())).hex()[:32]
        self.base = base
        self.folder = base / name
        with contextlib.suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            status = self.folder.lstat()
            owner = getattr(os, "getuid", lambda: status.st_uid)()
            self._usable = status.st_uid == owner and not status.st_mode & 0o077

    def get(self, name: str) -> bytes | None:
        """What was put under a name, if it is whole."""
        if not self._usable:
            return None
        try:
            data = (self.folder / name).read_bytes()
        except OSError:
            return None
        start = len(_MAGIC) + DIGEST
        body = data[start:]
        if data[:start] != _MAGIC + digest(body):
            return None
        return body

    def put(self, name: str, body: bytes) -> None:
        """Keep `body` under a name, whole or not at all."""
        if not self._usable:
            return
        with contextlib.suppress(OSError):
            handle, temporary = tempfile.mkstemp(dir=self.folder, prefix="new-")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(_MAGIC + digest(body) + body)
                Path(temporary).replace(self.folder / name)
            except OSError:
                Path(temporary).unlink(missing_ok=True)
                raise

    def now(self) -> int:
        """Nanoseconds by the clock of the disk; 0 where there is none, so that nothing is older."""
        if not self._usable:
            return 0
        with contextlib.suppress(OSError), tempfile.TemporaryFile(dir=self.folder) as file:
            return os.fstat(file.fileno()).st_mtime_ns
        return 0

    def stamps(self) -> dict[str, str]:
        """For each name the look that its files had: see `bulk`."""
        try:
            found = json.loads(self.get(_STAMPS) or b"{}")
        except ValueError:
            return {}
        return {str(name): str(stamp) for name, stamp in found.items()}

    def put_stamps(self, stamps: Mapping[str, str]) -> None:
        if not self._usable:
            return
        self.put(_STAMPS, json.dumps(stamps).encode())
        self._prune()

    def problems(self, key: bytes) -> list[Problem] | None:
        """What was put for the very same key."""
        try:
            found = json.loads(self.get(_CHECKS) or b"{}")
            return (
                [_problem(*parts) for parts in found["problems"]]
                if found["key"] == key.hex()
                else None
            )
        except (KeyError, TypeError, ValueError):
            return None

    def put_problems(self, key: bytes, problems: Sequence[Problem]) -> None:
        """Keep what the checks found for a key, in place of what they found for another."""
        parts = [[*astuple(problem)] for problem in problems]
        self.put(_CHECKS, json.dumps({"key": key.hex(), "problems": parts}).encode())

    def _prune(self) -> None:
        """Let go of the repositories that were not read for the longest time, and of leftovers."""
        with contextlib.suppress(OSError):
            for leftover in self.folder.glob("new-*"):
                if leftover.stat().st_mtime_ns < self.now() - 3600 * 1_000_000_000:
                    leftover.unlink(missing_ok=True)
            others = sorted(self.base.iterdir(), key=_last_used(), reverse=True)
            total = 0
            for place, folder in enumerate(others):
                total += sum(file.stat().st_size for file in folder.iterdir())
                if place >= MOST_REPOSITORIES or (total > MOST_BYTES and folder != self.folder):
                    shutil.rmtree(folder, ignore_errors=True)


def _problem(
    code: str,
    message: str,
    hint: str | None,
    where: tuple[str, int | None] | None,
    severity: str,
    router: str | None,
) -> Problem:
    return Problem(
        code, message, hint, Where(*where) if where else None, Severity(severity), router
    )


def _last_used() -> Callable[[Path], int]:
    def changed(folder: Path) -> int:
        try:
            return (folder / _STAMPS).stat().st_mtime_ns
        except OSError:
            return 0

    return changed
