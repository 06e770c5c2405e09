"""SIGKILL at random moments, to the coordinator, a worker or both; resumed until done, it is the same to the bit."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from time import monotonic

import pytest

from tests.faults.small import ended, outcome, run, small
from tests.faults.test_processes import rows, start, workers

SEARCHES = {
    "two workers": ("executor={ use = 'processes', workers = 2 }",),
    "pruned": ("executor={ use = 'processes', workers = 2 }", "search.pruner=successive-halving"),
    "folds": ("executor={ use = 'processes', workers = 2 }", "data.folds=3", "data.test=0.2"),
    "inline": ("executor=inline",),
}
VICTIMS = ("coordinator", "worker", "both")
MOST = 8  # kills of one run: enough that a run can die more often than it has rounds


def settings(search: str) -> list[str]:
    return [word for value in SEARCHES[search] for word in ("--set", value)]


def check_kills(file: Path, kills: int, seed: int = 0) -> Counter[str]:
    """Kills runs until that many kills have happened; returns how often whom, and how many runs it took."""
    draw, count = Random(seed), Counter[str]()
    twins: dict[str, tuple[object, float]] = {}
    while sum(count[victim] for victim in VICTIMS) < kills:
        search = list(SEARCHES)[count["runs"] % len(SEARCHES)]
        if search not in twins:
            began = monotonic()
            run(file, f"whole {search}", *settings(search))
            twins[search] = outcome(file, f"whole {search}"), monotonic() - began
        whole, seconds = twins[search]
        into = f"killed {count['runs']}"
        count["runs"] += 1
        seen: dict[int, tuple[object, ...]] = {}
        for _ in range(draw.randrange(1, MOST)):
            process = start(file, into, *settings(search))
            killed = kill(process, file, into, draw, seconds)
            process.communicate()
            count.update(killed)
            now = ended(file, into)
            assert reported(file, into) <= now.keys(), "a trial that was reported as ended is not there"
            assert seen.items() <= now.items(), f"{search}: a trial that had ended is lost, or was trained again"
            seen = now
            if process.returncode == 0 or sum(count[victim] for victim in VICTIMS) >= kills:
                break
        run(file, into, *settings(search))
        if rows(file, into, "SELECT number FROM trial WHERE state = 'queued'"):
            run(file, into, *settings(search))  # its workers were killed twice: that run left it to the next
        assert seen.items() <= ended(file, into).items()
        assert outcome(file, into) == whole, f"{search}, {into}: not the bits of the run that was never killed"
    return count


def kill(process: subprocess.Popen[str], file: Path, into: str, draw: Random, seconds: float) -> list[str]:
    """Kills somebody at a random moment, until the coordinator is dead; returns who was killed."""
    killed: list[str] = []
    trained = _populations(file, into)
    if draw.random() < 0.7:  # most of a short run is start-up: rather while it trains
        _wait(process, seconds, lambda: _populations(file, into) > trained)
        seconds /= 4
    while process.poll() is None:
        _wait(process, draw.uniform(0, seconds))
        victim = draw.choice(VICTIMS)
        pids = workers(process) if process.poll() is None else []
        if process.poll() is not None or (victim != "coordinator" and not pids):
            continue
        for pid in pids if victim == "both" else [draw.choice(pids)] if victim == "worker" else []:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if victim != "worker":
            process.kill()
            process.wait()
        killed.append(victim)
    return killed


def reported(file: Path, into: str) -> set[int]:
    """The trials that a reporter wrote down as ended; the last line may be half written."""
    with suppress(FileNotFoundError):
        lines = (file.parent / into / "p" / "trials.jsonl").read_text().split("\n")[:-1]
        return {json.loads(line)["trial"] for line in lines}
    return set()


def _populations(file: Path, into: str) -> int:
    return int(rows(file, into, "SELECT count(*) FROM population")[0][0])


def _wait(process: subprocess.Popen[str], seconds: float, condition: Callable[[], bool] = lambda: False) -> None:
    """Until the process ends, the time is over or the condition holds."""
    deadline = monotonic() + seconds
    while process.poll() is None and not condition() and (left := deadline - monotonic()) > 0:
        with suppress(subprocess.TimeoutExpired):
            process.wait(min(left, 0.01))


@pytest.mark.parametrize("kills", [3, pytest.param(200, marks=pytest.mark.slow)])
def test_killed_at_random_moments_no_trial_is_lost_doubled_or_different(tmp_path: Path, kills: int) -> None:
    count = check_kills(small(tmp_path), kills)
    print(", ".join(f"{number} {name}" for name, number in sorted(count.items())))
