"""Files of text, unpacked and in UTF-8, whole or their first rows."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from caviar.plugin import DataError

from caviar_plugins.tables.encoding import PIECE, decoded, guessed
from caviar_plugins.tables.engine import connected
from caviar_plugins.tables.sql import one_file, quoted
from caviar_plugins.unpacking import refuse_growth

PACKED = (".gz", ".zst")
"""Suffixes of files that are unpacked first."""


@dataclass(frozen=True)
class PlainText:
    """`path` is the file that users know, `file` where its text lies.

    `cut`: the text goes on behind what is there; `size` is then how many bytes there would be in all. `above` lines of
    what users know stand above the text.
    """

    path: Path
    file: Path
    encoding: str
    cut: bool
    size: int
    above: int = 0


def plain_text(path: Path, encoding: str | None, limit: int | None, folder: Path) -> PlainText:
    """The text of a file, whole or the complete rows of its first `limit` bytes. Raises DataError."""
    with told(path):
        source = unpacked(path, folder, limit)
        length = source.stat().st_size
        part = length if limit is None or length <= limit else limit
        found = encoding or guessed(path, _pieces(source, part), part == length)
        if part == length and found == "utf-8":
            if encoding is not None:  # as said, not as guessed: a damaged letter is reported here
                for _ in decoded(path, _pieces(source, part), found, complete=True):
                    pass
            return PlainText(path, source, found, False, length)
        target = folder / "text.csv"
        if part == length:
            with target.open("w", encoding="utf-8", newline="") as file:
                file.writelines(decoded(path, _pieces(source, part), found, complete=True))
            return PlainText(path, target, found, False, target.stat().st_size)
        text = "".join(decoded(path, _pieces(source, part), found, complete=False)).encode()
        rows = text[: _last_row(text)]
        if not rows:  # one row is longer than the limit
            return plain_text(path, encoding, None, folder)
        target.write_bytes(rows)
        times = length / part * (_growth(path, source) if source != path else 1.0)
        return PlainText(path, target, found, True, round(len(text) * times))


def unpacked(path: Path, folder: Path, limit: int | None) -> Path:
    """The bytes without compression; where there is a limit, some more than that."""
    suffix, target = path.suffix.lower(), folder / "unpacked"
    if suffix == ".gz":
        with gzip.open(path) as source, target.open("wb") as file:
            while (piece := source.read(PIECE if limit is None else limit + 1)) and file.write(piece):
                if limit is not None and file.tell() > limit:
                    break
                refuse_growth(path, file.tell())
        return target
    if suffix != ".zst":
        return path
    layout = "auto_detect=false, header=false, delim='\x01', quote='', escape='', max_line_size=1000000000"
    with connected(folder) as connection:  # duckdb unpacks Zstandard, which Python before 3.14 cannot
        lines = f"read_csv({one_file(path)}, compression='zstd', columns={{'line': 'VARCHAR'}}, {layout})"
        refuse_growth(path, connection.execute(f"SELECT sum(strlen(line) + 1) FROM {lines}").fetchone()[0] or 0)
        into = f"{quoted(str(target))} (FORMAT csv, HEADER false, DELIMITER '\x01', QUOTE '', ESCAPE '')"
        connection.execute(f"COPY (SELECT * FROM {lines}) TO {into}")
    return target


def _growth(path: Path, source: Path) -> float:
    """How many times longer than `source` the whole text of a packed file is, about."""
    if path.suffix.lower() != ".gz":
        return 1.0
    packed = len(zlib.compress(source.read_bytes(), 6))
    return max(1.0, path.stat().st_size / packed)


def _pieces(source: Path, length: int) -> Iterator[bytes]:
    with source.open("rb") as file:
        while length > 0 and (piece := file.read(min(PIECE, length))):
            length -= len(piece)
            yield piece


def _last_row(text: bytes) -> int:
    """Where the last complete row ends: behind a line break at which no quote is open."""
    inside, end = text.count(b'"') % 2, len(text)
    while (place := text.rfind(b"\n", 0, end)) >= 0:
        inside = (inside + text.count(b'"', place, end)) % 2
        if not inside:
            return place + 1
        end = place
    return 0


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turns errors of the system about the file into a DataError."""
    import duckdb

    try:
        yield
    except FileNotFoundError:
        raise DataError(f"{path}: there is no such file") from None
    except (EOFError, zlib.error, gzip.BadGzipFile, duckdb.Error) as error:
        raise DataError(f"{path}: damaged: {' '.join(str(error).split())[:200]}; pack it again") from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from error
