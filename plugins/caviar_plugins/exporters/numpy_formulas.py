"""The formulas of the exporter `numpy`: it copies the source of those that a model needs into the model's file."""

from __future__ import annotations

import base64
from statistics import NormalDist
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = Any


def array(dtype: str, shape: tuple[int, ...], text: str) -> Array:
    """Numbers that are written as base64."""
    return np.frombuffer(base64.b64decode(text), dtype).reshape(shape)


def numbers(rows: Any, name: str, shape: tuple[int, ...]) -> Array:
    """A column as float64, (rows, *shape); what is missing is NaN."""
    column = np.asarray(rows[name])
    if column.dtype.kind not in "biuf":
        column = np.array([number(name, cell) for cell in column.reshape(-1).tolist()])
    return column.astype(np.float64).reshape(-1, *shape)


def number(name: str, cell: Any) -> float:
    """A cell as a number."""
    try:
        return np.nan if is_missing(cell) else float(cell)
    except (TypeError, ValueError):
        raise ValueError(f"column {name!r} holds {cell!r}; the model was trained on numbers there") from None


def words(rows: Any, name: str) -> Array:
    """A column as texts, "" where missing."""
    return np.array([word(cell) for cell in np.asarray(rows[name], dtype=object).reshape(-1)], dtype=object)


def word(cell: Any) -> str:
    """A cell as text, a whole number without a point."""
    if is_missing(cell):
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def is_missing(cell: Any) -> bool:
    """Whether a cell is None, NaN, or what pandas has for these."""
    return type(cell).__name__ in ("NoneType", "NAType", "NaTType") or bool(cell != cell)


def moments(rows: Any, name: str) -> Array:
    """A column of dates, datetime64 or texts such as "2024-02-29 13:00", as seconds since 1970 in UTC."""
    column = np.asarray(rows[name]).reshape(-1)
    if column.dtype.kind in "biuf":
        return column.astype(np.float64)
    if column.dtype.kind != "M":
        column = np.array(["NaT" if is_missing(cell) else str(cell) for cell in column.tolist()])
    dates = column.astype("datetime64[s]")
    return np.where(np.isnat(dates), np.nan, dates.astype(np.int64))


def fill(c: Array, value: Any) -> Array:
    """c, where it is missing the value."""
    return np.where(np.isnan(c), value, c).astype(c.dtype)


def scale(c: Array, center: Any, width: Any) -> Array:
    """c around its center, in units of its width, as float32."""
    return ((c.astype(np.float64) - center) / width).astype(np.float32)


def smooth_clip(c: Array, center: Any, width: Any, limit: float) -> Array:
    """The same, and far values pulled in so that none exceeds the limit."""
    b = (c.astype(np.float64) - center) / width
    return (b / np.hypot(1.0, b / limit)).astype(np.float32)


def normal_scores(c: Array, knots: Array) -> Array:
    """The rank of c among the knots as a normal score, as float32."""
    scores = np.array([NormalDist().inv_cdf((place + 0.5) / len(knots)) for place in range(len(knots))])
    flat, known = c.reshape(len(c), -1).astype(np.float64), knots.reshape(len(knots), -1)
    found = np.empty_like(flat)
    for place, k in enumerate(known.T):
        below, above = np.interp(flat[:, place], k, scores), -np.interp(-flat[:, place], -k[::-1], scores)
        found[:, place] = (below + above) / 2
    return found.reshape(c.shape).astype(np.float32)


def piecewise_linear(c: Array, edges: Array) -> Array:
    """How far c is within each bin, as float32; 0 in bins without an end."""
    found = np.zeros((len(c), len(edges) - 1), dtype=np.float32)
    last = int(np.isfinite(edges).sum()) - 2
    for place in range(last + 1):
        low, high = edges[place], edges[place + 1]
        share = (c.astype(np.float64) - low) / (high - low)
        found[:, place] = np.clip(share, -np.inf if place == 0 else 0.0, np.inf if place == last else 1.0)
    return found


def thermometer(c: Array, edges: Array) -> Array:
    """A flag for each edge that c exceeds."""
    return c.astype(np.float64)[:, None] > edges


def one_hot(c: Array, words: tuple[str, ...]) -> Array:
    """A flag for each word."""
    return c[:, None] == np.array(words, dtype=object)


def dates(c: Array, name: str, first: float, parts: tuple[str, ...]) -> dict[str, Array]:
    """The parts of moments in seconds as columns; `days` are those since the first moment."""
    seconds = np.where(np.isnan(c), 0, c).astype(np.int64)
    days = seconds // 86400
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    found = {
        "year": 1970 + months // 12,
        "month": 1 + months % 12,
        "weekday": (days + 3) % 7,
        "hour": seconds % 86400 // 3600,
        "days": (seconds - first) / 86400,
    }
    return {f"{name}.{part}": np.where(np.isnan(c), np.nan, found[part]) for part in parts}


def joined(columns: dict[str, Array], names: tuple[str, ...], dtype: str) -> Array:
    """The inputs (rows, inputs). Raises ValueError for a cell that is still missing, or infinite."""
    blocks = []
    for name in names:
        block = columns[name].reshape(len(columns[name]), -1).astype(dtype)
        bad = ~np.isfinite(block).all(axis=1)
        if bad.any():
            raise ValueError(f"column {name!r} has no number in row {int(bad.argmax()) + 1}, or one that is infinite")
        blocks.append(block)
    return np.concatenate(blocks, axis=1)


def beside(a: Array, columns: list[int], embedded: Array) -> Array:
    """The columns that are not embedded, then what became of the others."""
    return np.concatenate([np.delete(a, columns, axis=1), embedded], axis=1)


def waves(x: Array, frequency: Array, phase: Array) -> Array:
    """(rows, numbers, frequencies)"""
    return np.cos(x[:, :, None] * (2 * np.pi * frequency).astype(x.dtype) + phase)


def cosines(x: Array, frequency: Array, phase: Array) -> Array:
    """Each number as cosines and itself."""
    return np.concatenate([waves(x, frequency, phase), x[:, :, None]], axis=2).reshape(len(x), -1)


def periodic(x: Array, frequency: Array, phase: Array, weight: Array, bias: Array) -> Array:
    """Each number as linear functions of its cosines, and itself."""
    mixed = np.einsum("rnk,nkw->rnw", waves(x, frequency, phase), weight) + bias
    return np.concatenate([mixed, x[:, :, None]], axis=2).reshape(len(x), -1)


def vectors(x: Array, table: Array) -> Array:
    """The vectors of the flags that are set."""
    return x @ table


def layernorm(a: Array, gamma: Array, beta: Array, epsilon: float) -> Array:
    """Each row with mean 0 and variance 1, then scaled and moved."""
    centered = a - a.mean(axis=1, keepdims=True)
    return gamma * centered / np.sqrt((centered**2).mean(axis=1, keepdims=True) + epsilon) + beta


def relu(a: Array) -> Array:
    """max(a, 0)"""
    return np.maximum(a, 0)


def leaky_relu(a: Array, slope: float) -> Array:
    """a, and slope * a where that is negative."""
    return np.where(a > 0, a, slope * a)


def gelu(a: Array) -> Array:
    """a times the share of normal draws below it, by the formula with tanh."""
    return a * (1 + np.tanh(0.7978845608028654 * (a + 0.044715 * a**3))) / 2


def silu(a: Array) -> Array:
    """a * sigmoid(a)"""
    return a * sigmoid(a)


def selu(a: Array) -> Array:
    """A scaled exponential below 0."""
    below = 1.6732632423543772 * np.expm1(np.minimum(a, 0))
    return 1.0507009873554805 * np.where(a > 0, a, below)


def mish(a: Array) -> Array:
    """a * tanh(log(1 + exp(a)))"""
    return a * np.tanh(np.logaddexp(0, a))


def sigmoid(a: Array) -> Array:
    """1 / (1 + exp(-a))"""
    small = np.exp(-np.abs(a))
    return np.where(a >= 0, 1, small) / (1 + small)


def tanh(a: Array) -> Array:
    """The hyperbolic tangent."""
    return np.tanh(a)


def softmax(o: Array) -> Array:
    """Probabilities of classes."""
    large = np.exp(o - o.max(axis=1, keepdims=True))
    return large / large.sum(axis=1, keepdims=True)


def two_classes(o: Array) -> Array:
    """Probabilities of two classes; o says how much likelier the second is."""
    return np.concatenate([sigmoid(-o), sigmoid(o)], axis=1)


def target(o: Array, scale: float, center: float) -> Array:
    """What a model learned of a target, without its scale."""
    return o.astype(np.float64) * scale + center


def exponential(t: Array) -> Array:
    """The inverse of a logarithm."""
    return np.exp(np.minimum(t, 709.0))


def exponential_less_one(t: Array) -> Array:
    """The inverse of log(1 + t)."""
    return np.expm1(np.minimum(t, 709.0))


def from_scores(t: Array, scores: Array, knots: Array) -> Array:
    """The inverse of normal scores."""
    return np.interp(t, scores, knots)


def within(t: Array, low: float, high: float) -> Array:
    """The nearest numbers between low and high."""
    return np.clip(t, low, high)


def beside_each_other(targets: list[Array]) -> Array:
    """(rows, targets)"""
    return np.stack(targets, axis=1)
