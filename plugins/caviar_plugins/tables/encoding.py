"""Which encoding the bytes of a text are in."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from caviar.plugin import DataError

PIECE = 1 << 24
"""Bytes that are decoded at a time."""
_MARKS = {
    **{codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32"},  # the first begins like the next
    **{codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"},
}
_START = 4096  # bytes in which NULs tell UTF-16 without a mark


def guessed(path: Path, pieces: Iterator[bytes], complete: bool) -> str:
    """UTF-8 if the text can be that, UTF-16 by its mark or its NULs, UTF-32 by its mark, else Windows-1252 or Latin-1.

    Raises DataError for UTF-8 with some damaged letters, which another encoding would turn into garbage.
    """
    first = next(pieces, b"")
    for mark, name in _MARKS.items():
        if first.startswith(mark):
            return name
    start = first[:_START]
    for place, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        if start[place::2].count(0) > 0.4 * max(len(start) // 2, 1) > start[1 - place :: 2].count(0):
            return name
    return _eight_bits(path, first, pieces, complete)


def _eight_bits(path: Path, first: bytes, pieces: Iterator[bytes], complete: bool) -> str:
    decoder, right, line = codecs.getincrementaldecoder("utf-8")(), 0, 1
    last, piece = b"", first
    try:
        while piece:
            text = decoder.decode(piece)
            right += 0 if text.isascii() else sum(letter > "\x7f" for letter in text)
            line += piece.count(b"\n")
            last, piece = piece, next(pieces, b"")
        decoder.decode(b"", complete)
        return "utf-8"
    except UnicodeDecodeError as error:
        wrong = piece or last
        kept = wrong.decode("utf-8", "ignore")
        right += sum(letter > "\x7f" for letter in kept) if piece else 0
        if right > len(wrong) - len(kept.encode()):
            line += error.object.count(b"\n", 0, error.start)
            raise DataError(f"{path}:{line}: not in UTF-8; save the file as UTF-8") from None
    open_bytes = (0x81, 0x8D, 0x8F, 0x90, 0x9D)  # to which Windows-1252 gives no letter
    rest = (wrong, *pieces)
    return "latin-1" if any(code in each for each in rest for code in open_bytes) else "cp1252"


def decoded(path: Path, pieces: Iterator[bytes], encoding: str, complete: bool) -> Iterator[str]:
    """The text, piece by piece; where it is not complete, its last letter may lack bytes and is left out.

    Raises DataError.
    """
    lines = 1
    try:
        decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)()
        for piece in pieces:
            text = decoder.decode(piece)
            yield text
            lines += text.count("\n")
        if complete:
            yield decoder.decode(b"", True)
    except UnicodeDecodeError as error:
        line = lines + bytes(error.object[: error.start]).count(b"\n")
        raise DataError(f"{path}:{line}: not in {encoding}; name the encoding of the file in [data]") from None
    except LookupError:
        raise DataError(f'{path}: there is no encoding \'{encoding}\'; "latin-1" or "utf-16" may be meant') from None
