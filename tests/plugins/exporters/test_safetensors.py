"""safetensors: what is read back, as the page on exports says, is the description."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy
import pytest
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
from caviar.testing import ExporterContract, prediction_of
from caviar_plugins import SafetensorsFile
from safetensors import safe_open

from tests.plugins.exporters.whole_vocabulary import models, rows

MODELS = list(models())


def read(path: Path) -> ModelDescription:
    """The description in a file, by its metadata."""
    with safe_open(str(path), "numpy") as file:
        facts = json.loads(file.metadata()["caviar"])

        def constant(value: Any) -> Any:
            if isinstance(value, dict):
                return file.get_tensor(value["tensor"])
            return tuple(value) if isinstance(value, list) else value

        def operation(known: dict[str, Any]) -> Operation:
            constants = {name: constant(value) for name, value in known.get("constants", {}).items()}
            return Operation(known["name"], constants, known.get("column", ""))

        def member(known: dict[str, Any]) -> MemberDescription:
            return MemberDescription(
                known["trial"],
                known["dtype"],
                tuple(map(operation, known["transforms"])),
                Inputs.of(InputColumn(name, "number") for name in known["inputs"]),
                tuple(map(operation, known["layers"])),
                operation(known["head"]),
                tuple(TargetScale(**each) for each in known["scales"]),
                known["count"],
            )

        assert facts["format"] == 1
        task = Task(**{name: constant(value) for name, value in facts["task"].items()})
        columns = tuple(ColumnDescription(**each) for each in facts["columns"])
        return ModelDescription(columns, task, tuple(map(member, facts["members"])))


class TestSafetensorsFile(ExporterContract):
    exporter = SafetensorsFile()
    suffix = ".safetensors"

    def predicted(self, path: Path, columns: Mapping[str, Array]) -> Any:
        return prediction_of(read(path), columns)


@pytest.mark.parametrize("number", range(len(MODELS)))
def test_every_operation_computes_what_the_description_says(number: int, tmp_path: Path) -> None:
    model, columns = MODELS[number], rows()
    SafetensorsFile().export(model, tmp_path / "model")
    found = read(tmp_path / "model")
    numpy.testing.assert_array_equal(prediction_of(found, columns), prediction_of(model, columns))
    assert [each.name for each in found.columns] == [each.name for each in model.columns]
    assert found.task == Task(**{**vars(model.task), "scales": ()})
