"""Descriptions: a trained model as named formulas and their constants, for other programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from caviar.values.arrays import Array
from caviar.values.inputs import Inputs
from caviar.values.target_scale import TargetScale
from caviar.values.task import Task

Constant: TypeAlias = Array | float | tuple[str, ...]


@dataclass(frozen=True)
class Operation:
    """One step of a prediction: the name of its formula and the formula's constants.

    `column` is the column that a transform changes; layers and heads have none. Arrays are NumPy's, and read-only.

    The transforms of a column c, which is (rows,) or ``(rows, *shape)``::

        fill           value                   c, where it is missing (NaN) the value, in c's own type
        scale          center, width           (c - center) / width, computed in float64 and rounded to float32
        smooth-clip    center, width, limit    b / hypot(1, b / limit), b = (c - center) / width, in float64, then
                                               rounded to float32
        normal-scores  knots                   knots (k, ``*shape``) with the scores P^-1((i + 1/2) / k), P the normal
                                               distribution; c interpolated between them in float64, the mean from
                                               both sides of equal knots, then rounded to float32
        piecewise-linear  edges                (rows, bins): (c - l) / (u - l) for each two edges l and u, in float64,
                                               limited to 0 and 1, but not below in the first bin nor above in the last
                                               whose u is finite, then rounded to float32; 0 where u is infinite
        one-hot        words                   a flag for each word, (rows, words), 1 where c is that word; a missing
                                               word is ""
        thermometer    source, edges           a flag for each edge, (rows, edges), 1 where the column that `source`
                                               names is larger than the edge, as float64: c is a new column
        dates          first, parts            c, seconds since 1970 in UTC, gives way to a column `c.part` for each of
                                               parts: "year", "month" from 1, "weekday" from 0 (Monday), "hour", "days"
                                               since first, (c - first) / 86,400; where c is NaN, so is each of them

    The embeddings, first of the layers, x of (rows, numbers), the values of a in `columns`; these leave a, and what
    becomes of them follows behind all others, the values of one number, or category, after those of another::

        periodic    columns, frequency,    (cos(2 pi frequency x + phase) @ weight + bias, x) for each number x, with
                    phase, weight, bias    its row of frequency and phase (numbers, frequencies), its matrix of weight
                                           (numbers, frequencies, width), and its row of bias (numbers, width)
        cosines     columns, frequency,    (cos(2 pi frequency x + phase), x) for each number x
                    phase
        vectors     columns, table         x @ table, x the flags of all levels of all categories

    The other layers, a of (rows, inputs)::

        dense       weight, bias           a @ weight + bias
        layernorm   gamma, beta, epsilon   gamma * (a - m) / sqrt(v + epsilon) + beta, m and v the mean and the biased
                                           variance of each row
        relu                               max(a, 0)
        leaky-relu  slope                  a where a > 0, else slope * a
        gelu                               a * (1 + tanh(sqrt(2 / pi) * (a + 0.044715 a^3))) / 2
        silu                               a / (1 + exp(-a))
        selu                               1.0507009873554805 * (a where a > 0, else 1.6732632423543772 * (exp(a) - 1))
        mish                               a * tanh(log(1 + exp(a)))
        sigmoid                            1 / (1 + exp(-a))
        tanh                               tanh(a)
        parametric  of, alpha              a + alpha (f(a) - a), f the formula that `of` names, with its constants if it
                                           has some
        keep                               a as it is, which the next `add` needs
        add                                a + what the last `keep` kept; between them the layers that a residual layer
                                           adds its input to, and no other `keep`

        module                             what a PyTorch module computes: only its code says; the constants are its
                                           parameters and buffers by their names, a number as (1,)

    The heads, o of (rows, outputs)::

        softmax    exp(o) / sum exp(o) over the outputs: the probability of each class
        sigmoid    of one output: p = 1 / (1 + exp(-o)) is the probability of the second class, 1 - p of the first
        identity   o

    A plugin that computes something else may use its own name; an exporter that does not know it raises ExportError.
    """

    name: str
    constants: Mapping[str, Constant] = field(default_factory=dict)
    column: str = ""


@dataclass(frozen=True)
class ColumnDescription:
    """A column that the model reads: words, dates or numbers, with a shape per row.

    Flags are the numbers 0 and 1, dates seconds since 1970 in UTC; a missing number is NaN, a missing word "".
    `levels`: a category's number of codes.
    """

    name: str
    words: bool = False
    shape: tuple[int, ...] = ()
    levels: int = 0
    dates: bool = False


@dataclass(frozen=True)
class MemberDescription:
    """How one member predicts.

    1. `transforms` change the columns, one after the other.
    2. The columns that `inputs` names are flattened and joined in its order, and rounded to `dtype`: (rows, inputs).
    3. `layers` follow each other, then `head`. Constants of layers have the type `dtype`, in which Caviar computes.
    4. In a regression, target k is made of output k by `scales[k]`, in float64: t = output * scale + center, then by
       `formula` t itself, exp(t) ("log"), exp(t) - 1 ("log1p"), or the point of the line through (`scores`, `knots`) at
       t, at both ends the last knot ("quantile"); then the nearest number within `low` and `high`, where these are
       given.

    `count` is the member's weight in the model's mean.
    """

    trial: int
    dtype: str
    transforms: tuple[Operation, ...]
    inputs: Inputs
    layers: tuple[Operation, ...]
    head: Operation
    scales: tuple[TargetScale, ...] = ()
    count: int = 1


@dataclass(frozen=True)
class ModelDescription:
    """A saved model: it predicts the mean, in float64, of its members' probabilities or targets, by their counts.

    `task` names targets and classes; the class of a row is the one with the largest probability, or, with
    `task.threshold`, the second where its probability is at least that, else the first.
    """

    columns: tuple[ColumnDescription, ...]
    task: Task
    members: tuple[MemberDescription, ...]


class NoDescription(Exception):
    """Raised by the default `description` of a kind, for a plugin that does not define one; the engine reports it."""

    def __init__(self, plugin: object) -> None:
        super().__init__(f"{type(plugin).__name__} has no description")
        self.plugin = plugin
