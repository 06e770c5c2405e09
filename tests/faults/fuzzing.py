"""Inputs that are nearly right, drawn by Hypothesis, and a guard that no command hangs on one or runs code of it."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import process_time
from types import FrameType
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

LONGEST = 5  # seconds of the processor for one command, which a busy machine does not lengthen
_STARTS = ("os.system", "os.exec", "os.posix_spawn", "os.spawn", "subprocess.Popen")
_FORBIDDEN = (*_STARTS, "pickle.find_class", "socket.connect", "socket.bind", "socket.getaddrinfo")
_guarding: list[str] = []


def thorough(examples: int) -> settings:
    """The same examples each time: what was found once is found again."""
    return settings(
        max_examples=examples,
        phases=[Phase.generate],  # a failure prints the edits, which are short enough
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


@dataclass(frozen=True)
class Edit:
    kind: str
    where: float
    far: float
    word: bytes

    def of(self, content: bytes) -> bytes:
        start = int(self.where * (len(content) + 1))
        end = min(len(content), start + int(self.far * self.far * 60))
        before, piece, after = content[:start], content[start:end], content[end:]
        match self.kind:
            case "replace":
                return before + self.word + after
            case "insert":
                return before + self.word + piece + after
            case "drop":
                return before + after
            case "double":
                return before + piece + piece + after
            case "cut" if self.far < 0.2:
                return before
        return before + bytes(each ^ 1 << int(self.far * 8) for each in piece[:1]) + piece[1:] + after


@dataclass(frozen=True)
class Spoiled:
    """The content with this number after some edits; a failure prints these and not the content."""

    number: int
    edits: Sequence[Edit]

    def of(self, contents: Sequence[bytes]) -> bytes:
        content = contents[self.number % len(contents)]
        for edit in self.edits:
            content = edit.of(content)
        return content


def spoiled(words: bytes) -> st.SearchStrategy[Spoiled]:
    """Some pieces dropped, doubled, cut off, or replaced by bytes or words of the format, which spaces separate."""
    tokens = [each.decode("unicode_escape").encode("latin-1") for each in words.split()]
    place = st.floats(0, 1, exclude_max=True)
    kinds = st.sampled_from(("replace", "insert", "drop", "double", "cut", "flip"))
    edit = st.builds(Edit, kinds, place, place, st.sampled_from(tokens) | st.binary(max_size=12))
    return st.builds(Spoiled, st.integers(0, 9), st.lists(edit, min_size=1, max_size=4))


@contextmanager
def guarded(what: str) -> Iterator[None]:
    """Fails where the block computes for long, starts a program, unpickles or opens a connection."""

    def late(_: int, frame: FrameType | None) -> None:
        raise AssertionError(f"{what}: does not end, at {frame}")

    _watch()
    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, 30 * LONGEST)  # of the processor would make `process_time` a coarse clock
    _guarding.append(what)
    began = process_time()
    try:
        yield
    finally:
        _guarding.pop()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert process_time() - began < LONGEST, what


def _watch(watched: list[None] = []) -> None:  # noqa: B006  # a hook cannot be removed: one for the process
    def hook(event: str, words: tuple[Any, ...]) -> None:
        if _guarding and event.startswith(_FORBIDDEN):
            raise AssertionError(f"{_guarding[-1]}: {event} {words}")

    if not watched:
        watched.append(None)
        sys.addaudithook(hook)
