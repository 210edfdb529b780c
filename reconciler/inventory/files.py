# SPDX-License-Identifier: GPL-3.0-or-later
"""The folders of a state repository: which files are read, and what is in the way.

Imports of the project: errors, wording, yamlfile, its neighbours.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from reconciler.errors import Problem, Severity, Where
from reconciler.inventory.kinds import KINDS, SETTINGS_FILE, Kind
from reconciler.wording import show
from reconciler.yamlfile import MAX_BYTES, too_large

_MAX_FOLDERS_DEEP = 16


class Found(NamedTuple):
    """A file to be read: its kind and its path relative to the root, with `/`."""

    kind: Kind
    file: str


def find_root(start: Path) -> Path | None:
    """The nearest folder from `start` upwards that holds a `reconcile.yaml`."""
    start = start.resolve()
    return next((p for p in (start, *start.parents) if (p / SETTINGS_FILE).is_file()), None)


def find_files(root: Path) -> tuple[list[Found], list[Problem]]:
    """All files of all kinds in order of their paths, and what lies among them and is not read."""
    found: list[Found] = []
    problems: list[Problem] = []
    for kind in KINDS:
        _Walk(root, kind, found, problems).folder(kind.folder, 0)
    problems += _strays(root)
    return found, problems


def path_order(file: str) -> list[str]:
    """What files of a kind are sorted by."""
    return file.split("/")


def contents(root: Path, file: str) -> bytes | Problem:
    """The bytes of a file, or why they are not read; never more than the bound and one byte."""
    try:
        # Without O_NONBLOCK a pipe would hold the run for ever.
        handle = os.open(f"{root}/{file}", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                return _irregular(file)
            if status.st_size > MAX_BYTES:
                return too_large(file, status.st_size)
            # A regular file gives less than is asked for at its end alone.
            data = os.read(handle, status.st_size + 1)
            while status.st_size < len(data) <= MAX_BYTES:  # it grows
                part = os.read(handle, MAX_BYTES + 1 - len(data))
                if not part:
                    break
                data += part
            return data
        finally:
            os.close(handle)
    except FileNotFoundError:
        return Problem("unreadable", "The file does not exist.", None, Where(shown_path(file)))
    except OSError as error:
        why = os.strerror(error.errno or 0)
        return Problem("unreadable", f"The file cannot be read: {why}.", None, Where(file))


def shown_path(path: str) -> str:
    """A path as it is shown: a name that is not UTF-8 with its bytes escaped."""
    return os.fsencode(path).decode(errors="backslashreplace")


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _irregular(file: str) -> Problem:
    hint = "Put the file itself there"
    return Problem("not-a-file", "This is no regular file.", hint, Where(shown_path(file)))


class _Walk:
    """The files of one kind; links are followed to files of the repository only."""

    def __init__(self, root: Path, kind: Kind, found: list[Found], problems: list[Problem]) -> None:
        self.root = root
        self.real_root = os.path.realpath(root)
        self.kind = kind
        self.found = found
        self.problems = problems

    def folder(self, folder: str, depth: int) -> None:
        try:
            with os.scandir(self.root / folder) as entries:
                sorted_entries = sorted(entries, key=lambda entry: entry.name)
        except FileNotFoundError:
            return
        except OSError as error:
            why = os.strerror(error.errno or 0)
            self._add("unreadable", folder, f"The folder cannot be read: {why}.")
            return
        for entry in sorted_entries:
            if not entry.name.startswith("."):
                self._entry(entry, f"{folder}/{entry.name}", depth)

    def _entry(self, entry: os.DirEntry[str], path: str, depth: int) -> None:
        name = entry.name
        if name.endswith(".yaml") and name.isascii() and entry.is_file(follow_symlinks=False):
            # Nearly every entry; what comes below asks the system more questions.
            self.found.append(Found(self.kind, path))
        elif entry.is_symlink() and not self._inside(path):
            self._add(
                "link-outside",
                path,
                "This link leads out of the repository and is not followed.",
                "Put the file itself there",
            )
        elif entry.is_dir(follow_symlinks=False):
            self._sub_folder(path, depth)
        elif entry.is_dir():
            self._add("link", path, "Links to folders are not followed.", "Move the folder here")
        elif not _is_text(entry.name):
            self._add("not-read", path, "The name of this file is not UTF-8.", "Rename it")
        elif entry.name.endswith(".yaml"):
            if entry.is_file():
                self.found.append(Found(self.kind, path))
            else:
                self.problems.append(_irregular(path))
        elif entry.name.lower().endswith((".yml", ".yaml")):
            self._add("not-read", path, "Only files that end in `.yaml` are read.", "Rename it")

    def _sub_folder(self, path: str, depth: int) -> None:
        if self.kind.deep and depth < _MAX_FOLDERS_DEEP:
            self.folder(path, depth + 1)
        elif any(Path(self.root, path).glob("*.y*ml")):
            hint = f"Move its files to {self.kind.folder}/"
            self._add("not-read", path, "Sub-folders are not read here.", hint)

    def _inside(self, path: str) -> bool:
        real = os.path.realpath(self.root / path)
        return os.path.commonpath([real, self.real_root]) == self.real_root

    def _add(self, code: str, path: str, message: str, hint: str | None = None) -> None:
        self.problems.append(Problem(code, message, hint, Where(shown_path(path))))


def _strays(root: Path) -> Iterator[Problem]:
    """YAML files beside the folders that are read: they would be missed silently."""
    folder = root / "inventory"
    known = {kind.folder for kind in KINDS}
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return
    for entry in entries:
        path = f"inventory/{entry.name}"
        if path in known or entry.name.startswith("."):
            continue
        if entry.suffix in (".yaml", ".yml") or (entry.is_dir() and any(entry.glob("*.yaml"))):
            message = f"{show(entry.name)} is not read."
            hint = "Files belong in inventory/routers, inventory/zones or inventory/clients"
            yield Problem("not-read", message, hint, Where(shown_path(path)), Severity.WARNING)
