"""Files that are complete or absent."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import (
    EACCES,
    EDQUOT,
    EFBIG,
    EINVAL,
    EISDIR,
    ELOOP,
    ENOENT,
    ENOLCK,
    ENOSPC,
    ENOTSUP,
    EPERM,
    EROFS,
)
from itertools import count
from pathlib import Path
from typing import BinaryIO

_WHY = {
    ELOOP: "a link, which is not followed; put the file itself there or remove the link",
    EISDIR: "a folder, not a file; move it away",
    EINVAL: "not a regular file; move it away",
    EACCES: "may not be read by this user; check the permissions of the file and of its folder",
    EPERM: "may not be read by this user; check the permissions of the file and of its folder",
}

FULL = frozenset((ENOSPC, EDQUOT))
"""The errors of a disk on which there is no room, for this user at least."""
ROOM = "free some space and run the same command again: what was recorded is safe"
_FORBIDDEN = "may not be written or read by this user; check the permissions of the file and of its folder"
_NO_LOCKS = "the file system has no locks, which a study needs; choose a local folder for the runs"
_WHY_UNUSABLE = {
    ENOSPC: f"the disk is full; {ROOM}",
    EDQUOT: f"this user's disk quota is used up; {ROOM}",
    EFBIG: "larger than this user or file system allows; raise the limit and run the same command again",
    EROFS: "the file system is read-only; choose another folder for the runs",
    EACCES: _FORBIDDEN,
    EPERM: _FORBIDDEN,
    ENOLCK: _NO_LOCKS,
    ENOTSUP: _NO_LOCKS,
    ELOOP: _WHY[ELOOP],
    EISDIR: _WHY[EISDIR],
    ENOENT: "missing; put back a copy of it, or move the run's folder away and run again",
}


def file_or_url(text: str) -> Path | str:
    """A text as a file, also from SQLite's URL, or as another URL, unchanged."""
    file = text.removeprefix("sqlite:///")
    return file if "://" in file else Path(file)


def straight(path: Path) -> Path:
    """The same file without parts such as `a/../b`, so that its path does not depend on the current folder."""
    return path.parent.resolve() / path.name if ".." in path.parts else path


def write_atomically(path: Path, content: bytes) -> None:
    """Replaces a file, synced: a crash leaves the old one or the new one. `sync_folder` then makes its name durable.

    A link in the place of the file is replaced and never followed.
    """
    with replacing(path) as file:
        file.write(content)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A new file beside `path`, which takes its place, synced, when the block ends; if the block raises it is removed.

    A link in the place of the file is replaced and never followed.
    """
    part = path.with_name(path.name + ".part")
    try:
        with open(_new(part), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)  # on a full disk its space is needed
        if isinstance(error, OSError) and str(error.filename) == str(part) and not os.path.lexists(part):
            error.filename = str(path)  # messages name the file that was asked for, unless the other is in the way
        raise


def aside(path: Path) -> Path:
    """The name under which a damaged file is kept beside its place: the first of NAME.damaged-1, … that is free."""
    names = (path.with_name(f"{path.name}.damaged-{number}") for number in count(1))
    return next(name for name in names if not os.path.lexists(name))


def open_plain(path: Path) -> BinaryIO:
    """Opens a regular file for reading. Raises OSError for links, which may lead anywhere, pipes and all else."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    kind = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(kind):
        os.close(descriptor)
        number = EISDIR if stat.S_ISDIR(kind) else EINVAL
        raise OSError(number, os.strerror(number), str(path))
    return open(descriptor, "rb")


def why_unreadable(error: OSError) -> str:
    """The reason why `open_plain` failed, and what to do."""
    return _WHY.get(error.errno or 0) or f"cannot be read: {error.strerror or error}"


def why_unusable(error: OSError) -> str:
    """The reason why a file of a run cannot be read or written, and what to do."""
    return _WHY_UNUSABLE.get(error.errno or 0) or f"cannot be used: {error.strerror or error}"


def make_folder(folder: Path) -> None:
    """Makes a folder, and those above it, whose names survive a power loss."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for each in missing:
        sync_folder(each.parent)


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder survive a power loss."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _new(path: Path) -> int:
    """A descriptor of a new file: it first removes a link, or a file that a killed process left."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    try:
        return os.open(path, flags, 0o666)
    except FileExistsError:
        path.unlink()
        return os.open(path, flags, 0o666)
