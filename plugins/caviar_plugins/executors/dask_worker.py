"""What runs in a Dask worker: it keeps the jobs of runs, and processes of its own train their segments.

Dask calls these functions by their names, with bytes and plain values, which is also what they return.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from math import ceil
from threading import Condition, Event, Thread
from time import monotonic
from typing import Any

from caviar.plugin import EpochInfo, Problem, Stopped, pack, unpack
from distributed import get_worker

from caviar_plugins.executors.cuda_devices import one_of
from caviar_plugins.executors.pool import Pool, in_shared_memory
from caviar_plugins.executors.worker_handle import Seat

_LOOK_UP = 0.2  # seconds between two looks at whether a run still needs what is kept for it
_NEWS = 1.0  # seconds between two messages about epochs
_PATIENCE = 2.0  # seconds within which processes end: they look up between two steps, and are killed soon after
_NEEDED = {"executing", "long-running", "memory"}  # states of a task that somebody waits for, or whose result is kept
_GOING = {"init", "running", "paused", "closing_gracefully"}  # states of a Dask worker that still trains
_hosts: dict[str, _Host] = {}


def bring(run: str, job_spec: bytes, first: int, count: int, on_devices: bool) -> str:
    """Keeps a run's job here, until Dask drops the result of this task, as it does when the run has been killed.

    `run` is the name of its Dask client. `first` is the number of this worker's first seat, `count` that of all seats
    of its machine; `on_devices`: whether the job's backend computes on devices. Returns `run`.
    """
    end(run)
    try:
        _hosts[run] = _Host(run, job_spec, first, count, on_devices)
    except OSError as error:  # too little memory
        raise Problem(f"the Dask worker at {get_worker().address} cannot keep the job: {error}") from error
    return run


def train(run: str, segment: bytes) -> bytes:
    """Trains a segment: its outcomes, all epochs and the lines that were logged; or the problem; nothing if stopped."""
    host = _hosts.get(run)
    return b"".join(pack(host.train(segment) if host else {}))


def end(run: str) -> None:
    """Ends the processes of a run."""
    if host := _hosts.get(run):
        host.close()


class _Host:
    def __init__(self, run: str, job_spec: bytes, first: int, count: int, on_devices: bool) -> None:
        worker: Any = get_worker()
        self._needed = _needed(worker, worker.get_current_task())
        self._run, self._first, self._count, self._on_devices = run, first, count, on_devices
        self._job_spec = in_shared_memory([job_spec])
        self._idle, self._busy, self._started = list[_Trainer](), list[_Trainer](), 0
        self._ended, self._changed = Event(), Condition()
        Thread(target=self._watch, name="caviar-watch", daemon=True).start()

    def train(self, segment: bytes) -> dict[str, Any]:
        with self._changed:
            if self._ended.is_set():
                return {}
            trainer = self._idle.pop() if self._idle else self._new()
            self._busy.append(trainer)
        try:
            return trainer.train(segment)
        finally:
            with self._changed:
                self._busy.remove(trainer)
                self._idle.append(trainer)
                if self._ended.is_set():
                    self._close_idle()
                self._changed.notify_all()

    def close(self) -> None:
        """Ends the processes, those that train at their next step, and waits for them."""
        with self._changed:
            self._ended.set()
            if _hosts.get(self._run) is self:
                del _hosts[self._run]
                os.close(self._job_spec)
            self._close_idle()
            self._changed.wait_for(lambda: not self._busy, _PATIENCE)

    def _new(self) -> _Trainer:
        number = self._first + self._started
        self._started += 1
        device, devices = one_of(number)
        seat = Seat(number, self._count, device)
        if self._on_devices and device is not None:  # the only one that its process sees
            seat = Seat(0, ceil(self._count / devices), device)
        return _Trainer(self._run, os.dup(self._job_spec), seat, self._ended)

    def _close_idle(self) -> None:
        while self._idle:
            self._idle.pop().pool.close()

    def _watch(self) -> None:
        while self._needed() and not self._ended.wait(_LOOK_UP):
            pass
        self.close()


class _Trainer:
    """A process that trains one segment after the other."""

    def __init__(self, run: str, job_spec: int, seat: Seat, ended: Event) -> None:
        self._run, self._ended = run, ended
        self._worker: Any = None
        self._needed: Callable[[], bool] = lambda: True
        self._key, self._heard = "", 0.0
        self._epochs, self._passed_on, self._lines = list[EpochInfo](), 0, list[tuple[int, str]]()
        self.pool = Pool(job_spec, [seat], self._check_stop, on_line=self._keep)

    def train(self, segment: bytes) -> dict[str, Any]:
        self._worker = get_worker()
        self._key, self._heard = self._worker.get_current_task(), monotonic()
        self._needed = _needed(self._worker, self._key)
        self._epochs, self._passed_on, self._lines = [], 0, []
        try:
            outcomes = list(self.pool.run([unpack(segment)], self._hear))
        except Stopped:  # nobody waits for it
            return {}
        except (Problem, OSError) as problem:
            return {"problem": str(problem), "lines": self._lines}
        return {"outcomes": outcomes, "epochs": self._epochs, "lines": self._lines}

    def _hear(self, epoch: EpochInfo) -> None:
        """Keeps an epoch; passes some on as news, once in a while, because the scheduler has many such workers."""
        self._epochs.append(epoch)
        if monotonic() - self._heard >= _NEWS:
            news = self._key, self._passed_on, self._epochs[self._passed_on :]
            self._worker.log_event(self._run, b"".join(pack(news)))
            self._passed_on, self._heard = len(self._epochs), monotonic()

    def _keep(self, worker: int, level: int, line: str) -> None:
        self._lines.append((level, line))

    def _check_stop(self) -> None:
        if self._ended.is_set() or not self._needed():
            raise Stopped


def _needed(worker: Any, key: str) -> Callable[[], bool]:
    """Whether a task's result is still asked for; a run that has stopped, or was killed, asks for nothing."""

    def needed() -> bool:
        task = worker.state.tasks.get(key)
        return task is not None and task.state in _NEEDED and worker.status.name in _GOING

    return needed
