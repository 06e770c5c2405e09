"""onnx: a graph that ONNX Runtime runs, with an input for each column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar.plugin import Array, ColumnDescription, ExportError
from caviar.registry.index import NotInstalled, find
from caviar.registry.load import load_entry
from caviar.testing import ExporterContract, prediction_of
from caviar_plugins import ONNXFile

from tests.plugins.exporters.whole_vocabulary import models, rows

onnxruntime: Any = pytest.importorskip("onnxruntime", reason="it runs the files: install '.[peers]'")
pytest.importorskip("onnx", reason="it writes the files: install '.[onnx]'")
pytestmark = pytest.mark.peers
MODELS = list(models())


def run(path: Path, columns: Mapping[str, Array]) -> list[Array]:
    """The outputs of ONNX Runtime; missing words are empty."""
    session = onnxruntime.InferenceSession(str(path))
    words = {each.name for each in session.get_inputs() if each.type == "tensor(string)"}
    given = {each.name: columns[each.name] for each in session.get_inputs()}
    for name in words:
        given[name] = numpy.array(["" if cell is None else cell for cell in given[name]], dtype=object)
    found: list[Array] = session.run(None, given)
    return found


class TestONNXFile(ExporterContract):
    exporter = ONNXFile()
    suffix = ".onnx"

    def predicted(self, path: Path, columns: Mapping[str, Array]) -> Any:
        return run(path, columns)[-1]


@pytest.mark.parametrize("number", range(len(MODELS)))
def test_every_operation_computes_what_the_description_says(number: int, tmp_path: Path) -> None:
    model, columns = MODELS[number], rows()
    ONNXFile().export(model, tmp_path / "model.onnx")
    found, expected = run(tmp_path / "model.onnx", columns), prediction_of(model, columns)
    numpy.testing.assert_allclose(found[-1].reshape(expected.shape), expected, rtol=1e-5, atol=1e-6)
    if model.task.classes:
        decided = model.task.decided(expected.astype(numpy.float32))
        assert found[0].tolist() == [model.task.classes[code] for code in decided]


def test_an_output_gets_another_name_where_a_column_has_it(tmp_path: Path) -> None:
    ONNXFile().export(MODELS[0], tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"))
    assert "label" in [each.name for each in session.get_inputs()]
    assert [each.name for each in session.get_outputs()] == ["predicted_label", "probabilities"]
    assert session.get_modelmeta().custom_metadata_map["classes"] == '["no", "perhaps", "y\\"\\"\\"es"]'


def test_a_row_that_lacks_a_number_has_no_answer(tmp_path: Path) -> None:
    """`pixels` is filled by no transform; an activation such as relu would make a number of what is none."""
    columns = rows(6)
    columns["pixels"][2, 0, 0] = numpy.nan
    columns["pixels"][4, 1, 1] = numpy.inf
    ONNXFile().export(MODELS[0], tmp_path / "classes.onnx")
    labels, probabilities = run(tmp_path / "classes.onnx", columns)
    lost = [False, False, True, False, True, False]
    assert numpy.isnan(probabilities).all(axis=1).tolist() == lost
    assert [label == "" for label in labels] == lost
    ONNXFile().export(MODELS[4], tmp_path / "numbers.onnx")
    (values,) = run(tmp_path / "numbers.onnx", columns)
    assert numpy.isnan(values).tolist() == lost
    ONNXFile().export(MODELS[1], tmp_path / "codes.onnx")  # no whole number says that there is no label
    with pytest.raises(Exception, match="out of data bounds"):
        run(tmp_path / "codes.onnx", columns)


def test_a_column_without_a_name_is_refused(tmp_path: Path) -> None:
    columns = (*MODELS[0].columns, ColumnDescription(""))
    with pytest.raises(ExportError, match="a column has no name"):
        ONNXFile().export(replace(MODELS[0], columns=columns), tmp_path / "model.onnx")


def test_without_the_package_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("caviar.registry.load.find_spec", lambda name: None)
    with pytest.raises(NotInstalled, match=r"pip install 'caviar-ml\[onnx\]'"):
        load_entry(find("exporter", "onnx"))


def test_the_same_columns_are_prepared_once_for_members_that_share_them(tmp_path: Path) -> None:
    (one,) = MODELS[1].members
    shared = replace(MODELS[1], members=(one, replace(one, trial=7)))
    for name, model in {"one": MODELS[1], "two": shared}.items():
        ONNXFile().export(model, tmp_path / name)
    assert encoders(tmp_path / "two") == encoders(tmp_path / "one") == 1


def encoders(path: Path) -> int:
    import onnx

    return sum(node.op_type == "LabelEncoder" for node in onnx.load(path).graph.node)
