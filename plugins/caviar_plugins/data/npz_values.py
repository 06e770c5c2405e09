"""The different values of an archive's target, read without NumPy."""

from __future__ import annotations

import struct
import zipfile
from array import array
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from sys import byteorder
from typing import Any

from caviar.plugin import EXACT_WHOLE, DataError

from caviar_plugins.data.npz_head import ArrayHead, damaged

MOST = 1 << 24
"""Bytes of an array that `pipe check` looks through."""
_CODES = {"b1": "B", "i1": "b", "i2": "h", "i4": "i", "i8": "q", "u1": "B", "u2": "H", "u4": "I", "u8": "Q"}
_CODES |= {"f4": "f", "f8": "d"}


def values_of(path: Path, archive: zipfile.ZipFile, head: ArrayHead) -> Sequence[Any]:
    """The first values of an array of one axis, all where it is no longer than MOST bytes. Raises DataError."""
    count = min(head.shape[0], MOST // head.size) if head.size else head.shape[0]
    with archive.open(head.name) as file:
        file.read(head.start)
        content = file.read(count * head.size)
    if len(content) < count * head.size:
        raise damaged(path, f"{head.name} ends within its values")
    if head.code == "U":
        return _texts(path, content, head, count)
    if head.code == "f" and head.size == 2:
        return [value for (value,) in struct.iter_unpack(">e" if head.big_endian else "<e", content)]
    found = array(_CODES[f"{head.code}{head.size}"], content)
    if head.big_endian == (byteorder == "little") and head.size > 1:
        found.byteswap()
    return found


def first_unusable(values: Sequence[Any]) -> int | None:
    """The place of the first that is no finite number, words aside."""
    return next((place for place, value in enumerate(values) if isinstance(value, float) and not isfinite(value)), None)


def rounded(values: Sequence[Any], head: ArrayHead) -> bool:
    """Whether float64 cannot hold all of them, which are whole."""
    return head.code in "iu" and bool(values) and max(max(values), -min(values)) > EXACT_WHOLE


def unusable(path: Path, name: str, place: int) -> DataError:
    """The message about a target that is NaN or infinite."""
    return DataError(f"{path}: {name} is not a finite number in row {place + 1}; correct it or remove the row")


def no_text(path: Path, name: str) -> DataError:
    """The message about words with numbers in them that stand for no letter."""
    return DataError(f"{path}: {name} holds words with invalid characters; save it again with numpy.savez")


def _texts(path: Path, content: bytes, head: ArrayHead, count: int) -> Sequence[str]:
    try:
        whole = content.decode("utf-32-be" if head.big_endian else "utf-32-le", "surrogatepass")
    except UnicodeDecodeError:
        raise no_text(path, head.name.removesuffix(".npy")) from None
    wide = head.size // 4
    return [whole[place * wide : (place + 1) * wide].rstrip("\0") for place in range(count)]
