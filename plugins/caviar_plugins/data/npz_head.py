"""The heads of a NumPy archive's arrays: names, shapes and types, read without NumPy and within stated limits."""

from __future__ import annotations

import ast
import re
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from pathlib import Path
from struct import error as StructError
from typing import IO

from caviar.plugin import ColumnKind, DataError

from caviar_plugins.unpacking import MOST, grows

LONGEST_HEADER = 10_000
"""Bytes; numpy.load has the same limit."""

_KINDS: dict[str, ColumnKind] = {"b": "flags", "U": "words", "f": "numbers", "i": "numbers", "u": "numbers"}
_NAMES = {"b": "bool", "f": "float", "i": "int", "u": "uint", "c": "complex", "U": "text", "S": "bytes"}
_NAMES |= {"O": "object", "M": "datetime64", "m": "timedelta64", "V": "void"}
_PLAIN = re.compile(r"([<>|=])(b1|[iu][1248]|f[248]|U\d{1,9})", re.ASCII)
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 1  # a bit of a member's flags
_LENGTHS = {1: 2, 2: 4, 3: 4}  # bytes that tell the header's length, by version


@dataclass(frozen=True)
class ArrayHead:
    """`name` is that of the archive's member, `dtype` NumPy's name of it; `kind` is None where no column can hold it.

    `code` is one of biufU, `size` the bytes of a value, `start` those before the first value.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    kind: ColumnKind | None
    code: str
    size: int
    big_endian: bool
    start: int

    @property
    def width(self) -> int:
        """Values a row."""
        return prod(self.shape[1:])


@contextmanager
def archive_of(path: Path) -> Iterator[zipfile.ZipFile]:
    """An archive, opened; what is wrong with it is a DataError that names the file."""
    try:
        with zipfile.ZipFile(path) as archive:
            try:
                yield archive
            except zipfile.BadZipFile as error:
                raise damaged(path, error) from None
    except FileNotFoundError:
        raise DataError(f"{path}: there is no such file") from None
    except zipfile.BadZipFile:
        raise DataError(f"{path}: not a NumPy archive; numpy.savez writes them") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from error
    except MemoryError:
        raise DataError(f"{path}: its arrays do not fit into memory; take fewer rows or a smaller dtype") from None
    except (ValueError, EOFError, LookupError, RuntimeError, ArithmeticError, zlib.error, StructError) as error:
        raise damaged(path, error) from None


def damaged(path: Path, why: object) -> DataError:
    """The message about an archive whose bytes contradict each other."""
    return DataError(f"{path}: damaged: {' '.join(str(why).split())}; save it again with numpy.savez")


def names_in(archive: zipfile.ZipFile) -> dict[str, str]:
    """The names of its arrays in lower case (X and x are both common), each with its member's."""
    members = (name for name in archive.namelist() if name.endswith(".npy"))
    return {name.removesuffix(".npy").lower(): name for name in members}


def array_heads(path: Path, archive: zipfile.ZipFile, wanted: Collection[str]) -> dict[str, ArrayHead]:
    """The heads of the wanted arrays that are there; no other member is looked at. Raises DataError."""
    return {name: _head(path, archive, member) for name, member in names_in(archive).items() if name in wanted}


def _head(path: Path, archive: zipfile.ZipFile, member: str) -> ArrayHead:
    """Source: the NPY format's description, numpy.lib.format."""
    info = archive.getinfo(member)
    if info.flag_bits & _ENCRYPTED:
        raise DataError(f"{path}: {member} is encrypted; save it again with numpy.savez")
    if info.compress_type not in _COMPRESSIONS:
        text = f"{member} is compressed by a method that NumPy does not use"
        raise DataError(f"{path}: {text}; save it again with numpy.savez or numpy.savez_compressed")
    if grows(info.compress_size, info.file_size):
        text = f"{member} would grow from {info.compress_size:,} to {info.file_size:,} bytes, more than"
        raise DataError(f"{path}: {text} {MOST} times; if that is right, save it again with numpy.savez")
    with archive.open(info) as file:
        start, header = _header(path, member, file)
    shape, described = _fields(path, member, header)
    plain = _PLAIN.fullmatch(described) if isinstance(described, str) else None
    code = plain[2][0] if plain else ""
    size = int(plain[2][1:]) * (4 if code == "U" else 1) if plain else 0
    if plain and start + prod(shape) * size > info.file_size:
        text = f"{member} is to hold {prod(shape):,} values of {size} bytes and holds {info.file_size - start:,} bytes"
        raise damaged(path, text)
    big_endian = plain is not None and plain[1] == ">"
    return ArrayHead(member, shape, _dtype(described), _KINDS.get(code), code, size, big_endian, start)


def _header(path: Path, member: str, file: IO[bytes]) -> tuple[int, str]:
    """Where the values begin, and the header's text."""
    magic = file.read(8)
    if magic[:6] != b"\x93NUMPY" or len(magic) < 8 or magic[6] not in _LENGTHS:
        raise damaged(path, f"{member} is not an array")
    size = _LENGTHS[magic[6]]
    length = int.from_bytes(file.read(size), "little")
    if length > LONGEST_HEADER:
        raise DataError(
            f"{path}: {member} has a header of {length:,} bytes, and {LONGEST_HEADER:,} are the most; save plain "
            "arrays of numbers or words"
        )
    header = file.read(length)
    if len(header) < length:
        raise damaged(path, f"{member} ends within its header")
    return 8 + size + length, header.decode("utf-8" if magic[6] == 3 else "latin1")


def _fields(path: Path, member: str, header: str) -> tuple[tuple[int, ...], object]:
    """The shape and the description of the type."""
    try:
        fields = ast.literal_eval(header)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        raise damaged(path, f"the header of {member} cannot be parsed") from None
    if not isinstance(fields, dict) or set(fields) != {"descr", "fortran_order", "shape"}:
        raise damaged(path, f"the header of {member} is not NumPy's")
    shape = fields["shape"]
    if type(shape) is not tuple or any(type(each) is not int or each < 0 for each in shape):
        raise damaged(path, f"the header of {member} states no shape")
    if type(fields["fortran_order"]) is not bool:
        raise damaged(path, f"the header of {member} states no order of its values")
    if max(shape, default=0) >= 1 << 63 or prod(shape) >= 1 << 63:
        raise damaged(path, f"the header of {member} states an impossible shape")
    return shape, fields["descr"]


def _dtype(described: object) -> str:
    """NumPy's name of a type: "<f8" -> float64."""
    found = re.fullmatch(r"[<>|=]?([a-zA-Z])(\d{0,9})(\[\w+\])?", described) if isinstance(described, str) else None
    if found is None or found[1] not in _NAMES:
        return "structured"
    bits = str(8 * int(found[2])) if found[1] in "iufc" and found[2] else ""
    return _NAMES[found[1]] + bits
