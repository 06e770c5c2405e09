"""The main memory that is free for this process, according to the system and its control group."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

_GROUP = Path("/sys/fs/cgroup")  # in a container its own group, by version 2


def spare() -> int | None:
    """The bytes that can be allocated without swapping; None if the system does not report it."""
    limits = []
    with suppress(OSError, KeyError, ValueError, IndexError):
        limits.append(_table(Path("/proc/meminfo"))["MemAvailable:"] * 1024)
    with suppress(OSError, KeyError, ValueError, IndexError):
        most = int((_GROUP / "memory.max").read_text())  # "max" where there is none
        used = int((_GROUP / "memory.current").read_text())
        limits.append(most - used + _table(_GROUP / "memory.stat")["inactive_file"])  # cached files give way
    return min(limits, default=None)


def _table(file: Path) -> dict[str, int]:
    """Parses lines of a name and a number."""
    return {words[0]: int(words[1]) for words in map(str.split, file.read_text().splitlines())}
