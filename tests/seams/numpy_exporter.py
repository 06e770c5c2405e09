"""A third party's exporter: an archive of arrays and JSON, and a program of NumPy alone that predicts from it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy
from caviar.plugin import Exporter, ExportError, ModelDescription, Operation

FORMULAS: dict[str, Callable[..., Any]] = {
    "fill": lambda c, value: numpy.asarray(numpy.where(numpy.isnan(c), value, c), c.dtype),
    "scale": lambda c, center, width: ((c - center) / width).astype(numpy.float32),
    "one-hot": lambda c, words: numpy.asarray([["" if v is None else v] for v in c], dtype=str) == words,
    "thermometer": lambda c, source, edges: c.astype(float)[:, None] > edges,
    "smooth-clip": lambda c, center, width, limit: ((b := (c - center) / width) / numpy.hypot(1.0, b / limit)).astype(
        numpy.float32
    ),
    "periodic": lambda x, frequency, phase, weight, bias: numpy.concatenate(
        [
            numpy.einsum("rnk,nkw->rnw", numpy.cos(2 * numpy.pi * x[:, :, None] * frequency + phase), weight) + bias,
            x[:, :, None],
        ],
        axis=2,
    ).reshape(len(x), -1),
    "vectors": lambda x, table: x @ table,
    "dense": lambda a, weight, bias: a @ weight + bias,
    "relu": lambda a: numpy.maximum(a, 0),
    "tanh": numpy.tanh,
    "selu": lambda a: 1.0507009873554805 * numpy.where(a > 0, a, 1.6732632423543772 * numpy.expm1(numpy.minimum(a, 0))),
    "mish": lambda a: a * numpy.tanh(numpy.logaddexp(0, a)),
    "softmax": lambda o: (e := numpy.exp(o - o.max(axis=1, keepdims=True))) / e.sum(axis=1, keepdims=True),
    "identity": lambda o: o,
}


class NumPyArchive(Exporter, interface=1):
    """Reads the description and no plugin of the pipeline."""

    name = "numpy-archive"

    def export(self, model: ModelDescription, path: Path) -> None:
        arrays: dict[str, Any] = {}

        def noted(operations: tuple[Operation, ...]) -> Iterator[dict[str, Any]]:
            for each in operations:
                if each.name not in FORMULAS:
                    raise ExportError(f"numpy-archive does not know the operation '{each.name}'")
                keys = {name: str(len(arrays) + place) for place, name in enumerate(each.constants)}
                arrays.update((keys[name], numpy.asarray(value)) for name, value in each.constants.items())
                yield {"name": each.name, "column": each.column, "constants": keys}

        members = [
            {
                "transforms": list(noted(member.transforms)),
                "inputs": [column.name for column in member.inputs.columns],
                "dtype": member.dtype,
                "layers": list(noted((*member.layers, member.head))),
                "scales": [asdict(each) for each in member.scales],
                "count": member.count,
            }
            for member in model.members
        ]
        with path.open("wb") as file:
            numpy.savez(file, **arrays, facts=json.dumps(members))


def predicted(path: Path, columns: Mapping[str, Any]) -> Any:
    """What the archive's model predicts of the rows: NumPy alone."""
    with numpy.load(path) as archive:
        answers, counts = [], []
        for member in json.loads(str(archive["facts"])):
            table = dict(columns)
            for each in member["transforms"]:
                table[each["column"]] = computed(archive, each, table[each["column"]])
            blocks = [table[name].reshape(len(table[name]), -1) for name in member["inputs"]]
            a = numpy.concatenate([block.astype(member["dtype"]) for block in blocks], axis=1)
            for each in member["layers"]:
                a = computed(archive, each, a)
            a = a.astype(float)
            for k, scale in enumerate(member["scales"]):
                a[:, k] = in_units(a[:, k], **scale)
            answers.append(a)
            counts.append(member["count"])
    return numpy.average(answers, axis=0, weights=counts)


def in_units(
    output: Any, formula: str, center: float, scale: float, low: float, high: float, knots: Any, scores: Any
) -> Any:
    t = output.astype(float) * scale + center
    if formula == "quantile":
        t = numpy.interp(t, scores, knots)
    elif formula != "none":
        t = {"log": numpy.exp, "log1p": numpy.expm1}[formula](t)
    return t if low is None and high is None else numpy.clip(t, low, high)


def computed(archive: Any, operation: dict[str, Any], a: Any) -> Any:
    constants = {name: archive[key] for name, key in operation["constants"].items()}
    formula, columns = FORMULAS[operation["name"]], constants.pop("columns", None)
    if columns is None:
        return formula(a, **constants)
    return numpy.concatenate([numpy.delete(a, columns, axis=1), formula(a[:, columns], **constants)], axis=1)
