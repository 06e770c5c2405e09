"""The files of one training by a program: its epochs so far, its output, and its state as of an epoch's end."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from caviar.plugin import write_atomically

from caviar_plugins.programs.lines import Line

_CHECKPOINT = "checkpoint.state-"
_TAIL = 8_000  # bytes


class TrialFiles:
    """The folder of a training that `origin`, its values and its command, determines.

    `epochs.jsonl` has the origin, then a line for each epoch that was trained: they hold for a training that goes on,
    here or in another process, and not for one of another origin. `state` is the program's own folder. After each epoch
    it is copied, and what the program finds there at a later start is the copy: never what it was writing when it
    was killed.
    """

    def __init__(self, folder: Path, origin: Mapping[str, Any]) -> None:
        self.folder, self._origin = folder, json.dumps(origin, sort_keys=True)
        self.epochs: list[Line] = []
        self.state, self.output, self.values = folder / "state", folder / "output.txt", folder / "values.json"
        self._journal, self._copied = folder / "epochs.jsonl", _listing(self.state)
        if not self._read():
            self.forget()
            self.output.unlink(missing_ok=True)

    def add(self, line: Line) -> None:
        """Keeps an epoch that was trained."""
        with open(self._journal, "a", encoding="utf-8") as file:
            file.write(json.dumps({"epoch": line.epoch, **line.metrics}) + "\n")
        self.epochs.append(line)

    def prepare(self, values: Mapping[str, Any], resumes: bool) -> bool:
        """Makes the folder ready for a start of the program; whether its state holds something."""
        write_atomically(self.values, (json.dumps(values, indent=1) + "\n").encode())
        shutil.rmtree(self.state, ignore_errors=True)
        copy = self._checkpoint()
        if resumes and copy is not None:
            shutil.copytree(copy, self.state, symlinks=True)
            self._copied = _listing(self.state)
            return True
        if resumes:
            self.state.mkdir()
        self._copied = _listing(self.state)
        self.output.unlink(missing_ok=True)  # it starts again from its first epoch, and prints all of it again
        return False

    def keep_state(self) -> None:
        """Copies the state of the epoch that has ended, unless the program has changed it meanwhile."""
        before = _listing(self.state)
        if before == self._copied or not before:
            return
        old = self._checkpoint()
        number = 1 + (int(old.name.removeprefix(_CHECKPOINT)) if old else 0)
        part, new = self.folder / f"{_CHECKPOINT}part", self.folder / f"{_CHECKPOINT}{number}"
        shutil.rmtree(part, ignore_errors=True)
        try:
            shutil.copytree(self.state, part, symlinks=True)
        except (OSError, shutil.Error):  # files came and went
            return
        if _listing(self.state) != before:
            return
        os.replace(part, new)
        self._copied = before
        if old:
            shutil.rmtree(old, ignore_errors=True)

    def drop_state(self) -> None:
        """Forgets the state, of which nothing good was heard."""
        for each in self.folder.glob(f"{_CHECKPOINT}*"):
            shutil.rmtree(each, ignore_errors=True)

    def forget(self) -> None:
        """Forgets all epochs: a training that failed starts anew."""
        self.drop_state()
        self.epochs = []
        write_atomically(self._journal, f"{self._origin}\n".encode())

    def last_lines(self, most: int) -> list[str]:
        """The last lines of the output that are not blank."""
        with suppress(OSError), open(self.output, "rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
            text = file.read().decode(errors="replace")
            lines = [line.rpartition("\r")[2] for line in text.replace("\r\n", "\n").split("\n")]
            return [line for line in lines if line.strip()][-most:]
        return []

    def _read(self) -> bool:
        """Reads the epochs; False where there are none of this origin."""
        try:
            origin, *lines = self._journal.read_text(encoding="utf-8").split("\n")
        except (OSError, UnicodeDecodeError):
            return False
        if origin != self._origin:
            return False
        for line in lines[:-1]:  # behind the last line break there may be half a line
            found = json.loads(line)
            self.epochs.append(Line(found, found.pop("epoch")))
        if lines and lines[-1]:
            write_atomically(self._journal, "\n".join([origin, *lines[:-1], ""]).encode())
        return True

    def _checkpoint(self) -> Path | None:
        """The newest copy of the state."""
        copies = [each for each in self.folder.glob(f"{_CHECKPOINT}*") if each.name[len(_CHECKPOINT) :].isdigit()]
        return max(copies, key=lambda each: int(each.name.removeprefix(_CHECKPOINT)), default=None)


def _listing(folder: Path) -> frozenset[tuple[str, int, int, int]] | None:
    """What shows that a file in a folder has changed; None where it cannot be read whole."""
    found = set()
    try:
        for inner, folders, files in os.walk(folder):
            for name in (*folders, *files):
                path = os.path.join(inner, name)
                about = os.lstat(path)
                found.add((path, about.st_size, about.st_mtime_ns, about.st_ino))
    except OSError:
        return None
    return frozenset(found)
