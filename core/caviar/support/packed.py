"""Values as bytes for another process: a JSON header, then the arrays' memory; reading runs no code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import partial
from typing import Any, TypeAlias

from caviar.support.plain import from_plain, to_plain
from caviar.values.arrays import Array
from caviar.values.dataset import Dataset, Split
from caviar.values.inputs import InputColumn, Inputs
from caviar.values.metrics import Metrics
from caviar.values.run import EpochInfo
from caviar.values.segment import MemberOutcome, Outcome, Segment
from caviar.values.target_scale import TargetScale
from caviar.values.task import Task
from caviar.values.trial import TrialState

Buffer: TypeAlias = bytes | memoryview

_CLASSES: Mapping[str, type[Any]] = {
    each.__name__: each
    for each in (
        Dataset,
        EpochInfo,
        InputColumn,
        Inputs,
        MemberOutcome,
        Metrics,
        Outcome,
        Segment,
        Split,
        TargetScale,
        Task,
    )
}
_ALIGNMENT = 64  # a cache line, so that arrays in shared memory lie as NumPy's own would


def pack(value: Any) -> list[Buffer]:
    """A value as pieces of bytes; those of arrays share the arrays' memory.

    A value is None, a bool, a number, a text, an array, a list, tuple or mapping (from text) of values, or one of the
    frozen values that executors deal with, such as Segment, Outcome and Dataset.
    """
    arrays: list[Array] = []
    text = json.dumps(to_plain(value, partial(_marked, arrays=arrays)), allow_nan=False).encode()
    head = len(text).to_bytes(8, "little") + text
    pieces: list[Buffer] = [head, _padding(len(head))]
    for array in arrays:
        pieces += [array.reshape(-1).view("uint8").data, _padding(array.nbytes)]
    return pieces


def unpack(packed: Any) -> Any:
    """The value in some bytes; its arrays are read-only views of them."""
    view = memoryview(packed).toreadonly()
    start = 8 + int.from_bytes(view[:8], "little")
    return from_plain(json.loads(bytes(view[8:start])), _Reader(view, start + len(_padding(start))).make)


def _marked(value: Any, arrays: list[Array]) -> tuple[str, Any] | None:
    """The mark and content of a frozen value; for an array, which is collected, its type and shape."""
    import numpy

    if isinstance(value, TrialState):
        return "TrialState", value.value
    if isinstance(value, numpy.ndarray):
        arrays.append(numpy.asarray(value, order="C"))
        return "array", (value.dtype.str, value.shape)
    if is_dataclass(value):
        return type(value).__name__, tuple(getattr(value, field.name) for field in fields(value))
    return None


class _Reader:
    """Creates values in the order in which they were packed."""

    def __init__(self, view: memoryview, place: int) -> None:
        self._view, self._place = view, place

    def make(self, mark: str, content: Any) -> Any:
        if mark == "TrialState":
            return TrialState(content)
        return self._array(*content) if mark == "array" else _CLASSES[mark](*content)

    def _array(self, dtype: str, shape: tuple[int, ...]) -> Array:
        import numpy

        kind = numpy.dtype(dtype)
        array = numpy.frombuffer(self._view, kind, numpy.prod(shape, dtype=int), self._place).reshape(shape)
        self._place += array.nbytes + len(_padding(array.nbytes))
        return array


def _padding(size: int) -> bytes:
    return bytes(-size % _ALIGNMENT)
