"""The number of processes that the kernel has killed because memory ran out; a killed worker may be one of them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path


def oom_kills(root: Path = Path("/")) -> int:
    """The count of this process's control group, else that of the machine; 0 if neither is available."""
    for file in (*_group(root), root / "proc/vmstat"):
        with suppress(OSError):
            for line in file.read_text().splitlines():
                name, _, count = line.partition(" ")
                if name == "oom_kill":
                    return int(count)
    return 0


def _group(root: Path) -> list[Path]:
    """The file in which version 2 of control groups counts memory events."""
    with suppress(OSError):
        for line in (root / "proc/self/cgroup").read_text().splitlines():
            if line.startswith("0::/"):
                return [root / "sys/fs/cgroup" / line.removeprefix("0::/") / "memory.events"]
    return []
