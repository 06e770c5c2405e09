"""Predicts from a model's description: the formulas of `caviar.plugin.Operation` in NumPy, for contracts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import pi, sqrt
from statistics import NormalDist
from typing import Any, TypeAlias

import numpy

from caviar.testing.tools import skip
from caviar.values.arrays import Array
from caviar.values.description import MemberDescription, ModelDescription, Operation

Formulas: TypeAlias = Mapping[str, Callable[..., Any]]


def computed(formulas: Formulas, operation: Operation, values: Array) -> Array:
    """Computes one operation on a column, or on (rows, inputs). Skips the test if the formula is the plugin's own."""
    name = operation.name
    constants: dict[str, Any] = dict(operation.constants)
    alpha = constants.pop("alpha", None) if name == "parametric" else None
    if alpha is not None:
        (name,) = constants.pop("of")
    if name not in formulas:
        skip(f"the operation '{name}' is the plugin's own, which only its author can compute")
    columns = constants.pop("columns", None)
    constants.pop("source", None)
    found: Array = formulas[name](values if columns is None else values[:, columns], **constants)
    if columns is not None:
        found = numpy.concatenate([numpy.delete(values, columns, axis=1), found], axis=1)
    return found if alpha is None else values + alpha * (found - values)


def through(layers: Iterable[Operation], a: Array) -> Array:
    """What becomes of a (rows, inputs), one layer after the other. Skips the test as `computed` does."""
    kept = a
    for each in layers:
        if each.name == "keep":
            kept = a
        else:
            a = a + kept if each.name == "add" else computed(LAYERS, each, a)
    return a


def transformed(columns: Mapping[str, Array], operation: Operation) -> dict[str, Array]:
    """The columns after one operation of a transform."""
    if operation.name != "dates":
        source: Any = operation.constants.get("source", (operation.column,))
        return {**columns, operation.column: computed(TRANSFORMS, operation, columns[source[0]])}
    others = {name: column for name, column in columns.items() if name != operation.column}
    constants: dict[str, Any] = dict(operation.constants)
    parts = date_parts(columns[operation.column], float(constants["first"]))
    return others | {f"{operation.column}.{part}": parts[part] for part in constants["parts"]}


def date_parts(column: Array, first: float) -> dict[str, Array]:
    """What a column of dates, datetime64 or seconds since 1970, gives way to."""
    moments = column if column.dtype.kind == "M" else _moments(column)
    missing = numpy.isnat(moments)
    seconds = numpy.where(missing, 0, moments.astype("datetime64[s]").astype(numpy.int64))
    days = seconds // 86_400
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(numpy.int64)
    parts = {
        "year": 1970 + months // 12,
        "month": 1 + months % 12,
        "weekday": (days + 3) % 7,
        "hour": seconds % 86_400 // 3600,
        "days": (seconds - first) / 86_400,
    }
    return {name: numpy.where(missing, numpy.nan, part) for name, part in parts.items()}


def _moments(seconds: Array) -> Array:
    whole = numpy.where(numpy.isnan(seconds), 0, seconds).astype(numpy.int64).astype("datetime64[s]")
    return numpy.where(numpy.isnan(seconds), numpy.datetime64("NaT", "s"), whole)


def prediction_of(model: ModelDescription, columns: Mapping[str, Array]) -> Array:
    """The mean over the members by their counts: probabilities (rows, classes), or targets (rows, targets)."""
    answers = [_member(member, columns).astype(numpy.float64) for member in model.members]
    combined: Array = numpy.average(answers, axis=0, weights=[member.count for member in model.members])
    return combined


def _member(member: MemberDescription, columns: Mapping[str, Array]) -> Array:
    table = dict(columns)
    for each in member.transforms:
        table = transformed(table, each)
    blocks = [table[column.name] for column in member.inputs.columns]
    a = numpy.concatenate([block.reshape(len(block), -1).astype(member.dtype) for block in blocks], axis=1)
    a = computed(HEADS, member.head, through(member.layers, a))
    if not member.scales:
        return a
    return numpy.stack([scale.in_units(a[:, k]) for k, scale in enumerate(member.scales)], axis=1)


def _fill(column: Array, value: Array) -> Array:
    filled: Array = numpy.asarray(numpy.where(numpy.isnan(column), value, column), column.dtype)
    return filled


def _one_hot(column: Array, words: tuple[str, ...]) -> Array:
    cells = ["" if cell is None else cell for cell in column]
    return numpy.asarray([[cell == word for word in words] for cell in cells], dtype=bool)


def _scale(column: Array, center: Array, width: Array) -> Array:
    scaled: Array = ((column.astype(numpy.float64) - center) / width).astype(numpy.float32)
    return scaled


def _smooth_clip(column: Array, center: Array, width: Array, limit: float) -> Array:
    b = (column.astype(numpy.float64) - center) / width
    pulled: Array = (b / numpy.hypot(1.0, b / limit)).astype(numpy.float32)
    return pulled


def _piecewise_linear(column: Array, edges: Array) -> Array:
    finite = edges[numpy.isfinite(edges)]
    found = numpy.zeros((len(column), len(edges) - 1), dtype=numpy.float32)
    if len(finite) > 1:
        shares = (column.astype(numpy.float64)[:, None] - finite[:-1]) / numpy.diff(finite)
        bins = numpy.arange(len(finite) - 1)
        low, high = numpy.where(bins == 0, -numpy.inf, 0.0), numpy.where(bins == bins[-1], numpy.inf, 1.0)
        found[:, : len(bins)] = numpy.clip(shares, low, high)
    return found


def _normal_scores(column: Array, knots: Array) -> Array:
    scores = numpy.asarray([NormalDist().inv_cdf((k + 0.5) / len(knots)) for k in range(len(knots))])
    flat, at = column.reshape(len(column), -1).astype(numpy.float64), knots.reshape(len(knots), -1)
    pairs = list(zip(flat.T, at.T, strict=True))
    sides = [(numpy.interp(c, k, scores), -numpy.interp(-c, -k[::-1], scores)) for c, k in pairs]
    found: Array = numpy.stack([(below + above) / 2 for below, above in sides], axis=1).astype(numpy.float32)
    return found.reshape(column.shape)


def _cosines(x: Array, frequency: Array, phase: Array) -> Array:
    waves = numpy.cos(2 * pi * x[:, :, None] * frequency + phase)
    return numpy.concatenate([waves, x[:, :, None]], axis=2).reshape(len(x), -1)


def _periodic(x: Array, frequency: Array, phase: Array, weight: Array, bias: Array) -> Array:
    waves = numpy.cos(2 * pi * x[:, :, None] * frequency + phase)
    mixed = numpy.einsum("rnk,nkw->rnw", waves, weight) + bias
    return numpy.concatenate([mixed, x[:, :, None]], axis=2).reshape(len(x), -1)


def _layernorm(a: Array, gamma: Array, beta: Array, epsilon: float) -> Array:
    centered = a - a.mean(axis=-1, keepdims=True)
    normalized: Array = centered / numpy.sqrt((centered**2).mean(axis=-1, keepdims=True) + epsilon)
    return gamma * normalized + beta


def _logistic(a: Array) -> Array:
    small = numpy.exp(-numpy.abs(a))
    share: Array = numpy.where(a >= 0, 1, small) / (1 + small)
    return share


def _softmax(o: Array) -> Array:
    large = numpy.exp(o - o.max(axis=-1, keepdims=True))
    probabilities: Array = large / large.sum(axis=-1, keepdims=True)
    return probabilities


def _two_classes(o: Array) -> Array:
    return numpy.concatenate([_logistic(-o), _logistic(o)], axis=-1)


TRANSFORMS: Formulas = {
    "fill": _fill,
    "scale": _scale,
    "smooth-clip": _smooth_clip,
    "normal-scores": _normal_scores,
    "piecewise-linear": _piecewise_linear,
    "one-hot": _one_hot,
    "thermometer": lambda column, edges: column.astype(numpy.float64)[:, None] > edges,
}
LAYERS: Formulas = {
    "periodic": _periodic,
    "cosines": _cosines,
    "vectors": lambda x, table: x @ table,
    "dense": lambda a, weight, bias: a @ weight + bias,
    "layernorm": _layernorm,
    "relu": lambda a: numpy.maximum(a, 0),
    "leaky-relu": lambda a, slope: numpy.where(a > 0, a, slope * a),
    "gelu": lambda a: a * (1 + numpy.tanh(sqrt(2 / pi) * (a + 0.044715 * a**3))) / 2,
    "silu": lambda a: a * _logistic(a),
    "selu": lambda a: 1.0507009873554805 * numpy.where(a > 0, a, 1.6732632423543772 * numpy.expm1(numpy.minimum(a, 0))),
    "mish": lambda a: a * numpy.tanh(numpy.logaddexp(0, a)),
    "sigmoid": _logistic,
    "tanh": numpy.tanh,
}
HEADS: Formulas = {"softmax": _softmax, "sigmoid": _two_classes, "identity": lambda o: o}
