"""A job whose optimizers kill, block or slow down their worker, what becomes of its trials, and who is left."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from caviar import Executor, load
from caviar.engine.data.resolve import resolve_run
from caviar.engine.training.job import Work
from caviar.plugin import EpochInfo, Segment

OPTIMIZERS = '''
"""Optimizers that kill the process they run in: the first time only, or wherever they meet a certain trial."""

import ctypes
import os
import signal
from pathlib import Path
from types import SimpleNamespace

import caviar
from caviar_plugins import SGD


class Once(SGD):
    marker: str = ""

    def update(self, parameters, gradients, state, step, layout):
        if not Path(self.marker).exists():
            Path(self.marker).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        super().update(parameters, gradients, state, step, layout)


class Stuck(SGD):
    def update(self, parameters, gradients, state, step, layout):
        if (self.learning_rate == 0.5).any():
            ctypes.PyDLL(None).sleep(1000)  # holds Python's lock: no other thread of the process can act
        super().update(parameters, gradients, state, step, layout)


class Cold(SGD):
    """Compiles for six seconds at its first step, as numba tells of it."""

    def update(self, parameters, gradients, state, step, layout):
        from numba.core import event

        if (step == 1).all():
            with event.trigger_event("numba:compile", {"dispatcher": SimpleNamespace(py_func=SGD.update)}):
                ctypes.PyDLL(None).sleep(6)  # holds Python's lock, as compiling does
        super().update(parameters, gradients, state, step, layout)


class Slow(SGD):
    """Takes 0.3 seconds for an epoch."""

    def update(self, parameters, gradients, state, step, layout):
        if (self.learning_rate == 0.5).any():
            ctypes.PyDLL(None).usleep(50_000)
        super().update(parameters, gradients, state, step, layout)


class Deadly(SGD):
    by: str = "SIGSEGV"
    times: int = 1000
    notes: str = ""

    def update(self, parameters, gradients, state, step, layout):
        notes = Path(self.notes)
        if (self.learning_rate == 0.5).any() and len(notes.read_text() if notes.is_file() else "") < self.times:
            if notes.name:
                with notes.open("a") as file:
                    file.write("x")
            os.kill(os.getpid(), getattr(signal, self.by))
        super().update(parameters, gradients, state, step, layout)
'''


PIPELINE = """
name = "p"
data = "digits"
[model]
units = 4
[optimizer]
use = "sgd"
learning_rate = { uniform = [0.01, 1.0] }
[trainer]
epochs = 3
batch_size = 512
"""


def job(file: Path, *settings: str) -> Work:
    return resolve_run(load(file, settings, file.parent / "optimizers.py"))[0]


def segment(*trials: int, rates: tuple[float, ...] = (), until: int = 3) -> Segment:
    rates = rates or tuple(0.1 + trial / 100 for trial in trials)
    return Segment(trials, tuple({"optimizer.learning_rate": rate} for rate in rates), 0, until)


def go(executor: Executor, work: Work, segments: list[Segment]) -> tuple[dict[int, Any], list[EpochInfo]]:
    """Each trial's outcome as plain comparable values, and what was told."""
    told = list[EpochInfo]()
    with executor.open(work, lambda: None, sum(len(each.trials) for each in segments)) as workers:
        outcomes = list(workers.run(segments, told.append))
    return {member.trial: plain(member) for outcome in outcomes for member in outcome.members}, told


def plain(member: Any) -> Any:
    arrays = {**(member.weights or {}), **(member.carry or {})}
    rows = None if member.metrics is None else member.metrics.values.tolist()
    bits = {name: (str(array.dtype), array.shape, array.tobytes()) for name, array in arrays.items()}
    return member.state, member.epoch, rows, member.final, member.reason, bits


def children() -> set[int]:
    return {int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}
