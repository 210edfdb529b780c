# SPDX-License-Identifier: GPL-3.0-or-later
"""The shell steps of the pipelines that `init` writes, taken out of their YAML and run.

A company is what `init` wrote, in git, with a bare origin and an emulated router. A job runs in a
fresh clone of a branch of it, as the forge's runner would run it: the same shell, the same
variables, values of `${{ … }}` put in; an expression that nobody gave a value fails the test.
"""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from end_to_end.world import run_cli
from pipelines.stand_in import TOKEN, Memory, Request, standing_in

from reconciler.emulator import Device, serve

BASH = ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c")
SECRETS = {"RECONCILE_KEY": "canary-of-the-key-0123", "RB_1_PASSWORD": "canary-of-rb-1"}
DAY = "2027-01-15"
_COMMANDS = ("PLAN", "APPLY", "DRIFT", "BILLING_ISSUE", "BILLING_CUTS")
_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


@dataclass(frozen=True)
class Done:
    """One job: what it ended with, said, and left in its clone."""

    code: int
    log: str
    clone: Path

    def file(self, name: str) -> str:
        return (self.clone / "out" / name).read_text(encoding="utf-8")


@dataclass
class Company:
    """`program`: the folder of the program that jobs call; `day`: what they take for today."""

    folder: Path
    program: Path
    device: Device
    forge: Memory
    day: str = DAY
    secrets: dict[str, str] = field(default_factory=lambda: dict(SECRETS))
    _jobs: int = 0

    @property
    def root(self) -> Path:
        """Where people of the company work."""
        return self.folder / "work"

    def git(self, *arguments: str, cwd: Path | None = None) -> str:
        command = ["git", "-c", "user.name=T", "-c", "user.email=t@example.com", *arguments]
        done = subprocess.run(
            command, cwd=cwd or self.root, env=self._machine(), check=True, capture_output=True
        )
        return done.stdout.decode().strip()

    def reconcile(self, *arguments: str) -> None:
        """What somebody does at a desk."""
        ran = run_cli("--repo", str(self.root), *arguments, environ=self._machine() | self.secrets)
        assert ran.code == 0, ran.text

    def save(self, message: str) -> None:
        """Commit what was done at a desk, and push it."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        self.git("push", "--quiet", "origin", "HEAD")

    def open_request(self, branch: str) -> int:
        """Commit what was edited on a branch, push it, ask for its merge."""
        self.git("switch", "--quiet", "--create", branch)
        self.save(branch)
        self.git("switch", "--quiet", "main")
        number = self.forge.number()
        self.forge.requests[number] = Request(branch)
        return number

    def merge(self, number: int) -> None:
        request = self.forge.requests[number]
        self.git("fetch", "--quiet", "origin")
        self.git("merge", "--quiet", "--no-ff", "--no-edit", f"origin/{request.branch}")
        self.git("push", "--quiet", "origin", "main")
        request.merged_as, request.is_open = self.git("rev-parse", "HEAD"), False

    def _machine(self) -> dict[str, str]:
        """Of this machine only what a runner has."""
        return {
            "PATH": os.pathsep.join([str(self.program), os.environ["PATH"]]),
            "HOME": "/nonexistent",
            "XDG_CACHE_HOME": "/nonexistent",
            "GIT_CONFIG_NOSYSTEM": "1",
            "LANG": "C.UTF-8",
            "NO_PROXY": "127.0.0.1",
        }

    def environ(self) -> dict[str, str]:
        """What a job finds, apart from its forge and secrets."""
        return self._machine() | {f"RECONCILE_{command}_ON": self.day for command in _COMMANDS}

    # -- jobs -------------------------------------------------------------------------

    def clone(self, branch: str) -> Path:
        self._jobs += 1
        clone = self.folder / f"job-{self._jobs}"
        self.git(
            "clone", "--quiet", "--branch", branch, str(self.folder / "origin.git"), str(clone)
        )
        return clone

    def check(self, job: str, number: int) -> Done:
        """A job for an open request."""
        clone = self.clone(self.forge.requests[number].branch)
        more = {
            "github": {"GITHUB_REF": f"refs/pull/{number}/merge", "GITHUB_SHA": "f" * 40},
            "gitlab": {"CI_MERGE_REQUEST_IID": str(number), "CI_COMMIT_SHA": "f" * 40},
        }
        return self._run(clone, "pull-request", job, more[self.forge.kind], {})

    def run(self, workflow: str, job: str, inputs: Mapping[str, str] | None = None) -> Done:
        """A job of the main branch. `inputs`: what somebody says who starts it by hand."""
        sha = self.git("rev-parse", "main")
        more = {
            "github": {"GITHUB_REF": "refs/heads/main", "GITHUB_SHA": sha},
            "gitlab": {"CI_COMMIT_BRANCH": "main", "CI_COMMIT_SHA": sha},
        }
        return self._run(self.clone("main"), workflow, job, more[self.forge.kind], inputs or {})

    def _run(
        self,
        clone: Path,
        workflow: str,
        job: str,
        more: dict[str, str],
        inputs: Mapping[str, str],
    ) -> Done:
        environ = self.environ() | more
        if self.forge.kind == "github":
            code, log = self._github(clone, workflow, job, environ, inputs)
        else:
            code, log = self._gitlab(clone, job, environ, inputs)
        for secret in filter(None, (TOKEN, *self.secrets.values())):
            assert secret not in log
            files = [path for path in (clone / "out").glob("*") if path.is_file()]
            assert not [path for path in files if secret.encode() in path.read_bytes()]
        return Done(code, log, clone)

    def _github(
        self,
        clone: Path,
        workflow: str,
        job: str,
        environ: dict[str, str],
        inputs: Mapping[str, str],
    ) -> tuple[int, str]:
        steps = read(clone / f".github/workflows/{workflow}.yml")["jobs"][job]["steps"]
        values = {
            "github.token": TOKEN,
            "github.base_ref": "main",
            "secrets.RECONCILE_BOT_TOKEN": "",
            **{f"secrets.{name}": value for name, value in self.secrets.items()},
            **{f"inputs.allow-{what}": "" for what in ("removals", "changes", "cuts", "sessions")},
            "inputs.expect": "",
            **{f"inputs.{name}": value for name, value in inputs.items()},
        }
        forge = self.forge.environ()
        del forge["GITHUB_TOKEN"]  # a step has it where its own environment says so
        environ |= forge
        for name in ("OUTPUT", "STEP_SUMMARY", "PATH"):
            environ[f"GITHUB_{name}"] = str(self.folder / f"{clone.name}-{name}")
        environ["RUNNER_TEMP"] = str(self.folder)
        log = ""
        for step in steps:
            if "run" in step:
                assert step["shell"] == "bash"
                given = {name: evaluated(str(v), values) for name, v in step.get("env", {}).items()}
                code, said = shell(step["run"], clone, environ | given)
                log += said
                if code:
                    return code, log
        return 0, log

    def _gitlab(
        self, clone: Path, job: str, environ: dict[str, str], inputs: Mapping[str, str]
    ) -> tuple[int, str]:
        pipeline = read(clone / ".gitlab-ci.yml")
        defaults = {name: each["value"] for name, each in pipeline["variables"].items()}
        given = {name.replace("-", "_").upper(): value for name, value in inputs.items()}
        environ |= defaults | self.forge.environ() | self.secrets | given
        environ |= {"CI_SERVER_URL": f"file://{self.folder}", "CI_PROJECT_PATH": "origin"}
        return shell("\n".join(pipeline[job]["script"]), clone, environ)


def evaluated(text: str, values: Mapping[str, str]) -> str:
    """With `${{ a || b }}` replaced by the first of these that has a value."""

    def value(found: re.Match[str]) -> str:
        return next(filter(None, (values[name] for name in found[1].split(" || "))), "")

    return _EXPRESSION.sub(value, text)


def read(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def shell(script: str, folder: Path, environ: Mapping[str, str]) -> tuple[int, str]:
    done = subprocess.run(
        [*BASH, script],
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout


@contextmanager
def company(folder: Path, program: Path, kind: str) -> Iterator[Company]:
    """What `init` writes, committed and applied once."""
    device = Device()
    forge_kind = kind if kind in ("github", "gitlab") else "github"
    with (
        serve(device, user="reconcile", password=SECRETS["RB_1_PASSWORD"]) as server,
        standing_in(forge_kind) as forge,
    ):
        one = Company(folder, program, device, forge)
        options = (f"--port={server.port}", f"--ci={kind}", "--lang=en")
        assert run_cli("init", str(one.root), *options, environ={}).code == 0
        start(one)
        one.git("init", "--quiet", "--initial-branch=main")
        one.git("add", "--all")
        one.git("commit", "--quiet", "--message", "state")
        one.git("clone", "--quiet", "--bare", str(one.root), str(folder / "origin.git"))
        one.git("remote", "add", "origin", str(folder / "origin.git"))
        one.reconcile("apply", "--yes", "--on", DAY)
        yield one


def start(one: Company) -> None:
    """Fixed dates in place of today's: Ana has been there since autumn and owes January."""
    for name in ("inventory/zones/centro.yaml", "inventory/clients/centro/ana-lopez.yaml"):
        path = one.root / name
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"(?<=start: )[-\d]{10}", "2026-12-20", text)
        path.write_text(re.sub(r"(?<=since: )[-\d]{10}", "2026-10-01", text), encoding="utf-8")
