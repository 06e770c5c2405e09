"""The head of a NumPy archive: shapes and types of its arrays, read without NumPy."""

from __future__ import annotations

import ast
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from math import prod
from pathlib import Path

from caviar import ColumnHead, ColumnKind, DataError

_KINDS: dict[str, ColumnKind] = {"b": "flags", "U": "words", "f": "numbers", "i": "numbers", "u": "numbers"}
_MOST = 1 << 24  # bytes of a target that are looked through for its different values


@dataclass(frozen=True)
class ArrayHead:
    """`distinct` counts the different values of a short array of one axis."""

    shape: tuple[int, ...]
    kind: ColumnKind | None
    whole: bool
    distinct: int | None

    def column(self, name: str) -> ColumnHead:
        """As a column of the table."""
        return ColumnHead(name, self.kind or "words", prod(self.shape[1:]), self.distinct, self.whole)


def array_heads(path: Path) -> dict[str, ArrayHead]:
    """Every array of the archive by its name in lower case. Raises DataError."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.endswith(".npy")]
            return {name.removesuffix(".npy").lower(): _head(archive, name) for name in names}
    except FileNotFoundError:
        raise DataError(f"{path}: there is no such file") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (ValueError, SyntaxError, LookupError, TypeError, EOFError, struct.error, zlib.error) as error:
        raise DataError(f"{path}: not a NumPy archive that can be read: {error}") from None
    except zipfile.BadZipFile:
        raise DataError(f"{path}: not a NumPy archive; numpy.savez writes them") from None


def _head(archive: zipfile.ZipFile, name: str) -> ArrayHead:
    """Source: the NPY format's description, numpy.lib.format."""
    with archive.open(name) as file:
        magic = file.read(8)
        if magic[:6] != b"\x93NUMPY":
            raise ValueError(f"{name} is no array")
        length = struct.unpack("<H", file.read(2)) if magic[6] == 1 else struct.unpack("<I", file.read(4))
        header = ast.literal_eval(file.read(length[0]).decode("latin1"))
        shape, descr = tuple(header["shape"]), str(header["descr"])
        size = _bytes_per_value(descr)
        distinct = None
        if len(shape) == 1 and size and shape[0] * size <= _MOST:
            content = file.read(shape[0] * size)
            distinct = len({content[start : start + size] for start in range(0, len(content), size)})
    return ArrayHead(shape, _KINDS.get(descr[1]), descr[1] in "iu", distinct)


def _bytes_per_value(descr: str) -> int:
    found = re.fullmatch(r"[<>|=]([biufU])(\d+)", descr)
    return 0 if not found else int(found[2]) * (4 if found[1] == "U" else 1)
