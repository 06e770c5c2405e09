"""A Dask cluster on this machine, for this process alone: it listens on loopback, and ends with this process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import ClassVar

from caviar.plugin import Problem

_START = """import sys
sys.path[:] = {path}
from caviar_plugins.executors.lifeline import depend_on
depend_on({coordinator})
from dask.__main__ import main
sys.argv[1:] = {words}
main()
"""
_LOOPBACK = ("--host", "127.0.0.1", "--no-dashboard", "--dashboard-address", "127.0.0.1:0")  # what else it serves
_QUIET = {"DASK_LOGGING__DISTRIBUTED": "critical"}  # what these would log is told here, or is no fault
_POLL = 0.05  # seconds between two looks at whether the scheduler is there
_LONGEST = 120.0  # seconds that it may take to start, on a busy machine too


class ClusterProblem(Problem):
    """A cluster cannot train; the message says why."""

    exit_code: ClassVar[int] = 1


class LocalCluster:
    """A scheduler and `workers` workers with one thread each, of which Dask replaces those that die."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._folder = TemporaryDirectory(prefix="caviar-dask-")
        self._file = Path(self._folder.name, "scheduler.json")
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Starts it, if that was not done; it is ready once it has an address."""
        if not self._processes:
            place = ("--scheduler-file", str(self._file))
            self._start("scheduler", "--port", "0", *place)
            count = ("--nworkers", str(self.workers), "--nthreads", "1", "--memory-limit", "0")
            self._start("worker", *count, *place, "--local-directory", self._folder.name)

    def address(self, check_stop: Callable[[], None]) -> str:
        """The scheduler's address, once it has one. Raises ClusterProblem."""
        self.start()
        deadline = monotonic() + _LONGEST
        while monotonic() < deadline:
            with suppress(FileNotFoundError, ValueError):  # not there, or not yet all of it
                return str(json.loads(self._file.read_text())["address"])
            check_stop()
            self.check()
            sleep(_POLL)
        raise ClusterProblem(f"the Dask cluster on this machine did not start within {_LONGEST:.0f} s; try again")

    def check(self) -> None:
        """Raises ClusterProblem if one of its commands has ended."""
        for name, process in self._processes.items():
            if (code := process.poll()) is not None:
                told = f"'dask {name}' of the cluster on this machine ended with exit code {code}"
                raise ClusterProblem(f"{told}; the same command resumes")

    def close(self) -> None:
        for process in reversed(self._processes.values()):  # workers would miss their scheduler
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._folder.cleanup()

    def _start(self, name: str, *words: str) -> None:
        said = json.dumps((name, *_LOOPBACK, *words))
        start = _START.format(path=json.dumps(sys.path), coordinator=os.getpid(), words=said)
        self._processes[name] = subprocess.Popen(
            [sys.executable, "-c", start],
            stdin=subprocess.DEVNULL,
            stdout=2,  # ours belongs to the results
            env=os.environ | _QUIET,
            process_group=0,  # the terminal's interrupt is for the coordinator alone
        )
