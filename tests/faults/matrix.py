# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault at every write of a run, and what must hold after it and after one more apply.

A case is a fault and the number of a write. What holds is judged by the rows of the router, the
journal, and the plan that is computed anew; a case gives its violations, none where it held.
"""

import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Queue
from typing import Any

from faults.scene import ALLOW, LISTS, Scene

from reconciler.emulator.session import Verdict
from reconciler.journal import last_run, read_journal

APPLY = ("apply", "--yes", *ALLOW)
RESUME = ("apply", "--resume", "--yes", *ALLOW)
SECONDS = 60
NO_ROOM = "failure: no space left on device"

Violations = list[str]


@dataclass(frozen=True)
class Case:
    fault: str
    write: int

    def __str__(self) -> str:
        return f"{self.fault} {self.write}"


def run_case(scene: Scene, case: Case) -> Violations:
    """The run with its fault, then one more apply; what did not hold."""
    scene.fresh()
    others, before = scene.others(), scene.ours()
    found = FAULTS[case.fault](scene, case.write)
    scene.server.faults.clear()
    found += _after_the_fault(scene, others, before)
    scene.let_leases_run_out()
    again = scene.world.run(*RESUME if case.fault in RESUMED else APPLY)
    if "Run apply again" in again.text or "nothing to resume" in again.text:
        again = scene.world.run(*APPLY)
    if again.code != 0:
        found.append(f"one more apply ended with {again.code}: {again.text[-300:]}")
    if scene.others() != others:
        found.append("rows of others changed with one more apply")
    if scene.contents() != scene.wanted:
        found.append("one more apply did not end in the wanted state")
    if scene.live() & scene.ended:
        found.append("sessions with the old settings go on after one more apply")
    return [f"{case}: {one}" for one in found]


def _after_the_fault(scene: Scene, others: dict[str, Any], before: Counter[Any]) -> Violations:
    found = scene.beyond()
    if scene.others() != others:
        found.append("rows of others changed")
    now, most = scene.ours(), before | scene.wanted_ours
    found += [f"{row} is there {n} times" for row, n in now.items() if n > most[row]]
    kept = before & scene.wanted_ours
    found += [f"{row} is gone" for row, n in kept.items() if now[row] < n]
    return found + journal_violations(scene)


# -- the journal ---------------------------------------------------------------------


def journal_violations(scene: Scene) -> Violations:
    """Each change's last state against what the router would still need."""
    path = last_run(scene.world.root, "journal", ".jsonl")
    if path is None:
        return []
    planned, states = _last_states(read_journal(path))
    left = Counter(
        _name(plan.router, change.kind.path, change.action.value, dict(change.key))
        for plan in scene.world.plan()
        for change in plan.changes
    )
    found = []
    for number, name in planned.items():
        state = states.get(number, "not-tried")
        is_left = left[name] > 0
        if is_left:
            left[name] -= 1
        if state == "done" and is_left:
            found.append(f"the journal says done, the router lacks it: {name}")
        if state in ("failed", "not-tried") and not is_left:
            found.append(f"the journal says {state}, the router has it: {name}")
    return found + [f"not in the journal: {name}" for name, n in left.items() if n > 0]


def _last_states(events: list[Any]) -> tuple[dict[int, str], dict[int, str]]:
    """The name of each change, and the last thing that was said of it."""
    planned: dict[int, str] = {}
    states: dict[int, str] = {}
    for event in events:
        if event["event"] == "planned":
            entry = event["planned"]
            planned[event["change"]] = _name(
                entry["router"], entry["path"], entry["action"], entry["key"]
            )
        for number in event.get("changes", ()):
            states[number] = event.get("state", "unknown")
    return planned, states


def _name(router: str, path: str, action: str, key: dict[str, Any]) -> str:
    return f"{router} {action} {path} {' '.join(f'{name}={key[name]}' for name in sorted(key))}"


# -- the faults ----------------------------------------------------------------------


def _dropped_before(scene: Scene, write: int) -> Violations:
    scene.server.faults.drop_before_write(write)
    return _codes(scene, {0, 3, 5})


def _dropped_after(scene: Scene, write: int) -> Violations:
    scene.server.faults.drop_after_write(write)
    return _codes(scene, {0, 3, 5})


def _refused(scene: Scene, write: int) -> Violations:
    scene.server.faults.trap_at_write(write, NO_ROOM)
    return _codes(scene, {0, 1, 5})


def _rebooted(scene: Scene, write: int) -> Violations:
    """`.id`s are dealt anew, and what is in RAM alone, the lease too, is gone."""

    def reboot() -> Verdict:
        scene.device.reboot()
        return Verdict.DROP_BEFORE

    scene.server.faults.at_write(write, reboot)
    return _codes(scene, {0, 3, 5})


def _codes(scene: Scene, allowed: set[int]) -> Violations:
    ran = scene.world.run(*APPLY)
    return [] if ran.code in allowed else [f"ended with {ran.code}: {ran.text[-300:]}"]


def _killed_before(scene: Scene, write: int) -> Violations:
    return _killed(scene, write, Verdict.DROP_BEFORE)


def _killed_after(scene: Scene, write: int) -> Violations:
    return _killed(scene, write, Verdict.DROP_AFTER)


def _killed(scene: Scene, write: int, verdict: Verdict) -> Violations:
    """kill -9 of the program: nothing is tidied up, and its lease is still there."""

    def kill(tool: Tool) -> Verdict:
        tool.kill()
        tool.wait(SECONDS)
        return verdict

    ended = _in_a_process(scene, write, kill)
    found = [] if ended.returncode == -signal.SIGKILL else [_end_of(ended)]
    if any(row["list"] == "rc-lease" for row in scene.device.rows(LISTS)):
        with _other_journals_dropped(scene):
            ran = scene.world.run(*APPLY)
        if ran.code not in (0, 7) or (ran.code == 0 and scene.left()):
            found.append(f"under the lease of a dead holder apply ended with {ran.code}")
    return found


def _second_apply(scene: Scene, write: int) -> Violations:
    """Another apply while the first stands still in the middle: it is turned away, or all is done.

    The first has sent more than the write at which it was stopped, and the router goes on with it.
    """
    stopped: Queue[Tool] = Queue()
    found: Violations = []

    def stop(tool: Tool) -> Verdict:
        tool.send_signal(signal.SIGSTOP)
        stopped.put(tool)
        return Verdict.PASS

    def second() -> None:
        tool = stopped.get(timeout=SECONDS)
        with _other_journals_dropped(scene):
            ran = scene.world.run(*APPLY)
        if ran.code != 7 and not (ran.code == 0 and "Applied: 0 written" in ran.text):
            found.append(f"the second ended with {ran.code}: {ran.text[-300:]}")
        tool.send_signal(signal.SIGCONT)

    ended = _in_a_process(scene, write, stop, second)
    return found if ended.returncode == 0 else [*found, _end_of(ended)]


def _both_at_once(scene: Scene, _write: int) -> Violations:
    """Two that begin at the same moment: whoever comes second is turned away or has nothing to do.

    The journals are two, so they are judged by the end alone.
    """
    tools = [_start(scene) for _ in range(2)]
    codes = []
    for tool in tools:
        tool.communicate(timeout=SECONDS)
        codes.append(tool.returncode)
    for journal in scene.world.root.glob(".reconcile/journal/*"):
        journal.unlink()
    # 6: what it had planned was done by the other before its lease.
    return [] if min(codes) == 0 and set(codes) <= {0, 6, 7} else [f"ended with {codes}"]


@contextmanager
def _other_journals_dropped(scene: Scene) -> Iterator[None]:
    """What another run writes down is not what is judged."""
    folder = scene.world.root / ".reconcile/journal"
    before = set(folder.glob("*"))
    yield
    for other in set(folder.glob("*")) - before:
        other.unlink()


Tool = subprocess.Popen[str]


def _start(scene: Scene) -> Tool:
    return subprocess.Popen(
        scene.command(*APPLY),
        env=scene.environ,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def _wait() -> None:
    """There is nothing to do while the program runs."""


def _in_a_process(
    scene: Scene, write: int, act: Callable[[Tool], Verdict], meanwhile: Callable[[], None] = _wait
) -> subprocess.CompletedProcess[str]:
    """The program in a process of its own; `act` decides at its n-th write."""
    tools: Queue[Tool] = Queue()
    scene.server.faults.at_write(write, lambda: act(tools.get(timeout=SECONDS)))
    tool = _start(scene)
    tools.put(tool)
    meanwhile()
    text, _ = tool.communicate(timeout=SECONDS)
    return subprocess.CompletedProcess(tool.args, tool.returncode, text)


def _end_of(ended: subprocess.CompletedProcess[str]) -> str:
    return f"the program ended with {ended.returncode}: {ended.stdout[-300:]}"


Fault = Callable[[Scene, int], Violations]
FAULTS: dict[str, Fault] = {
    "connection dropped before write": _dropped_before,
    "connection dropped after write": _dropped_after,
    "router refuses write": _refused,
    "router rebooted at write": _rebooted,
    "killed before write": _killed_before,
    "killed after write": _killed_after,
    "second apply at write": _second_apply,
    "two applies begin together": _both_at_once,
    "dropped after, then --resume": _dropped_after,
    "refused, then --resume": _refused,
    "killed after, then --resume": _killed_after,
}
# What waves are for: the canary does not do what it should, or nobody is left to lead the run.
WAVE_FAULTS = (
    "connection dropped before write",
    "connection dropped after write",
    "router refuses write",
    "router rebooted at write",
    "killed after write",
)
RESUMED = {name for name in FAULTS if name.endswith("--resume")}
