"""A Dask cluster of a test: the commands that a user starts, on loopback, without those that start them again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from json import loads
from pathlib import Path
from typing import Any

_LOOPBACK = ("--host", "127.0.0.1", "--no-dashboard", "--dashboard-address", "127.0.0.1:0")


class Commands:
    """A scheduler, and the workers that are started one by one."""

    def __init__(self, folder: Path, environment: Mapping[str, str], port: int) -> None:
        self._file, self._environment = folder / "scheduler.json", environment
        self._file.unlink(missing_ok=True)
        self.folder, self.workers = folder, list[subprocess.Popen[bytes]]()
        self.scheduler = self.started("scheduler", "--port", str(port))
        self.address: str = until(self._address)
        self.port = int(self.address.rpartition(":")[2])

    def worker(self, threads: int = 1, **environment: str) -> subprocess.Popen[bytes]:
        words = ("--nthreads", str(threads), "--no-nanny", "--local-directory", str(self.folder))
        self.workers.append(self.started("worker", *words, **environment))
        return self.workers[-1]

    def started(self, *words: str, **environment: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", *words, *_LOOPBACK, "--scheduler-file", str(self._file)]
        with open(self.folder / "cluster.log", "ab") as log:
            return subprocess.Popen(command, stderr=log, env={**os.environ, **self._environment, **environment})

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()

    def _address(self) -> Any:
        assert self.scheduler.poll() is None, (self.folder / "cluster.log").read_text()
        with suppress(FileNotFoundError, ValueError):
            return loads(self._file.read_text())["address"]


@contextmanager
def cluster(folder: Path, workers: int = 2, port: int = 0, **environment: str) -> Iterator[Commands]:
    commands = Commands(folder, environment, port)
    try:
        for _ in range(workers):
            commands.worker()
        yield commands
    finally:
        commands.close()


def until(condition: Callable[[], Any], process: subprocess.Popen[Any] | None = None) -> Any:
    """The condition's first true value, while the process lives."""
    while not (value := condition()):
        assert process is None or process.poll() is None, process.communicate()
        with suppress(subprocess.TimeoutExpired):
            subprocess.run(["sleep", "1"], timeout=0.01)
    return value


def descendants(process: int) -> set[int]:
    """The processes below a process."""
    found = set[int]()
    with suppress(OSError):
        for task in os.listdir(f"/proc/{process}/task"):
            children = Path(f"/proc/{process}/task/{task}/children").read_text().split()
            found |= {int(child) for child in children}
    return found.union(*map(descendants, found))


def listening(processes: set[int]) -> set[str]:
    """The addresses at which processes listen, as the kernel writes them: 0100007F is 127.0.0.1."""
    sockets = set[str]()
    for process in processes:
        with suppress(OSError):
            for number in os.listdir(f"/proc/{process}/fd"):
                with suppress(OSError):
                    sockets.add(os.readlink(f"/proc/{process}/fd/{number}"))
    found = set[str]()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            (
                _,
                address,
                _,
                state,
                *_,
            ) = line.split()
            if state == "0A" and f"socket:[{line.split()[9]}]" in sockets:
                found.add(address.partition(":")[0])
    return found
