"""A text in blocks of whole rows, each with the number of lines above it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from caviar_plugins.tables.dialect import Dialect
from caviar_plugins.tables.encoding import decoded
from caviar_plugins.tables.lines import Lines
from caviar_plugins.tables.plain import PlainText, told, unpacked

BLOCK = 1 << 22
"""Letters that are read at once; their cells take some ten times as much memory."""
_PIECE = 1 << 20  # bytes


@dataclass
class Source:
    """The bytes of a file, unpacked; `share` of it has been read so far."""

    path: Path
    folder: Path
    share: float = 0.0

    def __iter__(self) -> Iterator[bytes]:
        with told(self.path):
            packed = self.path.suffix.lower() == ".gz"
            file = self.path if packed else unpacked(self.path, self.folder, None)
            size = max(file.stat().st_size, 1)
            with file.open("rb") as raw:
                source: BinaryIO = gzip.GzipFile(fileobj=raw) if packed else raw  # type: ignore[assignment]
                while piece := source.read(_PIECE):
                    self.share = min(1.0, raw.tell() / size)
                    yield piece


def text_blocks(source: Source, encoding: str, dialect: Dialect, folder: Path, block: int = 0) -> Iterator[Lines]:
    """The rows of a text, about `block` letters at a time, or `BLOCK`; each block lies in the same file of `folder`.

    Raises DataError.
    """
    file, above, names = folder / "block.csv", 0, tuple[str, ...]()
    for rows in _whole_rows(decoded(source.path, iter(source), encoding, complete=True), dialect, block or BLOCK):
        content = rows.encode()
        file.write_bytes(content)
        text = PlainText(source.path, file, encoding, False, len(content), above)
        if names:
            yield Lines(text, replace(dialect, skip=0, header=False), names)
        else:
            lines = Lines(text, dialect)
            names = tuple(lines.header)
            yield lines
        above += rows.count("\n") + rows.count("\r") - rows.count("\r\n")


def _whole_rows(text: Iterator[str], dialect: Dialect, block: int) -> Iterator[str]:
    """Pieces of a text that end where a row does, each of at most `block` letters, or one row; one at least."""
    start, wanted, quoted, first = "", block, _quoted_cells(dialect), True
    for piece in text:
        start += piece
        while len(start) >= wanted:
            if end := _end_of_rows(start[:wanted], quoted):
                yield start[:end]
                start, wanted, first = start[end:], block, False
            else:
                wanted *= 2  # one long row
    if start or first:
        yield start


def _quoted_cells(dialect: Dialect) -> re.Pattern[str]:
    """A cell in quotes, the last of which may be missing: a quote within an unquoted cell opens nothing."""
    separator, quote = re.escape(dialect.separator), re.escape(dialect.quote)
    inside = f"[^{quote}]*+"
    begins = rf"{quote}(?:(?<=[\r\n{separator}]{quote})|(?<=\A{quote}))"  # a letter first: it is looked for fast
    return re.compile(rf"{begins}{inside}(?:{quote}{quote}{inside})*+(?:{quote}|\Z)")


def _end_of_rows(text: str, quoted: re.Pattern[str]) -> int:
    """Where the last complete row ends; 0 where there is none."""
    mark = "\n" if "\n" in text else "\r"
    spans = [match.span() for match in quoted.finditer(text)]
    end = len(text) - (mark == "\r")  # a line feed may follow the last letter
    while (place := text.rfind(mark, 0, end)) >= 0:
        while spans and spans[-1][0] > place:
            spans.pop()
        if not spans or spans[-1][1] <= place:
            return place + 1
        end = spans[-1][0]
    return 0
