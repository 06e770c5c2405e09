"""Memory and time of a command with all its processes: what `pipe run` takes of a machine."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_LOOK = 0.05  # seconds between two looks


@dataclass(frozen=True)
class Usage:
    """`memory` is the most bytes that all its processes held at once; what several share counts once.

    `processor`: the seconds that processors worked for them, however busy the machine was besides.
    """

    seconds: float
    processor: float
    memory: int
    output: str


def used(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Usage:
    """Runs a command in a folder to its end. Raises RuntimeError where it fails."""
    began, before, peak = time.monotonic(), os.times(), 0
    with (folder / "output").open("w+") as output:
        process = subprocess.Popen(command, cwd=folder, env=dict(environment), stdout=output, stderr=subprocess.STDOUT)
        while process.poll() is None:
            peak = max(peak, sum(map(_memory, _tree(process.pid))))
            time.sleep(_LOOK)
        output.seek(0)
        text = output.read()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit code {process.returncode}\n{text}")
    after = os.times()
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    return Usage(time.monotonic() - began, processor, peak, text)


def _tree(process: int) -> list[int]:
    """The process and all that it has started."""
    found = [process]
    for each in found:
        with suppress(OSError):  # it has ended meanwhile
            for task in Path(f"/proc/{each}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def _memory(process: int) -> int:
    """A process's bytes, its share of what is shared with others (PSS)."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
