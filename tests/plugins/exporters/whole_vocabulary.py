"""Models that use every operation of the vocabulary, and rows for them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy
from caviar.plugin import (
    Array,
    ColumnDescription,
    InputColumn,
    Inputs,
    MemberDescription,
    ModelDescription,
    Operation,
    TargetScale,
    Task,
)

COLUMNS = (
    ColumnDescription("size"),
    ColumnDescription('a "strange" {name} \\ """', words=True),
    ColumnDescription("label"),
    ColumnDescription("pixels", shape=(2, 2)),
    ColumnDescription("when", dates=True),
)
PARTS = ("year", "month", "weekday", "hour", "days")
WORDS = COLUMNS[1].name
ACTIVATIONS = ("relu", "gelu", "silu", "selu", "mish", "sigmoid", "tanh")
DTYPES = ("float32", "float64")


def rows(count: int = 200) -> dict[str, Array]:
    """Missing cells, unknown words, ties with knots, dates from 1899 to 2103; dates are seconds."""
    random = numpy.random.default_rng(4)
    size = random.normal(5.0, 3.0, count)
    size[::3] = numpy.round(size[::3])
    size[::7] = numpy.nan
    words = numpy.array(["rome", "oslo", None, "bern", "", "ro\"'me"], dtype=object)[random.integers(0, 6, count)]
    when = numpy.floor(random.uniform(-2.2e9, 4.2e9, count))
    when[:4] = [951_782_400.0, 951_868_799.0, -1.0, numpy.nan]  # the 29th of February 2000, its last second, 1969
    label = random.normal(size=count)
    label[1::9] = numpy.nan
    return {"size": size, WORDS: words, "label": label, "pixels": random.normal(size=(count, 2, 2)), "when": when}


def models() -> Iterator[ModelDescription]:
    """Classes of several types, with a threshold; every layer in both precisions; every scale of targets."""
    several = (_member(0, 3, "softmax", "float32", count=3), _member(1, 3, "softmax", "float32"))
    yield ModelDescription(COLUMNS, Task("classification", ("y",), ("no", "perhaps", 'y"""es')), several)
    for dtype in DTYPES:
        task = Task("classification", ("y",), (-1, 4), threshold=0.3)
        yield ModelDescription(COLUMNS, task, (_member(2, 1, "sigmoid", dtype),))
    ends = numpy.linspace(-2.0, 2.0, 9)
    scales = (
        TargetScale("none", 3.0, 2.0, low=0.0),
        TargetScale("log", 1.0, 0.5, 1.0, 9.0),
        TargetScale("log1p", 0.5, 0.25),
        TargetScale("quantile", 0.1, 0.8, knots=tuple((ends**3).tolist()), scores=tuple(ends.tolist())),
    )
    members = (_member(4, 4, "identity", "float64", scales), _member(5, 4, "identity", "float32", scales, count=2))
    yield ModelDescription(COLUMNS, Task("regression", ("a", "b", "c", "d")), members)
    yield ModelDescription(COLUMNS, Task("regression", ("a",)), (_member(6, 1, "identity", "float32", scales[1:2]),))


def _member(
    seed: int, outputs: int, head: str, dtype: str, scales: tuple[TargetScale, ...] = (), count: int = 1
) -> MemberDescription:
    random = numpy.random.default_rng(seed)
    words = ("", "bern", "rome", "ro\"'me")[: 2 + seed % 3]
    inputs = Inputs.of(
        [
            InputColumn("pixels", "number", (2, 2)),
            InputColumn("size", "number"),
            InputColumn(WORDS, "category", (len(words),), len(words)),
            *(InputColumn(f"when.{part}", "number") for part in PARTS),
            InputColumn("label", "number"),
            InputColumn("size.steps", "flag", (3,)),
            InputColumn("late", "number", (4,)),
        ]
    )
    layers = tuple(_layers(random, inputs, outputs, dtype, ACTIVATIONS[seed]))
    transforms = tuple(_transforms(random, words))
    return MemberDescription(seed, dtype, transforms, inputs, layers, Operation(head), scales, count)


def _transforms(random: numpy.random.Generator, words: tuple[str, ...]) -> Iterator[Operation]:
    yield Operation("dates", {"first": 86_400.0 * 365, "parts": PARTS}, "when")
    for name, usual in {"size": 4.0, "label": 0.1, **{f"when.{part}": 3.0 for part in PARTS}}.items():
        yield Operation("fill", {"value": numpy.asarray(usual)}, name)
    yield Operation("one-hot", {"words": words}, WORDS)
    yield Operation("thermometer", {"source": ("size",), "edges": numpy.asarray([1.5, 4.0, 6.25])}, "size.steps")
    edges = numpy.asarray([1.0, 3.0, 7.5, numpy.inf, numpy.inf])
    yield Operation("piecewise-linear", {"source": ("size",), "edges": edges}, "late")
    knots = numpy.sort(numpy.round(random.normal(5.0, 3.0, 40)))  # with ties
    yield Operation("normal-scores", {"knots": knots}, "size")
    center, width = random.normal(size=(2, 2)), numpy.full((2, 2), 2.0)
    yield Operation("smooth-clip", {"center": center, "width": width, "limit": 1.5}, "pixels")
    yield Operation("normal-scores", {"knots": numpy.sort(random.normal(size=(7, 2, 2)), axis=0)}, "pixels")
    for part, middle, wide in zip(
        PARTS, (2000.0, 6.5, 3.0, 11.5, 11_000.0), (50.0, 3.0, 2.0, 7.0, 9000.0), strict=True
    ):
        yield Operation("scale", {"center": numpy.asarray(middle), "width": numpy.asarray(wide)}, f"when.{part}")


def _layers(
    random: numpy.random.Generator, inputs: Inputs, outputs: int, dtype: str, activation: str
) -> Iterator[Operation]:
    def normal(*shape: int) -> Array:
        return random.normal(scale=0.5, size=shape).astype(dtype)

    place = {column.name: column.offset for column in inputs.columns}
    width, levels = inputs.width, inputs.columns[2].levels
    waves = {"frequency": normal(2, 3), "phase": normal(2, 3)}
    # What an embedding leaves moves to the front: the words stand one place earlier once `size` is embedded.
    columns = numpy.asarray([place["size"], place["label"]])
    yield Operation("periodic", {"columns": columns, **waves, "weight": normal(2, 3, 2), "bias": normal(2, 2)})
    width += 2 * 3 - 2
    columns = numpy.arange(levels) + place[WORDS] - 1
    yield Operation("vectors", {"columns": columns, "table": normal(levels, 2)})
    width += 2 - levels
    yield Operation("cosines", {"columns": numpy.asarray([3]), "frequency": normal(1, 2), "phase": normal(1, 2)})
    width += 2
    yield Operation("dense", {"weight": normal(width, 6), "bias": normal(6)})
    yield Operation("layernorm", {"gamma": normal(6), "beta": normal(6), "epsilon": 1e-5})
    yield Operation(activation)
    yield Operation("parametric", {"of": (ACTIVATIONS[::-1][ACTIVATIONS.index(activation)],), "alpha": normal(6)})
    yield Operation("leaky-relu", {"slope": 0.2})
    yield Operation("parametric", {"of": ("leaky-relu",), "alpha": normal(6), "slope": 0.1})
    yield Operation("keep")
    yield Operation("dense", {"weight": normal(6, 6), "bias": normal(6)})
    yield Operation("tanh")
    yield Operation("add")
    yield Operation("dense", {"weight": normal(6, outputs), "bias": normal(outputs)})
