"""One contender in a process of its own, on one core, measured whenever it is asked."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module
from multiprocessing import get_context
from time import process_time
from typing import Any

from benchmarks.environment import ONE_THREAD

_SECONDS = 0.2  # each measurement at least


class Worker:
    """`measure()` gives microseconds of processor time per step of one member."""

    def __init__(self, contender: str, arguments: tuple[Any, ...], core: int, settings: dict[str, str]) -> None:
        spawn = get_context("spawn")
        self._ours, theirs = spawn.Pipe()
        self._process = spawn.Process(target=_work, args=(theirs, contender, arguments, core, settings), daemon=True)
        self._process.start()
        self.measure()  # compiles and warms up

    def measure(self) -> float:
        self._ours.send(True)
        took: float = self._ours.recv()
        return took

    def close(self) -> None:
        self._ours.send(False)
        self._process.join()


def _work(pipe: Any, contender: str, arguments: tuple[Any, ...], core: int, settings: dict[str, str]) -> None:
    os.sched_setaffinity(0, {core})
    os.environ.update(ONE_THREAD | settings)  # before any of them loads
    module, function = contender.split(":")
    run: Callable[[], int] = getattr(import_module(f"benchmarks.training.{module}"), function)(*arguments)
    run()
    while pipe.recv():
        began, steps = process_time(), 0
        while process_time() - began < _SECONDS:
            steps += run()
        pipe.send((process_time() - began) / steps * 1e6)
    sys.exit(0)
