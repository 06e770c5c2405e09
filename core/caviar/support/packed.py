"""Values as bytes, for another process: a JSON header, then the arrays as they lie in memory; reading runs no code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeAlias

from caviar.values.arrays import Array
from caviar.values.dataset import Dataset, Split
from caviar.values.inputs import InputColumn, Inputs
from caviar.values.metrics import Metrics
from caviar.values.run import EpochInfo
from caviar.values.segment import MemberOutcome, Outcome, Segment
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
        Task,
    )
}
_ALIGNMENT = 64  # a cache line, so that arrays in shared memory lie as NumPy's own would


def pack(value: Any) -> list[Buffer]:
    """A value as pieces of bytes, of which arrays' pieces share their memory.

    A value is None, a bool, a number, a text, an array, a list, tuple or mapping (from text) of values, or one of the
    frozen values that executors deal with, such as Segment, Outcome and Dataset.
    """
    arrays: list[Array] = []
    text = json.dumps(_plain(value, arrays)).encode()
    head = len(text).to_bytes(8, "little") + text
    pieces: list[Buffer] = [head, _padding(len(head))]
    for array in arrays:
        pieces += [array.reshape(-1).view("uint8").data, _padding(array.nbytes)]
    return pieces


def unpack(packed: Any) -> Any:
    """The value in some bytes; its arrays are read-only views of them."""
    view = memoryview(packed).toreadonly()
    start = 8 + int.from_bytes(view[:8], "little")
    return _Reader(view, start + len(_padding(start))).value(json.loads(bytes(view[8:start])))


def _plain(value: Any, arrays: list[Array]) -> Any:
    """What JSON can say: scalars as they are, all else as [what it is, its content]."""
    import numpy

    if isinstance(value, TrialState):
        return ["TrialState", value.value]
    if isinstance(value, Mapping):
        return ["mapping", {name: _plain(each, arrays) for name, each in value.items()}]
    if isinstance(value, (list, tuple)):
        return [type(value).__name__, [_plain(each, arrays) for each in value]]
    if isinstance(value, numpy.ndarray):
        arrays.append(numpy.asarray(value, order="C"))
        return ["array", [value.dtype.str, value.shape]]
    if is_dataclass(value):
        return [type(value).__name__, [_plain(getattr(value, field.name), arrays) for field in fields(value)]]
    return value


class _Reader:
    """Reads values in the order in which they were packed."""

    def __init__(self, view: memoryview, place: int) -> None:
        self._view, self._place = view, place

    def value(self, plain: Any) -> Any:
        if not isinstance(plain, list):
            return plain
        what, content = plain
        if what == "TrialState":
            return TrialState(content)
        if what == "mapping":
            return {name: self.value(each) for name, each in content.items()}
        if what == "array":
            return self._array(*content)
        values = [self.value(each) for each in content]
        return values if what == "list" else tuple(values) if what == "tuple" else _CLASSES[what](*values)

    def _array(self, dtype: str, shape: list[int]) -> Array:
        import numpy

        kind = numpy.dtype(dtype)
        array = numpy.frombuffer(self._view, kind, numpy.prod(shape, dtype=int), self._place).reshape(shape)
        self._place += array.nbytes + len(_padding(array.nbytes))
        return array


def _padding(size: int) -> bytes:
    return bytes(-size % _ALIGNMENT)
