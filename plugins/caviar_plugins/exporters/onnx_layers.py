"""Layers, heads and scales of targets in ONNX: a is a value of (rows, inputs) in the model's type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import pi, sqrt
from typing import Any

from caviar.plugin import Array, MemberDescription, Operation, TargetScale

from caviar_plugins.exporters.lines import lines
from caviar_plugins.exporters.onnx_columns import on_lines
from caviar_plugins.exporters.onnx_graph import Graph, Value

_LARGEST = 709.0  # its exponential is nearly the largest float64


def answered(graph: Graph, member: MemberDescription, inputs: Value) -> Value:
    """Probabilities (rows, classes), or targets (rows, targets) in float64; NaN in rows whose inputs are not finite."""
    import numpy

    a, width = inputs, member.inputs.width
    kept = a
    for each in member.layers:
        if each.name == "keep":
            kept = a
        elif each.name == "add":
            a = graph.add("Add", a, kept)
        else:
            a, width = _layer(graph, member.dtype, a, width, each)
    answer = _HEADS[member.head.name](graph, a)
    nothing = graph.add("Mul", inputs, numpy.zeros((), member.dtype))
    lost = graph.add("ReduceSum", nothing, numpy.asarray([1]), keepdims=1)
    answer = graph.add("Add", answer, lost)
    if not member.scales:
        return answer
    parts = [_in_units(graph, answer, place, scale) for place, scale in enumerate(member.scales)]
    return parts[0] if len(parts) == 1 else graph.add("Concat", *parts, axis=1)


def _layer(graph: Graph, dtype: str, a: Value, width: int, operation: Operation) -> tuple[Value, int]:
    """The layer's output and its width."""
    import numpy

    constants: dict[str, Any] = {
        name: value if isinstance(value, tuple) or name == "columns" else numpy.asarray(value, dtype)
        for name, value in operation.constants.items()
    }
    if operation.name == "dense":
        product = graph.add("MatMul", a, constants["weight"])
        return graph.add("Add", product, constants["bias"]), constants["weight"].shape[1]
    if "columns" in constants:
        columns = constants.pop("columns")
        rest = numpy.setdiff1d(numpy.arange(width), columns)
        taken = graph.add("Gather", a, numpy.asarray(columns, numpy.int64), axis=1)
        made, wide = _EMBEDDINGS[operation.name](graph, taken, **constants)
        if not len(rest):
            return made, wide
        return graph.add("Concat", graph.add("Gather", a, rest, axis=1), made, axis=1), len(rest) + wide
    if operation.name == "parametric":
        alpha, (of,) = constants.pop("alpha"), constants.pop("of")
        change = graph.add("Sub", _ACTIVATIONS[of](graph, dtype, a, **constants), a)
        return graph.add("Add", a, graph.add("Mul", alpha, change)), width
    return _ACTIVATIONS[operation.name](graph, dtype, a, **constants), width


def _waves(graph: Graph, x: Value, frequency: Array, phase: Array) -> Value:
    """(rows, numbers, frequencies)"""
    import numpy

    spread = graph.add("Unsqueeze", x, numpy.asarray([2]))
    turns = numpy.asarray(2 * pi * frequency.astype(numpy.float64), frequency.dtype)
    return graph.add("Cos", graph.add("Add", graph.add("Mul", spread, turns), phase))


def _beside(graph: Graph, waves: Value, x: Value, width: int) -> Value:
    """The values of one number after those of another, each followed by the number itself."""
    import numpy

    spread = graph.add("Unsqueeze", x, numpy.asarray([2]))
    return graph.flat(graph.add("Concat", waves, spread, axis=2), width)


def _cosines(graph: Graph, x: Value, frequency: Array, phase: Array) -> tuple[Value, int]:
    numbers, frequencies = frequency.shape
    width = numbers * (frequencies + 1)
    return _beside(graph, _waves(graph, x, frequency, phase), x, width), width


def _periodic(graph: Graph, x: Value, frequency: Array, phase: Array, weight: Array, bias: Array) -> tuple[Value, int]:
    import numpy

    numbers, _, outputs = weight.shape
    waves = graph.add("Unsqueeze", _waves(graph, x, frequency, phase), numpy.asarray([2]))
    mixed = graph.add("Squeeze", graph.add("MatMul", waves, weight), numpy.asarray([2]))
    width = numbers * (outputs + 1)
    return _beside(graph, graph.add("Add", mixed, bias), x, width), width


def _vectors(graph: Graph, x: Value, table: Array) -> tuple[Value, int]:
    return graph.add("MatMul", x, table), table.shape[1]


_EMBEDDINGS: Mapping[str, Callable[..., tuple[Value, int]]] = {
    "cosines": _cosines,
    "periodic": _periodic,
    "vectors": _vectors,
}


def _layernorm(graph: Graph, dtype: str, a: Value, gamma: Array, beta: Array, epsilon: Array) -> Value:
    centered = graph.add("Sub", a, graph.add("ReduceMean", a, axes=[1], keepdims=1))
    variance = graph.add("ReduceMean", graph.add("Mul", centered, centered), axes=[1], keepdims=1)
    deviation = graph.add("Sqrt", graph.add("Add", variance, epsilon))
    return graph.add("Add", graph.add("Mul", graph.add("Div", centered, deviation), gamma), beta)


def _leaky_relu(graph: Graph, dtype: str, a: Value, slope: Array) -> Value:
    return graph.add("Where", _positive(graph, dtype, a), a, graph.add("Mul", a, slope))


def _gelu(graph: Graph, dtype: str, a: Value) -> Value:
    cube = graph.add("Mul", graph.add("Mul", a, a), a)
    inner = graph.add("Add", a, graph.add("Mul", cube, _of(dtype, 0.044715)))
    bent = graph.add("Tanh", graph.add("Mul", inner, _of(dtype, sqrt(2 / pi))))
    return graph.add("Mul", graph.add("Mul", a, graph.add("Add", bent, _of(dtype, 1.0))), _of(dtype, 0.5))


def _selu(graph: Graph, dtype: str, a: Value) -> Value:
    below = graph.add("Exp", graph.add("Min", a, _of(dtype, 0.0)))
    below = graph.add("Mul", graph.add("Sub", below, _of(dtype, 1.0)), _of(dtype, 1.6732632423543772))
    both = graph.add("Where", _positive(graph, dtype, a), a, below)
    return graph.add("Mul", both, _of(dtype, 1.0507009873554805))


def _mish(graph: Graph, dtype: str, a: Value) -> Value:
    small = graph.add("Exp", graph.add("Neg", graph.add("Abs", a)))
    softplus = graph.add("Log", graph.add("Add", small, _of(dtype, 1.0)))
    softplus = graph.add("Add", softplus, graph.add("Max", a, _of(dtype, 0.0)))
    return graph.add("Mul", a, graph.add("Tanh", softplus))


_ACTIVATIONS: Mapping[str, Callable[..., Value]] = {
    "layernorm": _layernorm,
    "relu": lambda graph, dtype, a: graph.add("Relu", a),
    "leaky-relu": _leaky_relu,
    "gelu": _gelu,
    "silu": lambda graph, dtype, a: graph.add("Mul", a, graph.add("Sigmoid", a)),
    "selu": _selu,
    "mish": _mish,
    "sigmoid": lambda graph, dtype, a: graph.add("Sigmoid", a),
    "tanh": lambda graph, dtype, a: graph.add("Tanh", a),
}


def _two_classes(graph: Graph, o: Value) -> Value:
    return graph.add("Concat", graph.add("Sigmoid", graph.add("Neg", o)), graph.add("Sigmoid", o), axis=1)


_HEADS: Mapping[str, Callable[[Graph, Value], Value]] = {
    "softmax": lambda graph, o: graph.add("Softmax", o, axis=1),
    "sigmoid": _two_classes,
    "identity": lambda graph, o: o,
}


def _in_units(graph: Graph, outputs: Value, place: int, scale: TargetScale) -> Value:
    """One target, (rows, 1) of float64 in the user's units."""
    import numpy

    t = graph.cast(graph.add("Gather", outputs, numpy.asarray([place]), axis=1), "float64")
    t = graph.add("Add", graph.add("Mul", t, _of("float64", scale.scale)), _of("float64", scale.center))
    if scale.formula == "quantile":
        scores, knots = (numpy.asarray(each, numpy.float64)[:, None] for each in (scale.scores, scale.knots))
        t = on_lines(graph, t, lines(scores, knots, between=False))
    elif scale.formula != "none":
        largest = _of("float64", _LARGEST)
        t = graph.add("Exp", graph.add("Where", graph.add("Less", largest, t), largest, t))
        t = graph.add("Sub", t, _of("float64", 1.0)) if scale.formula == "log1p" else t
    for limit, outside in ((scale.low, "Less"), (scale.high, "Greater")):
        if limit is not None:  # not Min and Max, which need not keep a NaN
            end = _of("float64", limit)
            t = graph.add("Where", graph.add(outside, t, end), end, t)
    return t


def _positive(graph: Graph, dtype: str, a: Value) -> Value:
    return graph.add("Greater", a, _of(dtype, 0.0))


def _of(dtype: str, value: float) -> Array:
    import numpy

    return numpy.asarray(value, dtype)
