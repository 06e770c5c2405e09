"""IDX: images or other arrays with labels, in the format of MNIST's files."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Collection
from math import prod
from pathlib import Path
from typing import IO, cast

from caviar.plugin import Array, ColumnHead, Data, DataError, Head, Table, setting

from caviar_plugins.unpacking import refuse_growth

_TYPES = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
_BYTES, _FLOATS = 8, 13  # codes of types
_MOST = 1 << 33  # values


class IDX(Data, interface=2):
    """`path` holds the features, one row per example, `labels` the target; both may be packed with gzip.

    Files of a test part are named by `test_path` and `test_labels`. `pipe predict` needs the features alone.
    """

    suffixes = ("idx", "idx1-ubyte", "idx3-ubyte")

    path: Path = setting(default=...)
    labels: Path = setting(default=...)
    target: str = "label"
    test_path: Path | None = None
    test_labels: Path | None = None

    def read(self) -> Table:
        import numpy

        x, y = _array(self.path), _array(self.labels)
        _fit(self.path, x, self.labels, y)
        test = numbers = None
        if self.test_path is not None and self.test_labels is not None:
            more, truth = _array(self.test_path), _array(self.test_labels)
            _fit(self.test_path, more, self.test_labels, truth)
            if more.shape[1:] != x.shape[1:]:
                raise DataError(f"{self.test_path}: rows of shape {more.shape[1:]}; those to learn from {x.shape[1:]}")
            test = numpy.arange(len(x) + len(more)) >= len(x)
            numbers = numpy.concatenate([numpy.arange(len(x)), numpy.arange(len(more))])
            x, y = numpy.concatenate([x, more]), numpy.concatenate([y, truth])
        elif self.test_path is not None or self.test_labels is not None:
            raise DataError(f"{self.path}: test_path and test_labels belong together; one is missing")
        return Table({"x": x, self.target: y}, (self.target,), test, numbers=numbers)

    def read_rows(self, words: Collection[str] = ()) -> Table:
        return Table({"x": _array(self.path)}, ())

    def head(self) -> Head:
        (code, shape), (kind, labelled) = _shape(self.path), _shape(self.labels)
        test = _shape(self.test_path)[1][0] if self.test_path is not None else 0
        if labelled != shape[:1]:
            raise DataError(f"{self.labels}: shape {labelled} does not fit {shape[0]:,} rows of {self.path.name}")
        pixels = ColumnHead("x", "numbers", shape[1:], whole=code < _FLOATS, missing=None)
        with _opened(self.labels) as file:
            distinct = len(set(file.read(8 + prod(labelled))[8:])) if kind == _BYTES else None
        labels = ColumnHead(self.target, "numbers", distinct=distinct, whole=True)
        return Head((pixels,), (labels,), shape[0] + test, test=test, seen=shape[0], reading=prod(shape))


def _opened(path: Path) -> IO[bytes]:
    """The bytes without compression. Raises DataError."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        return cast(IO[bytes], gzip.open(path) if packed else path.open("rb"))
    except FileNotFoundError:
        raise DataError(f"{path}: there is no such file") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from None


def _shape(path: Path) -> tuple[int, tuple[int, ...]]:
    """The code of the type, and the shape. Raises DataError."""
    with _opened(path) as file:
        return _header(path, file)


def _header(path: Path, file: IO[bytes]) -> tuple[int, tuple[int, ...]]:
    try:
        start = file.read(4)
        if len(start) < 4 or start[:2] != b"\0\0" or start[2] not in _TYPES or not start[3]:
            raise DataError(f"{path}: not an IDX file, which begins with two zeros, a type and the number of axes")
        sizes = file.read(4 * start[3])
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: damaged: {error}") from None
    shape = tuple(int.from_bytes(sizes[place : place + 4], "big") for place in range(0, len(sizes), 4))
    if len(shape) < start[3] or 0 in shape or prod(shape) > _MOST:
        raise DataError(f"{path}: damaged: it states the shape {shape}")
    if isinstance(file, gzip.GzipFile):
        refuse_growth(path, prod(shape) * int(_TYPES[start[2]][-1]))
    return start[2], shape


def _array(path: Path) -> Array:
    """The values in the machine's byte order. Raises DataError."""
    import numpy

    with _opened(path) as file:
        code, shape = _header(path, file)
        kind = numpy.dtype(_TYPES[code])
        try:
            content = file.read(prod(shape) * kind.itemsize + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise DataError(f"{path}: damaged: {error}") from None
    if len(content) != prod(shape) * kind.itemsize:
        raise DataError(f"{path}: damaged: it states the shape {shape}, and holds {len(content):,} bytes of values")
    values: Array = numpy.frombuffer(content, kind).reshape(shape)
    return values.astype(kind.newbyteorder("="))


def _fit(path: Path, x: Array, labels: Path, y: Array) -> None:
    if y.shape != x.shape[:1]:
        raise DataError(f"{labels}: shape {y.shape} does not fit {len(x):,} rows of {path.name}")
