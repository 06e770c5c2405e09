"""Transforms in ONNX: what becomes of the columns, and the inputs that a model is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

from caviar.plugin import Array, InputColumn, Operation

from caviar_plugins.exporters.lines import Lines, lines
from caviar_plugins.exporters.onnx_graph import Graph, Value
from caviar_plugins.exporters.parts import Preparation, source


@dataclass(frozen=True)
class Column:
    """A value of (rows, ``*shape``) and its type: "float64", "float32", "bool" or "str"."""

    value: Value
    dtype: str


def prepared(graph: Graph, columns: Mapping[str, Column], preparation: Preparation) -> Value:
    """The inputs (rows, inputs), in the preparation's type."""
    table = dict(columns)
    for each in preparation.transforms:
        column = table[source(each)]
        if each.name == "dates":
            table |= {f"{each.column}.{part}": made for part, made in _dates(graph, column, each).items()}
        else:
            constants = {name: value for name, value in each.constants.items() if name != "source"}
            table[each.column] = _CHANGES[each.name](graph, column, **constants)
    blocks = [_block(graph, table[each.name], each, preparation.dtype) for each in preparation.inputs.columns]
    return blocks[0] if len(blocks) == 1 else graph.add("Concat", *blocks, axis=1)


def _block(graph: Graph, column: Column, described: InputColumn, dtype: str) -> Value:
    block = graph.flat(column.value, described.width)
    return block if column.dtype == dtype else graph.cast(block, dtype)


def _fill(graph: Graph, column: Column, value: Array) -> Column:
    if not column.dtype.startswith("float"):
        return column
    filled = graph.add("Where", graph.add("IsNaN", column.value), value.astype(column.dtype), column.value)
    return Column(filled, column.dtype)


def _scale(graph: Graph, column: Column, center: Array, width: Array) -> Column:
    return Column(graph.cast(_scaled(graph, column, center, width), "float32"), "float32")


def _smooth_clip(graph: Graph, column: Column, center: Array, width: Array, limit: float) -> Column:
    b = _scaled(graph, column, center, width)
    part = graph.add("Div", b, _number(limit))
    root = graph.add("Sqrt", graph.add("Add", graph.add("Mul", part, part), _number(1.0)))
    size = graph.add("Abs", part)
    length = graph.add("Where", graph.add("Less", _number(1e100), size), size, root)  # whose square would be infinite
    return Column(graph.cast(graph.add("Div", b, length), "float32"), "float32")


def _normal_scores(graph: Graph, column: Column, knots: Array) -> Column:
    import numpy

    flat = numpy.asarray(knots, numpy.float64).reshape(len(knots), -1)
    scores = numpy.asarray([NormalDist().inv_cdf((place + 0.5) / len(flat)) for place in range(len(flat))])
    drawn = lines(flat, numpy.broadcast_to(scores[:, None], flat.shape), between=True)
    found = on_lines(graph, graph.flat(_float64(graph, column), flat.shape[1]), drawn)
    shaped = graph.add("Reshape", found, numpy.asarray([-1, *knots.shape[1:]]))
    return Column(graph.cast(shaped, "float32"), "float32")


def _piecewise_linear(graph: Graph, column: Column, edges: Array) -> Column:
    import numpy

    finite = edges[numpy.isfinite(edges)]
    bins, needed = len(edges) - 1, max(len(finite) - 1, 0)
    low, width = numpy.zeros(bins), numpy.full(bins, numpy.inf)  # a value of a bin of infinite width is 0
    low[:needed], width[:needed] = finite[:-1], numpy.diff(finite)
    least, most = numpy.zeros(bins), numpy.ones(bins)
    if needed:
        least[0], most[needed - 1] = -numpy.inf, numpy.inf
    share = graph.add("Div", graph.add("Sub", graph.flat(_float64(graph, column), 1), low[None]), width[None])
    limited = graph.add("Min", graph.add("Max", share, least[None]), most[None])
    limited = graph.add("Where", (numpy.arange(bins) < needed)[None], limited, _number(0.0))  # also of a missing value
    return Column(graph.cast(limited, "float32"), "float32")


def _thermometer(graph: Graph, column: Column, edges: Array) -> Column:
    import numpy

    flat = graph.flat(_float64(graph, column), 1)
    return Column(graph.add("Greater", flat, numpy.asarray(edges, numpy.float64)[None]), "bool")


def _one_hot(graph: Graph, column: Column, words: tuple[str, ...]) -> Column:
    import numpy

    places = list(range(len(words)))
    known = {"keys_strings": list(words), "values_int64s": places, "default_int64": -1}
    code = graph.add("LabelEncoder", column.value, domain="ai.onnx.ml", **known)
    return Column(graph.add("Equal", graph.flat(code, 1), numpy.asarray(places)[None]), "bool")


_CHANGES: Mapping[str, Callable[..., Column]] = {
    "fill": _fill,
    "scale": _scale,
    "smooth-clip": _smooth_clip,
    "normal-scores": _normal_scores,
    "piecewise-linear": _piecewise_linear,
    "one-hot": _one_hot,
    "thermometer": _thermometer,
}


def on_lines(graph: Graph, x: Value, drawn: Lines) -> Value:
    """y of x, (rows, columns) of float64. The interval is found by halving, so that memory grows with x alone."""
    import numpy

    largest = _number(numpy.finfo(numpy.float64).max)  # infinity is no knot, though the padding is
    x = graph.add("Where", graph.add("Less", largest, x), largest, x)
    x = graph.add("Where", graph.add("Less", x, -largest), -largest, x)
    count, columns = drawn.knots.shape
    steps = count.bit_length()
    size = 2**steps
    padded = numpy.full((size, columns), numpy.inf)
    padded[:count] = drawn.knots
    knots, column = graph.constant(padded.ravel()), graph.constant(numpy.arange(columns))
    wide, place = graph.constant(numpy.asarray(columns)), graph.constant(numpy.zeros((1, columns), numpy.int64))
    for step in (2**power for power in reversed(range(steps))):
        tried = graph.add("Add", place, numpy.asarray(step))
        before = graph.add("Sub", tried, numpy.asarray(1))
        knot = graph.add("Gather", knots, graph.add("Add", graph.add("Mul", before, wide), column))
        place = graph.add("Where", graph.add("LessOrEqual", knot, x), tried, place)
    entry = graph.add("Add", graph.add("Mul", place, wide), column)
    start, low, slope, at = (
        graph.add("Gather", each.ravel(), entry) for each in (drawn.start, drawn.low, drawn.slope, drawn.at)
    )
    along = graph.add("Add", low, graph.add("Mul", slope, graph.add("Sub", x, start)))
    return graph.add("Where", graph.add("Equal", x, start), at, along)


def _dates(graph: Graph, column: Column, operation: Operation) -> dict[str, Column]:
    """The parts of moments in seconds, by Howard Hinnant's civil_from_days: years begin in March, eras have 400."""
    constants: dict[str, Any] = dict(operation.constants)

    def minus(a: Value, b: Value | float) -> Value:
        return graph.add("Sub", a, b if isinstance(b, str) else _number(b))

    def plus(a: Value, b: Value | float) -> Value:
        return graph.add("Add", a, b if isinstance(b, str) else _number(b))

    def times(a: Value, b: float) -> Value:
        return graph.add("Mul", a, _number(b))

    def whole(a: Value, divisor: float) -> Value:
        return graph.add("Floor", graph.add("Div", a, _number(divisor)))

    seconds = column.value
    day = whole(seconds, 86_400)
    shifted = plus(day, 719_468)
    era = whole(shifted, 146_097)
    of_era = minus(shifted, times(era, 146_097))
    leap = plus(minus(whole(of_era, 1460), whole(of_era, 36_524)), whole(of_era, 146_096))
    year = whole(minus(of_era, leap), 365)
    of_year = minus(of_era, plus(minus(times(year, 365), whole(year, 100)), whole(year, 4)))
    month = whole(plus(times(of_year, 5), 2), 153)
    late = graph.add("Less", month, _number(10))
    parts = {
        "month": graph.add("Where", late, plus(month, 3), minus(month, 9)),
        "weekday": minus(plus(day, 3), times(whole(plus(day, 3), 7), 7)),
        "hour": whole(minus(seconds, times(day, 86_400)), 3600),
        "days": graph.add("Div", minus(seconds, constants["first"]), _number(86_400)),
    }
    begun = graph.add("LessOrEqual", parts["month"], _number(2))
    parts["year"] = plus(plus(year, times(era, 400)), graph.cast(begun, "float64"))
    return {part: Column(parts[part], "float64") for part in constants["parts"]}


def _scaled(graph: Graph, column: Column, center: Array, width: Array) -> Value:
    import numpy

    moved = graph.add("Sub", _float64(graph, column), numpy.asarray(center, numpy.float64))
    return graph.add("Div", moved, numpy.asarray(width, numpy.float64))


def _float64(graph: Graph, column: Column) -> Value:
    return column.value if column.dtype == "float64" else graph.cast(column.value, "float64")


def _number(value: float) -> Array:
    import numpy

    return numpy.asarray(value, numpy.float64)
