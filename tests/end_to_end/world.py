# SPDX-License-Identifier: GPL-3.0-or-later
"""A state repository on disk, emulated routers on loopback, and the program run over both.

In process through `Fleet`, as the commands do it, and through the command line with its output
caught. What tests look at is the routers' end state and the sentences that they received.
"""

import contextlib
import io
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any
from unittest import mock

import pytest

from reconciler.change import Change
from reconciler.cli import main
from reconciler.data import EXAMPLE_PARTS, example_dir
from reconciler.emulator import Device, Server, serve
from reconciler.fleet import Fleet
from reconciler.planning import RouterPlan, Status
from reconciler.router import AnswerState
from reconciler.run import Loaded, Scope, load_repository, make_targets
from reconciler.state import State
from reconciler.work import Work

Rows = list[dict[str, str]]
Snapshot = dict[str, Rows]

SAMPLES = Path(__file__).resolve().parents[2] / "../shared/routeros/samples"
KEY = "a-key-of-no-value-0123456789"
WRITES = ("/add", "/set", "/remove", "/move", "/unset")


def router_password(router: str) -> str:
    return f"canary-of-{router}"


@dataclass(frozen=True)
class Ran:
    """What one command came to."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


@dataclass
class World:
    """One repository and the routers it names; a context manager that ends their servers."""

    root: Path
    servers: dict[str, Server] = field(default_factory=dict)
    environ: dict[str, str] = field(default_factory=lambda: {"RECONCILE_KEY": KEY})
    _open: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def __enter__(self) -> "World":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    # -- routers and files -----------------------------------------------------

    def serve(self, router: str, device: Device, **fields: object) -> Server:
        """Put a device on loopback and write the file of the router with `fields`."""
        password = router_password(router)
        server = self._open.enter_context(serve(device, user="reconcile", password=password))
        self.servers[router] = server
        name = f"{router.upper().replace('-', '_')}_PASSWORD"
        self.environ[name] = password
        self.write(
            f"inventory/routers/{router}.yaml",
            {
                **fields,
                "id": router,
                "host": server.host,
                "port": server.port,
                "tls": "false",
                "username": "reconcile",
                "password": {"env": name},
            },
        )
        return server

    def device(self, router: str) -> Device:
        return self.servers[router].device

    def write(self, file: str, content: Mapping[str, Any]) -> None:
        """A file of the repository; JSON is YAML."""
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, ensure_ascii=False, default=str), encoding="utf-8")

    # -- in process --------------------------------------------------------------

    def load(self) -> Loaded:
        return load_repository(self.root, self.environ)

    def plan(self, *routers: str, adopt: bool = False) -> list[RouterPlan]:
        with Fleet(make_targets(self.load(), Scope(routers), adopt=adopt)) as fleet:
            return [work.plan for work in fleet.survey()]

    def apply(self, *routers: str, adopt: bool = False, commit: State | None = None) -> list[Work]:
        with Fleet(make_targets(self.load(), Scope(routers), adopt=adopt)) as fleet:
            fleet.survey()
            fleet.apply(commit)
            return fleet.works

    # -- the command line ----------------------------------------------------------

    def run(self, *arguments: str) -> Ran:
        """`reconcile --repo ROOT ARGUMENTS` in this process."""
        return run_cli("--repo", str(self.root), *arguments, environ=self.environ)

    # -- what the routers received ---------------------------------------------------

    @contextlib.contextmanager
    def listening(self, router: str) -> Iterator[list[list[str]]]:
        """The writes that the router receives meanwhile."""
        server = self.servers[router]
        before = len(server.sentences)
        heard: list[list[str]] = []
        yield heard
        heard += [words for words in server.sentences[before:] if words[0].endswith(WRITES)]


def run_cli(*arguments: str, environ: Mapping[str, str]) -> Ran:
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with (
        mock.patch.dict(os.environ, {**environ, "NO_COLOR": "1"}),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main(list(arguments))
        except SystemExit as end:
            code = end.code
    assert isinstance(code, int)
    return Ran(code, _written(out), _written(err))


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode()


def sample_path(name: str) -> Path:
    """The real export of this name; a skip where these are not at hand."""
    path = SAMPLES / f"{name}.rsc"
    if not path.exists():
        pytest.skip(f"the real export {path.name} is not here")
    return path


def sample(name: str) -> Device:
    """A router with the real export of this name."""
    device = Device(version=None)
    device.load_rsc(sample_path(name).read_bytes())
    return device


def git(root: Path, *arguments: str) -> str:
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    command = ["git", "-C", str(root), *who, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def commit(root: Path, message: str = "state") -> str:
    """All files as they are, in a repository that is made where there is none; the hash."""
    git(root, "init", "--quiet")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(root, "rev-parse", "HEAD").strip()


def copy_example(root: Path) -> None:
    """The example repository, without what its routers' files say."""
    for part in EXAMPLE_PARTS:
        source = example_dir() / part
        if source.is_dir():
            shutil.copytree(source, root / part)
        else:
            root.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, root / part)


# -- what must hold ---------------------------------------------------------------


def changes_of(plans: Sequence[RouterPlan]) -> list[str]:
    """Every change as text, for an assertion that shows what differs."""
    return [
        f"{plan.router}: {one.action} {one.kind.path} {dict(one.key)} "
        f"{dict(one.before)} -> {dict(one.after)}"
        for plan in plans
        for one in plan.changes
    ]


def assert_ready(plans: Sequence[RouterPlan]) -> None:
    for plan in plans:
        errors = [str(problem) for problem in plan.problems if problem.is_error]
        assert plan.status is Status.OK, (plan.router, plan.error, errors)


def assert_settled(world: World, *routers: str) -> None:
    """A plan now is empty."""
    plans = world.plan(*routers)
    assert_ready(plans)
    left = changes_of(plans)
    assert left == [], "\n".join(left)


def assert_applied(works: Sequence[Work]) -> None:
    """Every change was answered with yes, and read back as wanted."""
    for work in works:
        assert_ready([work.plan])
        undone = [
            f"{describe(change)}: {answer.state} {answer.message}"
            for change in work.plan.changes
            if (answer := work.answer(change)).state is not AnswerState.DONE
        ]
        assert undone == [], "\n".join(undone)
        assert work.troubles == []
        assert work.owed == []
        assert work.verified
        remaining = [describe(change) for change in work.remaining]
        assert remaining == [], "\n".join(remaining)


def describe(change: Change) -> str:
    return f"{change.action} {change.kind.path} {dict(change.key)}"


NAMED = ("/queue/type", "/ip/hotspot/user/profile")


def is_ours(path: str, row: Mapping[str, str]) -> bool:
    """Whether a row bears our mark, or is of the lists that are ours by name."""
    if path in NAMED:
        return row.get("name", "").startswith("rc-")
    if row.get("list") in ("rc-state", "rc-lease"):
        return True
    comment = row.get("comment", "")
    return comment.endswith("]") and "[rc:" in comment


def foreign(snapshot: Snapshot) -> Snapshot:
    """What is not ours, menu by menu, in its order; menus that then hold nothing are left out."""
    left = {
        path: [row for row in rows if not is_ours(path, row)] for path, rows in snapshot.items()
    }
    return {path: rows for path, rows in left.items() if rows}


def assert_same(after: Snapshot, before: Snapshot) -> None:
    """Row by row, so that a failure shows the row and not a whole router."""
    assert list(after) == list(before)
    for path, rows in before.items():
        now = after[path]
        for old, new in zip(rows, now, strict=False):
            assert new == old, path
        assert len(now) == len(rows), (path, now[len(rows) :] or rows[len(now) :])
