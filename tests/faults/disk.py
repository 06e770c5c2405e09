"""What a disk holds after a power loss: replays the file calls of a run, and drops what was not synced.

POSIX promises little: content is durable once the file was synced, a name once its folder was. Of the rest anything may
have come to the disk: nothing, all, or some of the writes, each cut between two sectors. Most file systems keep more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TypeAlias

from tests.faults.strace import Call

KEPT = ("none", "all", "some")
"""How much of what was not synced is kept."""
_SECTOR = 512
_Write: TypeAlias = tuple[int, bytes | None]  # where, and what; None: the file ends there


@dataclass(eq=False)
class File:
    synced: bytes = b""
    writes: list[_Write] = field(default_factory=list)

    @property
    def content(self) -> bytes:
        return _written(self.synced, self.writes)

    def sync(self) -> None:
        self.synced, self.writes = self.content, []

    def survivor(self, draw: Random, kept: str) -> bytes:
        if kept == "some":
            return _written(self.synced, [_torn(write, draw) for write in self.writes if draw.random() < 0.5])
        return self.synced if kept == "none" else self.content


_Names: TypeAlias = dict[str, File | None]  # None: a folder


@dataclass(frozen=True)
class _Change:
    """Of names in a folder: `path` is made, removed (`file` None, not `folder`), or becomes `name`."""

    path: str
    name: str = ""
    file: File | None = None
    folder: bool = False

    def apply(self, names: _Names) -> None:
        if self.file is not None or self.folder:
            names[self.path] = self.file
        elif self.path in names:
            moved = names.pop(self.path)
            if self.name:
                names[self.name] = moved


class Disk:
    """The files below a folder; `play` takes the calls of a run one by one."""

    def __init__(self, root: Path) -> None:
        self._root = str(root)
        self.names: _Names = {self._root: None}
        self._synced: _Names = dict(self.names)
        self._changes: list[_Change] = []
        self._places: dict[str, tuple[str, int | None]] = {}  # of descriptors; None: they append

    def play(self, call: Call) -> None:
        if call.name == "openat":
            self._open(call)
            return
        path = next((path for path in call.paths if path.startswith(self._root)), None)
        if path is None:
            return
        file = self.names.get(path)
        match call.name:
            case "mkdir":
                self._change(_Change(path, folder=True))
            case "unlink" | "rmdir":
                self._change(_Change(path))
            case "rename":
                self._change(_Change(path, name=call.paths[1]))
            case "fsync" | "fdatasync":
                self._sync(path) if file is None else file.sync()
            case "ftruncate" | "pwrite64" | "write" if file is not None:
                self._write(call, file)
            case other:
                raise NotImplementedError(other)

    def after_power_loss(self, draw: Random, kept: str) -> dict[str, bytes | None]:
        """Contents by path below the root; None for folders."""
        names = dict(self._synced)
        amount = {"none": 0, "all": len(self._changes), "some": draw.randrange(len(self._changes) + 1)}[kept]
        for change in self._changes[:amount]:
            change.apply(names)
        found: dict[str, bytes | None] = {}
        for path, file in sorted(names.items()):
            below = str(Path(path).relative_to(self._root))
            if path != self._root and (str(Path(below).parent) in (".", *found)):
                found[below] = None if file is None else file.survivor(draw, kept)
        return found

    def _open(self, call: Call) -> None:
        path = call.opened
        if not path.startswith(self._root):
            return
        if "O_CREAT" in call.words and path not in self.names:
            self._change(_Change(path, file=File()))
        if "O_TRUNC" in call.words and (file := self.names[path]) is not None:
            file.writes.append((0, None))
        self._places[f"{call.result}"] = path, None if "O_APPEND" in call.words else 0

    def _write(self, call: Call, file: File) -> None:
        if call.name == "ftruncate":
            file.writes.append((call.numbers[-1], None))
            return
        content = call.content[: call.result]
        if call.name == "pwrite64":
            file.writes.append((call.numbers[-1], content))
            return
        descriptor = call.words.partition("<")[0]
        path, place = self._places[descriptor]
        file.writes.append((len(file.content) if place is None else place, content))
        self._places[descriptor] = path, None if place is None else place + len(content)

    def _change(self, change: _Change) -> None:
        change.apply(self.names)
        self._changes.append(change)

    def _sync(self, folder: str) -> None:
        for change in [each for each in self._changes if str(Path(each.path).parent) == folder]:
            change.apply(self._synced)
            self._changes.remove(change)


def _written(content: bytes, writes: Sequence[_Write]) -> bytes:
    result = bytearray(content)
    for place, new in writes:
        end = place + len(new or b"")
        if new is None:
            del result[end:]
        result.extend(bytes(max(0, end - len(result))))
        if new is not None:
            result[place:end] = new
    return bytes(result)


def _torn(write: _Write, draw: Random) -> _Write:
    """The write as far as some sector."""
    place, new = write
    if new is None:
        return write
    sectors = range(place // _SECTOR + 1, (place + len(new)) // _SECTOR + 1)
    ends = [*(sector * _SECTOR - place for sector in sectors), len(new)]
    return place, new[: draw.choice(ends)]
