# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of files of the state repository: made in memory, checked as a whole, written at once.

    staged = stage(root, [EditFile("inventory/clients/norte/ana.yaml", (Put(("zone",), "sur"),))])
    warnings = check(root, staged)          # the whole repository as it would be
    write(root, staged)                     # all of it, or nothing

Nothing is written before the repository with all changes in it holds no error, and what cannot be
written entirely is taken back. Imports edit, errors, filehistory, inventory, models, plaintext,
wording and yamlfile.
"""

import difflib
import fcntl
import os
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from reconciler.edit import Edit, edit
from reconciler.errors import FilesError, Problem, ReconcileError, naming
from reconciler.filehistory import move_files
from reconciler.inventory.files import contents
from reconciler.inventory.overlay import load_with
from reconciler.models import Client
from reconciler.models.base import Model
from reconciler.plaintext import plain_nodes
from reconciler.wording import os_reason
from reconciler.yamlfile import parse


@dataclass(frozen=True)
class EditFile:
    """Edits of one file, and where it goes if it moves. Paths are relative to the root."""

    file: str
    edits: tuple[Edit, ...]
    move_to: str | None = None
    model: type[Model] = Client


@dataclass(frozen=True)
class NewFile:
    """A file that does not exist yet."""

    file: str
    text: str


@dataclass(frozen=True)
class DeleteFile:
    """A file that goes."""

    file: str


Act = EditFile | NewFile | DeleteFile


@dataclass(frozen=True)
class Staged:
    """One file before and after; None where there is none. `moved_from`: its path before."""

    file: str
    before: bytes | None
    after: bytes | None
    moved_from: str | None = None


def stage(root: Path, acts: Iterable[Act]) -> list[Staged]:
    """All acts in memory; a file that would stay as it is, is left out.

    Raises FilesError, EditError, or ReconcileError where a file that is to be made exists.
    """
    return [one for act in acts if (one := _stage(root, act)) is not None]


def _stage(root: Path, act: Act) -> Staged | None:
    if isinstance(act, NewFile):
        if (root / act.file).exists():
            raise ReconcileError(f"{act.file} exists already. Nothing was written.")
        return Staged(act.file, None, act.text.encode())
    before = contents(root, act.file)
    if isinstance(before, Problem):
        raise FilesError([before])
    if isinstance(act, DeleteFile):
        return Staged(act.file, before, None)
    after = edit(before, act.file, act.model, act.edits)
    if act.move_to is None or act.move_to == act.file:
        return None if after == before else Staged(act.file, before, after)
    if (root / act.move_to).exists():
        raise ReconcileError(f"{act.move_to} exists already. Nothing was written.")
    return Staged(act.move_to, before, after, act.file)


def check(root: Path, staged: Sequence[Staged], known: Iterable[Problem] = ()) -> list[Problem]:
    """The warnings that are not among those `known` before.

    Raises FilesError with every problem where the repository would hold an error.
    """
    overlay: dict[str, bytes | None] = {}
    for one in staged:
        if one.moved_from:
            overlay[one.moved_from] = None
        overlay[one.file] = one.after
    _, problems = load_with(root, overlay)
    if any(problem.is_error for problem in problems):
        raise FilesError(problems)
    before = {_identity(problem) for problem in known}
    return [one for one in problems if _identity(one) not in before]


def _identity(problem: Problem) -> tuple[str, str, str]:
    """A problem without its line, which any edit above it moves."""
    return problem.code, problem.message, problem.where.file if problem.where else ""


def diff_lines(staged: Iterable[Staged]) -> Iterator[str]:
    """Unified diffs of all files, with secrets in clear replaced by `***`."""
    for one in staged:
        old, known = _without_secrets(one.before, frozenset())
        new, _ = _without_secrets(one.after, known)
        if one.moved_from:
            yield f"rename {one.moved_from} => {one.file}"
        yield from difflib.unified_diff(
            old.splitlines(),
            new.splitlines(),
            fromfile=(one.moved_from or one.file) if one.before is not None else "/dev/null",
            tofile=one.file if one.after is not None else "/dev/null",
            lineterm="",
        )


def _without_secrets(data: bytes | None, known: frozenset[str]) -> tuple[str, frozenset[str]]:
    """The text with values of `plain:` masked; those not `known` (where any is) as new."""
    if data is None:
        return "", frozenset()
    text = data.decode(errors="replace").removeprefix("\ufeff")
    document = parse(data, "")[0] if b"plain" in data else None
    if document is None:
        return text, frozenset()
    found = sorted(plain_nodes(document.node), key=lambda node: -int(node.start_mark.index))
    for node in found:
        shown = "***" if not known or node.value in known else "*** (new)"
        text = text[: node.start_mark.index] + shown + text[node.end_mark.index :]
    return text, frozenset(node.value for node in found)


def write(root: Path, staged: Sequence[Staged]) -> None:
    """Write all files, each by a rename over the old one; where one fails, all are put back.

    Raises ReconcileError where a file has changed since it was staged or cannot be written.
    """
    try:
        with alone(root), ExitStack() as undo:
            for one in staged:
                _check_unchanged(root, one)
            _write_all(root, staged, undo)
            undo.pop_all()
    except OSError as error:
        raise ReconcileError(f"Not written: {os_reason(error)}. All is as before.") from error


@contextmanager
def alone(path: Path, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Nobody else is inside at the same path, a file or folder; who comes second waits.

    The lock is the kernel's: it goes with the process, and leaves nothing behind. `on_wait` is
    called where there is somebody to wait for.
    """
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _check_unchanged(root: Path, one: Staged) -> None:
    path = root / (one.moved_from or one.file)
    # Read whole: a month's invoices are larger than any file that people write.
    now = path.read_bytes() if path.exists() else None
    if now != one.before:
        raise ReconcileError(f"{one.file} was changed meanwhile. Nothing was written. Run again.")


def _write_all(root: Path, staged: Sequence[Staged], undo: ExitStack) -> None:
    ready: list[tuple[str, Path, Staged]] = []
    for one in staged:
        if one.after is not None:
            path = root / one.file
            path.parent.mkdir(parents=True, exist_ok=True)
            old = root / (one.moved_from or one.file)
            temporary = _temporary(path, one.after, old, one.file)
            undo.callback(Path(temporary).unlink, missing_ok=True)
            ready.append((temporary, path, one))
    moves = {one.moved_from: one.file for one in staged if one.moved_from is not None}
    if moves:
        undo.callback(_move_back, root, moves)
        move_files(root, moves)
    for temporary, path, one in ready:
        target = path.resolve() if path.is_symlink() else path
        undo.callback(_put_back, target, one.before)
        Path(temporary).replace(target)
    for one in staged:
        if one.after is None:
            undo.callback(_put_back, root / one.file, one.before)
            (root / one.file).unlink()


def write_whole(path: Path, data: bytes) -> None:
    """The whole of a file of the user's or nothing of it, by a rename over the old one.

    A device or a pipe, and a file in a folder that takes no other, are written into. Raises OSError
    with the file.
    """
    replaceable = path.is_file() or not path.exists()
    if path.is_relative_to("/dev") or not replaceable or not os.access(path.parent, os.W_OK):
        with naming(path):
            path.write_bytes(data)
        return
    target = path.resolve()
    Path(_temporary(target, data, target, path)).replace(target)


def _temporary(path: Path, data: bytes, like: Path, shown: object) -> str:
    """The new content beside its file, under a name that no reader of the repository takes.

    With the mode of `like`; errors name the file as it is `shown`.
    """
    with naming(shown):
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            mode = stat.S_IMODE(like.stat().st_mode) if like.exists() else 0o666 & ~_umask()
            Path(name).chmod(mode)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    return name


def _move_back(root: Path, moves: Mapping[str, str]) -> None:
    """Undo those of the moves that were made."""
    made = {
        new: old
        for old, new in moves.items()
        if (root / new).exists() and not (root / old).exists()
    }
    if made:
        move_files(root, made)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _put_back(path: Path, before: bytes | None) -> None:
    if before is None:
        path.unlink(missing_ok=True)
    else:
        path.write_bytes(before)
