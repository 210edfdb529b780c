# SPDX-License-Identifier: GPL-3.0-or-later
"""Applies that are cut anywhere: nothing of others is touched, and one more apply ends it.

A few writes of each fault here; all of them are slow, and `make faults` prints their figures.
"""

from collections.abc import Iterator

import pytest
from faults.matrix import APPLY, FAULTS, WAVE_FAULTS, Case, run_case
from faults.ridge import Ridge, open_ridge
from faults.scene import Scene, open_scene

# The lease, the first write of a change, others of every wave, and the last ones: state and lease.
SAMPLE = (1, 2, 23, 59, -1, 0)
IN_PROCESS = [name for name in FAULTS if not name.startswith(("killed", "second", "two"))]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with open_scene(tmp_path_factory.mktemp("faults")) as one:
        yield one


@pytest.fixture(scope="module")
def ridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ridge]:
    with open_ridge(tmp_path_factory.mktemp("ridge")) as one:
        yield one


def test_the_run_is_one_of_more_than_sixty_writes(scene: Scene) -> None:
    assert scene.writes > 60
    assert scene.changes > 60


@pytest.mark.parametrize("write", SAMPLE)
@pytest.mark.parametrize("fault", IN_PROCESS)
def test_some_writes(scene: Scene, fault: str, write: int) -> None:
    number = write if write > 0 else scene.writes + write
    assert run_case(scene, Case(fault, number)) == []


@pytest.mark.parametrize("fault", [name for name in FAULTS if name not in IN_PROCESS])
def test_a_write_with_the_program_in_a_process(scene: Scene, fault: str) -> None:
    assert run_case(scene, Case(fault, 40)) == []


@pytest.mark.parametrize(
    ("fault", "write"),
    [
        (fault, write)
        for fault in WAVE_FAULTS
        for write in (2, 4)
        if fault in IN_PROCESS or write > 2
    ],
)
def test_a_canary_that_fails_stops_the_rest(ridge: Ridge, fault: str, write: int) -> None:
    assert run_case(ridge, Case(fault, write)) == []


def test_a_canary_that_fails_is_one_that_is_written_to_alone(ridge: Ridge) -> None:
    """So that the case above can fail: what is not reached otherwise is reached without a fault."""
    ridge.fresh()
    ridge.server.faults.trap_at_write(2, "failure: no space left on device")
    stopped = ridge.world.run(*APPLY)
    assert stopped.code == 5, stopped.text
    assert ridge.beyond() == []
    ridge.fresh()
    ridge.world.run(*APPLY)
    ridge.device.remove("/queue/simple", ridge.device.rows("/queue/simple")[0][".id"])
    assert len(ridge.beyond()) == 2


@pytest.mark.slow
@pytest.mark.parametrize("fault", WAVE_FAULTS)
def test_every_write_to_a_canary(ridge: Ridge, fault: str) -> None:
    cases = [Case(fault, write) for write in ridge.numbers]
    assert [one for case in cases for one in run_case(ridge, case)] == []


@pytest.mark.slow
@pytest.mark.parametrize("fault", list(FAULTS))
def test_every_write(scene: Scene, fault: str) -> None:
    cases = [Case(fault, write) for write in scene.numbers]
    assert [one for case in cases for one in run_case(scene, case)] == []
