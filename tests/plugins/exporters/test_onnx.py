"""onnx: a graph that ONNX Runtime runs, with an input for each column."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar.plugin import (
    Array,
    ColumnDescription,
    ExportError,
    InputColumn,
    Inputs,
    MemberDescription,
    ModelDescription,
    Operation,
    TargetScale,
    Task,
)
from caviar.registry.index import NotInstalled, find
from caviar.registry.load import load_entry
from caviar.testing import ExporterContract, prediction_of
from caviar_plugins import ONNXFile, SafetensorsFile

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


@pytest.mark.parametrize("exporter", [ONNXFile(), SafetensorsFile()])
def test_the_line_that_opens_the_file_is_python_whatever_its_name_is(exporter: Any) -> None:
    path = Path('a "b"') / "c'd\\e\n.onnx"
    first = ast.parse(exporter.usage(MODELS[0], path)).body[0]
    texts = [each.value for each in ast.walk(first) if isinstance(each, ast.Constant)]
    assert str(path) in texts


def saturating(task: Task) -> ModelDescription:
    """A network whose activation makes 1 of an infinite input."""
    outputs = len(task.classes) or 1
    layers = (
        Operation("dense", {"weight": numpy.full((1, 3), 2.0), "bias": numpy.zeros(3)}),
        Operation("tanh"),
        Operation("dense", {"weight": numpy.arange(3.0 * outputs).reshape(3, outputs), "bias": numpy.ones(outputs)}),
    )
    head = Operation("softmax" if task.classes else "identity")
    scales = () if task.classes else (TargetScale(low=0.0, high=9.0),)
    member = MemberDescription(0, "float64", (), Inputs.of([InputColumn("x", "number")]), layers, head, scales)
    return ModelDescription((ColumnDescription("x"),), task, (member,))


def test_a_row_whose_number_is_missing_or_infinite_has_no_answer(tmp_path: Path) -> None:
    x = {"x": numpy.array([1.0, numpy.nan, numpy.inf, -2.0, -numpy.inf])}
    lost = [False, True, True, False, True]
    ONNXFile().export(saturating(Task("classification", ("y",), ("a", "b"))), tmp_path / "classes.onnx")
    labels, probabilities = run(tmp_path / "classes.onnx", x)
    assert numpy.isnan(probabilities).all(axis=1).tolist() == lost
    assert [label == "" for label in labels] == lost
    ONNXFile().export(saturating(Task("regression", ("y",))), tmp_path / "numbers.onnx")
    (values,) = run(tmp_path / "numbers.onnx", x)
    assert numpy.isnan(values).tolist() == lost
    ONNXFile().export(saturating(Task("classification", ("y",), (0, 1))), tmp_path / "codes.onnx")
    with pytest.raises(Exception, match="out of data bounds"):  # no whole number says that there is no label
        run(tmp_path / "codes.onnx", x)


EXTREMES: dict[str, tuple[dict[str, Any], tuple[int, ...]]] = {
    "smooth-clip": ({"center": numpy.asarray(0.0), "width": numpy.asarray(1.0), "limit": 3.0}, ()),
    "normal-scores": ({"knots": numpy.asarray([1.0, 2.0, 2.0, 3.0, 5.0, 8.0])}, ()),
    "piecewise-linear": ({"edges": numpy.asarray([1.0, numpy.inf, numpy.inf])}, (2,)),  # of a constant column
}


@pytest.mark.parametrize("name", EXTREMES)
def test_extreme_numbers_are_transformed_as_in_the_description(name: str, tmp_path: Path) -> None:
    constants, shape = EXTREMES[name]
    inputs = Inputs.of([InputColumn("x", "number", shape)])
    sums = Operation("dense", {"weight": numpy.ones((inputs.width, 1)), "bias": numpy.ones(1)})
    transform = Operation(name, constants, "x")
    member = MemberDescription(0, "float64", (transform,), inputs, (sums,), Operation("identity"), (TargetScale(),))
    model = ModelDescription((ColumnDescription("x"),), Task("regression", ("y",)), (member,))
    x = {"x": numpy.asarray([1.0, 2.0, 9.0, 1e160, -1e300, numpy.inf, -numpy.inf, numpy.nan])}
    ONNXFile().export(model, tmp_path / "model.onnx")
    (found,) = run(tmp_path / "model.onnx", x)
    with numpy.errstate(invalid="ignore"):
        expected = prediction_of(model, x)[:, 0]
    numpy.testing.assert_allclose(found, expected, rtol=1e-6)


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
