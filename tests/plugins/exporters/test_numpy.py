"""numpy: one file that predicts where there is NumPy and nothing else."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar.plugin import Array, ModelDescription, Task
from caviar.testing import ExporterContract, prediction_of
from caviar_plugins import NumPyFile

from tests.plugins.exporters.whole_vocabulary import COLUMNS, WORDS, models, rows

MODELS = list(models())


def written(model: ModelDescription, folder: Path) -> dict[str, Any]:
    """The names that the file defines."""
    NumPyFile().export(model, folder / "model.py")
    return runpy.run_path(str(folder / "model.py"))


def outputs(names: Mapping[str, Any], columns: Any) -> Array:
    """Probabilities, or targets (rows, targets)."""
    found: Array = names["probabilities" if "CLASSES" in names else "predict"](columns)
    return found.reshape(len(found), -1)


class TestNumPyFile(ExporterContract):
    exporter = NumPyFile()
    suffix = ".py"

    def predicted(self, path: Path, columns: Mapping[str, Array]) -> Any:
        return outputs(runpy.run_path(str(path)), columns)


@pytest.mark.parametrize("number", range(len(MODELS)))
def test_every_operation_computes_what_the_description_says(number: int, tmp_path: Path) -> None:
    model, columns = MODELS[number], rows()
    names = written(model, tmp_path)
    expected = prediction_of(model, columns)
    numpy.testing.assert_allclose(outputs(names, columns), expected, rtol=1e-5, atol=1e-6)
    if model.task.classes:
        expected = numpy.asarray(model.task.classes)[model.task.decided(expected.astype(numpy.float32))]
        assert names["predict"](columns).tolist() == expected.tolist()


def test_it_runs_where_nothing_but_numpy_can_be_imported(tmp_path: Path) -> None:
    model, columns = MODELS[0], rows(50)
    NumPyFile().export(model, tmp_path / "model.py")
    (tmp_path / "path").mkdir()
    for package in Path(numpy.__file__).parents[1].glob("numpy*"):
        if package.name in ("numpy", "numpy.libs"):
            (tmp_path / "path" / package.name).symlink_to(package)
    plain = {name: column.tolist() for name, column in columns.items()}
    (tmp_path / "rows.json").write_text(json.dumps(plain))
    program = (
        "import importlib.util, json, sys\n"
        "sys.path[1:] = [each for each in sys.path[1:] if 'site-packages' not in each] + ['path']\n"
        "sys.path.append('.')\n"
        "for absent in ('caviar', 'caviar_plugins', 'pydantic', 'safetensors'):\n"
        "    assert importlib.util.find_spec(absent) is None, absent\n"
        "import model\n"
        "print(json.dumps(model.probabilities(json.load(open('rows.json'))).tolist()))\n"
    )
    command = [sys.executable, "-I", "-S", "-c", program]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    numpy.testing.assert_allclose(json.loads(done.stdout), prediction_of(model, columns), rtol=1e-5, atol=1e-6)


def test_rows_are_columns_of_a_frame_or_lists_or_one_record(tmp_path: Path) -> None:
    pandas: Any = pytest.importorskip("pandas")
    names, columns = written(MODELS[0], tmp_path), rows(20)
    expected = outputs(names, columns)
    frame = pandas.DataFrame({name: column for name, column in columns.items() if column.ndim == 1})
    frame["when"] = pandas.to_datetime(frame["when"], unit="s")
    framed = {name: frame[name] for name in frame} | {"pixels": columns["pixels"], "unused": "x"}
    lists = {name: column.tolist() for name, column in columns.items()}
    numpy.testing.assert_array_equal(outputs(names, framed), expected)
    numpy.testing.assert_array_equal(outputs(names, lists), expected)
    record = {name: column[5] for name, column in columns.items()}
    numpy.testing.assert_allclose(outputs(names, record), expected[5:6], rtol=1e-6)


def test_a_cell_that_cannot_be_used_is_named_with_its_column(tmp_path: Path) -> None:
    names, columns = written(MODELS[0], tmp_path), rows(9)
    with pytest.raises(KeyError, match=r"the rows lack the columns \['size'\]"):
        names["predict"]({name: column for name, column in columns.items() if name != "size"})
    with pytest.raises(ValueError, match="column 'size' holds 'wide'; the model was trained on numbers there"):
        names["predict"](columns | {"size": ["wide"] * 9})
    pixels = columns["pixels"].copy()
    pixels[4, 1, 1] = numpy.nan  # no transform fills it
    with pytest.raises(ValueError, match="column 'pixels' has no number in row 5"):
        names["predict"](columns | {"pixels": pixels})


def test_what_the_data_is_called_cannot_become_code(tmp_path: Path) -> None:
    evil = '"""\nraise SystemExit("ran")\n"""\\'
    columns = tuple(each for each in COLUMNS if each.name != WORDS)
    (member,) = MODELS[1].members
    member = type(member)(**{**vars(member), "transforms": (), "layers": ()})
    description = ModelDescription((*columns, type(COLUMNS[0])(evil)), Task("regression", (evil,)), (member,))
    NumPyFile().export(description, tmp_path / "model.py")
    names = runpy.run_path(str(tmp_path / "model.py"))
    assert names["TARGETS"] == (evil,)
    assert evil in names["COLUMNS"]
