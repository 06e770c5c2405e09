"""The standard streams of a command: never absent, and a failure to write is reported once, at the end."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EPIPE
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import Any, TextIO


class _Target(FileIO):
    """A stream that records its first failure and drops later output, so that a run still finishes."""

    failure: OSError | None = None

    def write(self, data: Any, /) -> int:
        if self.failure is None:
            try:
                return super().write(data)
            except OSError as error:
                self.failure = error
        return len(memoryview(data).cast("B"))


@contextmanager
def standard_streams() -> Iterator[None]:
    """Standard output and error of one command, whose exit code becomes 1 if its output could not be written.

    A stream that is closed is as good as /dev/null. What an encoding such as ASCII lacks is written as an escape. A
    reader that has gone, as in `pipe results RUN | head -1`, is not reported.
    """
    _open_closed_ones()
    if sys.stdin is None:
        sys.stdin = open(0, closefd=False)  # noqa: SIM115  for as long as the process lives
    output, target = _stream(1, sys.stdout)
    sys.stdout, code = output, None
    sys.stderr, _ = _stream(2, sys.stderr)
    try:
        yield
    except SystemExit as end:
        code = end.code
    output.flush()
    if target.failure is not None:
        code = code or 1
        if target.failure.errno != EPIPE:
            print(f"standard output cannot be written: {target.failure.strerror}", file=sys.stderr)
    sys.exit(code)


def _open_closed_ones() -> None:
    """Otherwise the next file that is opened, even the study's, would get standard output's descriptor."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free


def _stream(number: int, before: TextIO | None) -> tuple[TextIO, _Target]:
    target = _Target(number, "wb", closefd=False)
    errors = getattr(before, "errors", "strict")
    made = TextIOWrapper(
        BufferedWriter(target),
        encoding=getattr(before, "encoding", None),
        errors="backslashreplace" if errors == "strict" else errors,
        line_buffering=getattr(before, "line_buffering", False),
        write_through=getattr(before, "write_through", False),
    )
    return made, target
