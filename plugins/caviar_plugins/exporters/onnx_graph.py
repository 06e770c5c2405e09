"""A graph of ONNX under construction: nodes and constants, whose names no column has."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import count
from typing import Any, TypeAlias

from caviar.plugin import Array

Value: TypeAlias = str
"""The name of what a node computes."""
TYPES = {"float32": "FLOAT", "float64": "DOUBLE", "int64": "INT64", "bool": "BOOL", "str": "STRING"}
"""NumPy's name of a type -> that of ONNX."""


class Graph:
    """Arguments of `add` are values, or arrays, which become constants; `taken` are names of inputs and outputs."""

    def __init__(self, taken: Collection[str]) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._names: Iterator[str] = (name for place in count() if (name := f"v{place}") not in taken)

    def add(self, op: str, *arguments: Value | Array, domain: str = "", **attributes: Any) -> Value:
        """The only output of a new node."""
        from onnx import helper

        inputs = [each if isinstance(each, str) else self.constant(each) for each in arguments]
        output = next(self._names)
        self.nodes.append(helper.make_node(op, inputs, [output], domain=domain, **attributes))
        return output

    def named(self, value: Value, output: str) -> None:
        """Gives a value the name of an output of the graph."""
        from onnx import helper

        self.nodes.append(helper.make_node("Identity", [value], [output]))

    def constant(self, array: Array) -> Value:
        """A constant: an array of numbers, or an object array of texts."""
        import numpy
        from onnx import helper, numpy_helper

        name = next(self._names)
        if array.dtype.kind in "OU":
            texts = [str(each).encode() for each in array.ravel()]
            self.constants.append(helper.make_tensor(name, type_of("str"), array.shape, texts))
        else:
            self.constants.append(numpy_helper.from_array(numpy.asarray(array, order="C"), name))
        return name

    def cast(self, value: Value, dtype: str) -> Value:
        """The value as another type."""
        return self.add("Cast", value, to=type_of(dtype))

    def flat(self, value: Value, width: int) -> Value:
        """(rows, …) as (rows, width)."""
        import numpy

        return self.add("Reshape", value, numpy.asarray([-1, width]))


def type_of(dtype: str) -> int:
    """ONNX's number of a type."""
    from onnx import TensorProto

    number: int = getattr(TensorProto, TYPES[dtype])
    return number
