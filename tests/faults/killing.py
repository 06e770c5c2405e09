"""A search that is killed by SIGKILL at seeded moments, beside the same search that never was."""

from __future__ import annotations

from pathlib import Path
from random import Random

from tests.faults.test_processes import bits, finish, rows, start, until

_METRICS = "SELECT count(*) FROM metric"
_FINISHED = "SELECT number, attempt, epochs, seconds FROM trial WHERE state IN ('finished', 'pruned')"


def check_kills(file: Path, kills: int, *words: str, seed: int = 16) -> None:
    """Kills a search `kills` times, each time at a number of recorded metrics drawn beforehand, and resumes it.

    No trial that had ended is lost or trained again, which would take another time; and it comes to the same bits as
    the search that one process trained without a pause.
    """
    finish(start(file, "whole", *words, "--set", "executor=inline"))
    ((total,),) = rows(file, "whole", _METRICS)
    moments = sorted(Random(seed).sample(range(1, total * 4 // 5), kills))
    ended: dict[int, tuple[object, ...]] = {}
    for moment in moments:
        process = start(file, "killed", *words)
        until(lambda: rows(file, "killed", _METRICS)[0][0] >= moment, process)  # noqa: B023
        process.kill()
        process.communicate()
        ended |= {number: tuple(others) for number, *others in rows(file, "killed", _FINISHED)}
    finish(start(file, "killed", *words))
    last = {number: tuple(others) for number, *others in rows(file, "killed", _FINISHED)}
    assert ended, "a trial has ended before the last kill"
    assert ended.items() <= last.items()
    assert bits(file, "killed") == bits(file, "whole")
