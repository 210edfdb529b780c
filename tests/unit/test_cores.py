# SPDX-License-Identifier: GPL-3.0-or-later
"""Work shared out to copies of a process: in order, and done all the same where a copy dies.

Each case runs in a process of its own, since that of the tests may have threads.
"""

import subprocess
import sys

import pytest

SCRIPT = """\
import os, signal, sys
from reconciler import cores

own = os.getpid()
cores.cores = lambda: 2

def work(number):
    {work}
    return number, os.getpid() != own

{before}
for number, elsewhere in cores.shared_out(work, range(6)):
    print(number, elsewhere)
"""


def said(work: str = "pass", before: str = "pass") -> str:
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(work=work, before=before)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return ran.stdout + ran.stderr


def lines(elsewhere: bool) -> str:
    return "".join(f"{number} {elsewhere}\n" for number in range(6))


def test_copies_work_and_results_are_in_order() -> None:
    assert said() == lines(elsewhere=True)


def test_a_process_with_threads_works_alone() -> None:
    thread = (
        "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()"
    )
    assert said(before=thread) == lines(elsewhere=False)


def test_what_a_killed_copy_left_is_done_here() -> None:
    found = said(work="number == 3 and os.getpid() != own and os.kill(os.getpid(), signal.SIGKILL)")
    assert [line.split()[0] for line in found.splitlines()] == list("012345")
    assert found.splitlines()[3] == "3 False"


@pytest.mark.parametrize("error", ["ValueError('not so')", "OSError('not so')"])
def test_what_work_raises_is_raised(error: str) -> None:
    work = f"if number == 3: raise {error}"
    assert f"{error.partition('(')[0]}: not so" in said(work=work)
