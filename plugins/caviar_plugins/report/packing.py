"""Arrays of numbers as text in JSON: base64 of little-endian bytes, a third of the size of digits, and read at once."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from math import isfinite
from typing import Any

from caviar.plugin import Array

Packed = dict[str, str]
"""One entry, the type of the numbers -> their bytes; `unpack` in page/data.js reads it."""


def floats(numbers: Iterable[float | None] | Array) -> Packed:
    """float32, about seven digits: enough for a picture; float64 where a number is beyond it. None is NaN."""
    import numpy

    if not isinstance(numbers, numpy.ndarray):
        numbers = numpy.asarray([numpy.nan if each is None else each for each in numbers], dtype=numpy.float64)
    with numpy.errstate(over="ignore", under="ignore"):
        short = numbers.astype("<f4")
    beyond = numpy.isfinite(numbers) & (~numpy.isfinite(short) | ((short == 0) & (numbers != 0)))
    kind, kept = ("f64", numbers.astype("<f8")) if beyond.any() else ("f32", short)
    return {kind: b64encode(kept.tobytes()).decode()}


def whole(numbers: Iterable[int] | Array) -> Packed:
    """Whole numbers from 0, in the fewest bytes that hold the largest."""
    import numpy

    if not isinstance(numbers, numpy.ndarray):
        numbers = numpy.asarray(list(numbers), dtype=numpy.int64)
    most = int(numbers.max(initial=0))
    kind = "u8" if most < 2**8 else "u16" if most < 2**16 else "u32"
    return {kind: b64encode(numbers.astype(f"<u{int(kind[1:]) // 8}").tobytes()).decode()}


def number(value: Any) -> float | str | None:
    """One number for JSON, with six digits; none where it is not finite."""
    return float(f"{value:.6g}") if value is not None and isfinite(value) else None


def plain(value: Any) -> Any:
    """Any value of a hyperparameter for JSON: what JSON lacks is its text."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, float)):
        return value if isfinite(value) else str(value)
    return str(value)
