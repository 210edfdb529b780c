# SPDX-License-Identifier: GPL-3.0-or-later
"""Applies that are cut anywhere: nothing of others is touched, and one more apply ends it.

A few writes of each fault here; all of them are slow, and `make faults` prints their figures.
"""

from collections.abc import Iterator

import pytest
from faults.matrix import FAULTS, Case, run_case
from faults.scene import Scene, open_scene

# The lease, the first write of a change, others of every wave, and the last ones: state and lease.
SAMPLE = (1, 2, 23, 59, -1, 0)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with open_scene(tmp_path_factory.mktemp("faults")) as one:
        yield one


def test_the_run_is_one_of_more_than_sixty_writes(scene: Scene) -> None:
    assert scene.writes > 60
    assert scene.changes > 60


IN_PROCESS = [name for name in FAULTS if not name.startswith(("killed", "second", "two"))]


@pytest.mark.parametrize("write", SAMPLE)
@pytest.mark.parametrize("fault", IN_PROCESS)
def test_some_writes(scene: Scene, fault: str, write: int) -> None:
    number = write if write > 0 else scene.writes + write
    assert run_case(scene, Case(fault, number)) == []


@pytest.mark.parametrize("fault", [name for name in FAULTS if name not in IN_PROCESS])
def test_a_write_with_the_program_in_a_process(scene: Scene, fault: str) -> None:
    assert run_case(scene, Case(fault, 40)) == []


@pytest.mark.slow
@pytest.mark.parametrize("fault", list(FAULTS))
def test_every_write(scene: Scene, fault: str) -> None:
    cases = [Case(fault, write) for write in range(1, scene.writes + 1)]
    assert [one for case in cases for one in run_case(scene, case)] == []
