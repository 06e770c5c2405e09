"""Output of commands: lines for people, wrapped to the terminal, and text for programs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from textwrap import wrap
from typing import TextIO

from caviar.text.printable import printable, printable_line
from caviar.values.problem import Problem


def show(*lines: str, err: bool = False, indent: int = 2) -> None:
    """Prints lines for people, wrapped at the terminal's width, with continuation lines indented by `indent`."""
    stream = sys.stderr if err else sys.stdout
    width = width_of(stream)
    for line in map(printable_line, lines):
        stream.write("".join(f"{part}\n" for part in _broken(line, width, indent)))
    stream.flush()


def give(text: str) -> None:
    """Prints text for programs unchanged on standard output; only a terminal gets no control characters.

    Raises Problem where the encoding of standard output cannot hold it.
    """
    if sys.stdout.isatty():
        text = printable(text)
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError as error:
        held = error.object[error.start : error.end]
        raise Problem(
            f"standard output has the encoding {sys.stdout.encoding}, which cannot hold {held!a}; "
            "set PYTHONIOENCODING=utf-8"
        ) from None
    sys.stdout.write(text)


def show_logged() -> None:
    """Shows messages for people, such as that kernels are compiled, on standard error from now on."""
    import logging

    class Shown(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            show(record.getMessage(), err=True)

    logging.getLogger("caviar").addHandler(Shown())


@contextmanager
def verbose_log(clock: Callable[[], float]) -> Iterator[None]:
    """Shows records of the logger `caviar` below warnings on standard error, with the seconds of the clock."""
    import logging

    class Shown(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.levelno < logging.WARNING:  # those are shown by reporters
                show(f"{clock():8.3f} s  {record.getMessage()}", err=True, indent=12)

    logger, shown = logging.getLogger("caviar"), Shown()
    before = logger.level
    logger.addHandler(shown)
    logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logger.setLevel(before)
        logger.removeHandler(shown)


def width_of(stream: TextIO) -> int | None:
    """The width of a terminal in characters; None if the stream is not a terminal."""
    if not stream.isatty():
        return None
    said = os.environ.get("COLUMNS", "")
    return int(said) if said.isdecimal() and int(said) else os.get_terminal_size(stream.fileno()).columns or 80


def _broken(line: str, width: int | None, indent: int) -> list[str]:
    if width is None or len(line) <= width:
        return [line]
    return wrap(line, width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False, tabsize=4)
