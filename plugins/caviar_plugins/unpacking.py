"""How large compressed files may become: a small file that fills the memory or the disk is refused by its size."""

from __future__ import annotations

from pathlib import Path

from caviar.plugin import DataError

LARGE = 256 << 20
"""Bytes; what becomes larger than these must not grow more than MOST times."""
MOST = 100


def grows(packed: int, size: int) -> bool:
    """Whether so many compressed bytes become more than a table or an array that someone compressed does."""
    return size > LARGE and size > MOST * packed


def refuse_growth(path: Path, size: int, what: str = "it") -> None:
    """Raises DataError for a compressed file that becomes so many bytes, or more, if that is too many."""
    packed = path.stat().st_size
    if grows(packed, size):
        raise DataError(
            f"{path}: {what} would grow from {packed:,} to {size:,} bytes or more, more than {MOST} times; if that is "
            "right, unpack it and name the unpacked file"
        )
