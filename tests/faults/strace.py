"""File calls of a run, recorded by strace, and faults that strace injects into them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

_NAMES = (
    "openat,write,pwrite64,writev,ftruncate,fallocate,fsync,fdatasync,sync_file_range,copy_file_range,sendfile"
    ",rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,mkdir,mkdirat,rmdir"
)
_CALL = re.compile(r"^(?P<pid>\d+) +(?P<name>\w+)\((?P<words>.*)\) += (?P<result>-?\d+)(?:<(?P<file>[^>]*)>)?")
_HALF, _REST = re.compile(r"^(\d+) +(.*) <unfinished \.\.\.>$"), re.compile(r"^(\d+) +<\.\.\. \w+ resumed>(.*)$")
_BYTE = re.compile(r"\\x([0-9a-f]{2})")

needs_strace = pytest.mark.skipif(not shutil.which("strace"), reason="counts system calls: install strace")


@dataclass(frozen=True)
class Call:
    """A system call that succeeded; `words` are its arguments as strace prints them.

    `count`: it was so many-th of its name in its thread.
    """

    thread: int
    name: str
    words: str
    result: int
    opened: str
    count: int

    @property
    def paths(self) -> list[str]:
        """The files it names: those of descriptors, or those of its texts."""
        return [text(each) for each in re.findall(r"^\d+<([^>]*)>", self.words)] or self.texts

    @property
    def texts(self) -> list[str]:
        return [text(each) for each in re.findall(r'"([^"]*)"', self.words)]

    @property
    def content(self) -> bytes:
        """What it writes."""
        return bytes.fromhex("".join(_BYTE.findall(self.words.split('"')[1])))

    @property
    def numbers(self) -> list[int]:
        """Its last arguments, such as a length and an offset."""
        return [int(each) for each in re.findall(r", (\d+)", self.words)]


def text(printed: str) -> str:
    return bytes.fromhex("".join(_BYTE.findall(printed))).decode()


def command(file: Path, into: str, *words: str) -> list[str]:
    runs = str(file.parent / into)
    return [sys.executable, "-m", "caviar", "run", str(file), "--runs", runs, "--json", *words]


def recorded(file: Path, into: str, *words: str) -> list[Call]:
    """The file calls of a run, in order."""
    log = file.parent / f"{into}.strace"
    options = ["-f", "--seccomp-bpf", "-y", "-xx", "-s", "100000000", "-e", f"trace={_NAMES}", "-o", str(log)]
    subprocess.run(["strace", *options, *command(file, into, *words)], check=True, capture_output=True)
    return list(_calls(log))


def injected(file: Path, into: str, call: Call, fault: str) -> subprocess.CompletedProcess[str]:
    """A run in which one call, the same of its name and thread, gets a fault."""
    inject = f"inject={call.name}:{fault}:when={call.count}"
    options = ["-f", "-qq", "-e", f"trace={call.name}", "-e", inject, "-o", "/dev/null"]  # no signal with --seccomp-bpf
    return subprocess.run(["strace", *options, *command(file, into)], capture_output=True, text=True)


def _calls(log: Path) -> Iterator[Call]:
    halves: dict[str, str] = {}
    counts = Counter[tuple[str, str]]()
    for line in log.read_text("latin-1").splitlines():
        if half := _HALF.match(line):
            halves[half[1]] = half[2]
            continue
        if rest := _REST.match(line):
            line = f"{rest[1]} {halves.pop(rest[1])}{rest[2]}"
        if found := re.match(r"^(\d+) +(\w+)\(", line):
            counts[found[1], found[2]] += 1
        if call := _CALL.match(line):
            thread, name = call["pid"], call["name"]
            if int(call["result"]) >= 0:
                opened = text(call["file"] or "")
                yield Call(int(thread), name, call["words"], int(call["result"]), opened, counts[thread, name])
