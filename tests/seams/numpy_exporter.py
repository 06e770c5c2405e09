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
    "dense": lambda a, weight, bias: a @ weight + bias,
    "relu": lambda a: numpy.maximum(a, 0),
    "tanh": numpy.tanh,
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
            }
            for member in model.members
        ]
        with path.open("wb") as file:
            numpy.savez(file, **arrays, facts=json.dumps(members))


def predicted(path: Path, columns: Mapping[str, Any]) -> Any:
    """What the archive's model predicts of the rows: NumPy alone."""
    with numpy.load(path) as archive:
        answers = []
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
    return numpy.mean(answers, axis=0)


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
    return FORMULAS[operation["name"]](a, **constants)
