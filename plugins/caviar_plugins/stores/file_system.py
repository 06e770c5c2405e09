"""File systems: whether a folder lies on another machine, where SQLite's write-ahead log does not work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")

_REMOTE = re.compile(r"nfs\d*|cifs|smb\w*|9p|afs|beegfs|ceph|glusterfs|gpfs|lustre|panfs|virtiofs|fuse\..+", re.ASCII)
"""Linux's names. Of what FUSE serves nobody knows where it lies; the log needs memory that all processes share."""
_OCTAL = re.compile(r"\\(\d{3})")


def is_remote(folder: Path) -> bool:
    """Whether processes on other machines may see the folder, or its file system cannot share memory."""
    kind = file_system_of(folder)
    return kind is not None and _REMOTE.fullmatch(kind) is not None


def file_system_of(folder: Path) -> str | None:
    """The kind of the file system that a folder lies on, as "ext4" or "nfs4"; None where the system does not tell."""
    place = folder.resolve()
    found = [(len(point.parts), kind) for point, kind in _mounted() if place.is_relative_to(point)]
    return max(reversed(found), key=lambda each: each[0])[1] if found else None  # the last one covers the others


def _mounted() -> Iterator[tuple[Path, str]]:
    try:
        lines = MOUNTS.read_text(errors="surrogateescape").splitlines()
    except OSError:
        return
    for line in lines:
        before, _, after = line.partition(" - ")
        point = _OCTAL.sub(lambda code: chr(int(code[1], 8)), before.split(" ")[4])
        yield Path(point), after.split(" ")[0]
