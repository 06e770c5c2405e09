"""SIGKILL and I/O errors at the n-th system call on a run's files: nothing is lost, and the same command resumes."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.faults.small import ended, outcome, run, small
from tests.faults.strace import Call, injected, needs_strace, recorded
from tests.faults.test_random_kills import reported

pytestmark = [needs_strace, pytest.mark.slow]
POINTS = 20
NAMES = ("pwrite64", "write", "fsync", "fdatasync", "rename", "unlink", "ftruncate", "mkdir", "openat")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small(tmp_path_factory.mktemp("calls"))


@pytest.fixture(scope="module")
def calls(file: Path) -> list[Call]:
    """The calls on the run's files, of a run that ends."""
    folder = str(file.parent / "whole" / "p")
    return [each for each in recorded(file, "whole") if any(path.startswith(folder) for path in each.paths)]


@pytest.fixture(scope="module")
def whole(file: Path, calls: list[Call]) -> dict[str, Any]:
    return outcome(file, "whole")


def drawn(calls: list[Call], point: int, seed: str) -> Call:
    """A call of each name in turn, somewhere in the run."""
    name = NAMES[point % len(NAMES)]
    return Random(f"{seed} {point}").choice([each for each in calls if each.name == name])


@pytest.mark.parametrize("point", range(POINTS))
def test_killed_at_a_system_call_it_comes_to_the_same_bits(
    file: Path, calls: list[Call], whole: dict[str, Any], point: int
) -> None:
    into = f"killed {point}"
    call = drawn(calls, point, "kill")
    assert injected(file, into, call, "signal=SIGKILL").returncode in (-9, 137)
    before = ended(file, into)
    assert reported(file, into) <= before.keys()
    run(file, into)
    assert before.items() <= ended(file, into).items()
    assert outcome(file, into) == whole


@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
@pytest.mark.parametrize("point", range(POINTS))
def test_an_error_of_a_system_call_is_reported_and_costs_nothing(
    file: Path, calls: list[Call], whole: dict[str, Any], point: int, error: str
) -> None:
    into = f"{error} {point}"
    call = drawn(calls, point, error)
    done = injected(file, into, call, f"error={error}")
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr
    assert "unexpected" not in done.stderr
    if done.returncode:
        assert into in done.stderr, "the message names the file"
    before = ended(file, into)
    run(file, into)
    assert before.items() <= ended(file, into).items()
    assert outcome(file, into) == whole
