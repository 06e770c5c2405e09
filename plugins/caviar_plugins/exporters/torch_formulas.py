"""The formulas of the exporter `torch`: it copies the source of those that a model needs into the model's file."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from statistics import NormalDist
from typing import Any

import torch
from torch import Tensor, nn


def array(dtype: str, shape: tuple[int, ...], text: str) -> Tensor:
    """Numbers that are written as base64."""
    kinds = {"<f4": torch.float32, "<f8": torch.float64, "<i8": torch.int64}
    return torch.frombuffer(bytearray(base64.b64decode(text)), dtype=kinds[dtype]).reshape(shape)


def linear(weight: Tensor, bias: Tensor) -> nn.Linear:
    """The layer x @ weight + bias."""
    layer = nn.Linear(*weight.shape, dtype=weight.dtype)
    with torch.no_grad():
        layer.weight.copy_(weight.T)
        layer.bias.copy_(bias)
    return layer


def learned(**arrays: Tensor) -> nn.ParameterDict:
    """The parameters of a layer of another kind."""
    return nn.ParameterDict({name: nn.Parameter(each.clone()) for name, each in arrays.items()})


def numbers(rows: Any, name: str, shape: tuple[int, ...]) -> Tensor:
    """A column as float64, (rows, *shape); what is missing is NaN."""
    column = rows[name]
    if not isinstance(column, Tensor):
        column = torch.tensor([number(name, cell) for cell in leaves(column)], dtype=torch.float64)
    return column.to(torch.float64).reshape(-1, *shape)


def leaves(cells: Any) -> list[Any]:
    """The cells of lists in lists, or of an array."""
    cells = cells.tolist() if hasattr(cells, "tolist") else cells
    if not isinstance(cells, (list, tuple)):
        return [cells]
    return [leaf for each in cells for leaf in leaves(each)]


def number(name: str, cell: Any) -> float:
    """A cell as a number."""
    try:
        return float("nan") if is_missing(cell) else float(cell)
    except (TypeError, ValueError):
        raise ValueError(f"column {name!r} holds {cell!r}; the model was trained on numbers there") from None


def words(rows: Any, name: str) -> list[str]:
    """A column as texts, "" where missing."""
    return [word(cell) for cell in leaves(rows[name])]


def word(cell: Any) -> str:
    """A cell as text, a whole number without a point."""
    if is_missing(cell):
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def is_missing(cell: Any) -> bool:
    """Whether a cell is None, NaN, or what pandas has for these."""
    return type(cell).__name__ in ("NoneType", "NAType", "NaTType") or bool(cell != cell)


def moments(rows: Any, name: str) -> Tensor:
    """A column of dates, datetimes or texts such as "2024-02-29 13:00", as seconds since 1970 in UTC."""
    column = rows[name]
    if "datetime64" in str(getattr(column, "dtype", "")):
        column = column.astype(str)
    return torch.tensor([seconds(cell) for cell in leaves(column)], dtype=torch.float64)


def seconds(cell: Any) -> float:
    """A date as seconds since 1970."""
    if is_missing(cell) or str(cell) in ("", "NaT", "nan"):
        return float("nan")
    if isinstance(cell, (int, float)):
        return float(cell)
    moment = datetime.fromisoformat(str(cell))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def fill(c: Tensor, value: Any) -> Tensor:
    """c, where it is missing the value."""
    return torch.where(c.isnan(), torch.as_tensor(value, dtype=c.dtype), c)


def scale(c: Tensor, center: Any, width: Any) -> Tensor:
    """c around its center, in units of its width, as float32."""
    return ((c.to(torch.float64) - center) / width).to(torch.float32)


def smooth_clip(c: Tensor, center: Any, width: Any, limit: float) -> Tensor:
    """The same, and far values pulled in so that none exceeds the limit."""
    b = (c.to(torch.float64) - center) / width
    return (b / torch.hypot(torch.ones_like(b), b / limit)).to(torch.float32)


def normal_scores(c: Tensor, knots: Tensor) -> Tensor:
    """The rank of c among the knots as a normal score, as float32."""
    scores = [NormalDist().inv_cdf((place + 0.5) / len(knots)) for place in range(len(knots))]
    s = torch.tensor(scores, dtype=torch.float64)
    flat, known = c.reshape(len(c), -1).to(torch.float64), knots.reshape(len(knots), -1)
    pairs = [(flat[:, place], known[:, place]) for place in range(flat.shape[1])]
    found = [(on_lines(x, k, s) - on_lines(-x, -k.flip(0), s)) / 2 for x, k in pairs]
    return torch.stack(found, dim=1).reshape(c.shape).to(torch.float32)


def on_lines(x: Tensor, knots: Tensor, values: Tensor) -> Tensor:
    """What numpy.interp gives: on the lines between the points, beyond them the outermost values."""
    place = (torch.searchsorted(knots.contiguous(), x.contiguous(), right=True) - 1).clamp(0, len(knots) - 2)
    left, right = knots[place], knots[place + 1]
    slope = torch.where(right > left, (values[place + 1] - values[place]) / (right - left), 0.0)
    y = values[place] + slope * (x - left)
    y = torch.where(x >= knots[-1], values[-1], y)
    return torch.where(x < knots[0], values[0], y)


def piecewise_linear(c: Tensor, edges: Tensor) -> Tensor:
    """How far c is within each bin, as float32; 0 in bins without an end."""
    found = torch.zeros((len(c), len(edges) - 1), dtype=torch.float32)
    last = int(torch.isfinite(edges).sum()) - 2
    for place in range(last + 1):
        low, high = edges[place], edges[place + 1]
        share = (c.to(torch.float64) - low) / (high - low)
        least, most = -torch.inf if place == 0 else 0.0, torch.inf if place == last else 1.0
        found[:, place] = share.clamp(least, most)
    return found


def thermometer(c: Tensor, edges: Tensor) -> Tensor:
    """A flag for each edge that c exceeds."""
    return c.to(torch.float64)[:, None] > edges


def one_hot(c: list[str], words: tuple[str, ...]) -> Tensor:
    """A flag for each word."""
    places = {word: place for place, word in enumerate(words)}
    code = torch.tensor([places.get(cell, -1) for cell in c])
    return code[:, None] == torch.arange(len(words))


def dates(c: Tensor, name: str, first: float, parts: tuple[str, ...]) -> dict[str, Tensor]:
    """The parts of moments in seconds as columns; `days` are those since the first moment."""
    day = torch.floor(c / 86400)
    calendar = [None if cell != cell else datetime.fromtimestamp(cell, UTC) for cell in (day * 86400).tolist()]
    year, month = (
        torch.tensor([getattr(each, part, float("nan")) for each in calendar], dtype=torch.float64)
        for part in ("year", "month")
    )
    hour = torch.floor((c - day * 86400) / 3600)
    found = {"year": year, "month": month, "weekday": (day + 3) % 7, "hour": hour, "days": (c - first) / 86400}
    return {f"{name}.{part}": found[part] for part in parts}


def joined(columns: dict[str, Any], names: tuple[str, ...], dtype: str) -> Tensor:
    """The inputs (rows, inputs). Raises ValueError for a cell that is still missing, or infinite."""
    blocks = []
    for name in names:
        block = columns[name].reshape(len(columns[name]), -1).to(getattr(torch, dtype))
        bad = ~block.isfinite().all(dim=1)
        if bad.any():
            row = int(bad.nonzero()[0]) + 1
            raise ValueError(f"column {name!r} has no number in row {row}, or one that is infinite")
        blocks.append(block)
    return torch.cat(blocks, dim=1)


def beside(a: Tensor, columns: list[int], embedded: Tensor) -> Tensor:
    """The columns that are not embedded, then what became of the others."""
    taken = set(columns)
    return torch.cat([a[:, [place for place in range(a.shape[1]) if place not in taken]], embedded], dim=1)


def waves(x: Tensor, frequency: Tensor, phase: Tensor) -> Tensor:
    """(rows, numbers, frequencies)"""
    return torch.cos(x[:, :, None] * (2 * torch.pi * frequency) + phase)


def cosines(x: Tensor, frequency: Tensor, phase: Tensor) -> Tensor:
    """Each number as cosines and itself."""
    return torch.cat([waves(x, frequency, phase), x[:, :, None]], dim=2).reshape(len(x), -1)


def periodic(x: Tensor, frequency: Tensor, phase: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Each number as linear functions of its cosines, and itself."""
    mixed = torch.einsum("rnk,nkw->rnw", waves(x, frequency, phase), weight) + bias
    return torch.cat([mixed, x[:, :, None]], dim=2).reshape(len(x), -1)


def vectors(x: Tensor, table: Tensor) -> Tensor:
    """The vectors of the flags that are set."""
    return x @ table


def layernorm(a: Tensor, gamma: Tensor, beta: Tensor, epsilon: float) -> Tensor:
    """Each row with mean 0 and variance 1, then scaled and moved."""
    return nn.functional.layer_norm(a, a.shape[1:], gamma.reshape(-1), beta.reshape(-1), epsilon)


def relu(a: Tensor) -> Tensor:
    """max(a, 0)"""
    return torch.relu(a)


def leaky_relu(a: Tensor, slope: float) -> Tensor:
    """a, and slope * a where that is negative."""
    return nn.functional.leaky_relu(a, slope)


def gelu(a: Tensor) -> Tensor:
    """a times the share of normal draws below it, by the formula with tanh."""
    return nn.functional.gelu(a, approximate="tanh")


def silu(a: Tensor) -> Tensor:
    """a * sigmoid(a)"""
    return nn.functional.silu(a)


def selu(a: Tensor) -> Tensor:
    """A scaled exponential below 0."""
    return nn.functional.selu(a)


def mish(a: Tensor) -> Tensor:
    """a * tanh(log(1 + exp(a)))"""
    return nn.functional.mish(a)


def sigmoid(a: Tensor) -> Tensor:
    """1 / (1 + exp(-a))"""
    return torch.sigmoid(a)


def tanh(a: Tensor) -> Tensor:
    """The hyperbolic tangent."""
    return torch.tanh(a)


def softmax(o: Tensor) -> Tensor:
    """Probabilities of classes."""
    return torch.softmax(o, dim=1)


def two_classes(o: Tensor) -> Tensor:
    """Probabilities of two classes; o says how much likelier the second is."""
    return torch.cat([torch.sigmoid(-o), torch.sigmoid(o)], dim=1)


def target(o: Tensor, scale: float, center: float) -> Tensor:
    """What a model learned of a target, without its scale."""
    return o.to(torch.float64) * scale + center


def exponential(t: Tensor) -> Tensor:
    """The inverse of a logarithm."""
    return torch.exp(t.clamp(max=709.0))


def exponential_less_one(t: Tensor) -> Tensor:
    """The inverse of log(1 + t)."""
    return torch.expm1(t.clamp(max=709.0))


def from_scores(t: Tensor, scores: Tensor, knots: Tensor) -> Tensor:
    """The inverse of normal scores."""
    return on_lines(t, scores.to(t.device), knots.to(t.device))


def within(t: Tensor, low: float, high: float) -> Tensor:
    """The nearest numbers between low and high."""
    return t.clamp(low, high)


def beside_each_other(targets: list[Tensor]) -> Tensor:
    """(rows, targets)"""
    return torch.stack(targets, dim=1)
