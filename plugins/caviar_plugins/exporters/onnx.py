"""onnx: a file for ONNX Runtime and others, with one named input for each column."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from caviar.plugin import (
    ColumnDescription,
    Exporter,
    ExportError,
    ModelDescription,
    Task,
    write_atomically,
)

from caviar_plugins.exporters.onnx_columns import Column, prepared
from caviar_plugins.exporters.onnx_graph import Graph, Value, type_of
from caviar_plugins.exporters.onnx_layers import answered
from caviar_plugins.exporters.parts import check_known, preparations
from caviar_plugins.exporters.python_source import quoted

_OPSET, _ML_OPSET, _IR = 17, 3, 8  # of 2022: older runtimes read the file too


class ONNXFile(Exporter, interface=1):
    """Inputs: a column of numbers is double (rows,), NaN where missing; of words string (rows,), "" where missing; of
    dates double, seconds since 1970 in UTC; a block, such as images, double ``(rows, *shape)``.

    Outputs: `label` (rows,) and `probabilities` (rows, classes); of a regression `value`, (rows,), or (rows, targets)
    where there are several. The label of a row whose inputs are not all known is "" and its probabilities NaN; where
    labels are not texts the runtime refuses such rows. An output that has the name of a column gets `predicted_`
    in front.
    """

    suffix: ClassVar[str] = ".onnx"
    requires: ClassVar[tuple[str, ...]] = ("onnx",)

    def export(self, model: ModelDescription, path: Path) -> None:
        check_known(model, "onnx")
        if any(not column.name for column in model.columns):
            raise ExportError("a column has no name, which an input of ONNX needs; give it one and train again")
        write_atomically(path, _model(model).SerializeToString(deterministic=True))

    def usage(self, model: ModelDescription, path: Path) -> str:
        results = ", ".join(_outputs(model))
        return (
            f"session = onnxruntime.InferenceSession({quoted(path)})\n"
            "given = {each.name: rows[each.name] for each in session.get_inputs()}\n"
            f"{results}{'' if ',' in results else ','} = session.run(None, given)"
        )


def _model(model: ModelDescription) -> Any:
    from onnx import checker, helper

    outputs = _outputs(model)
    graph = Graph({*(column.name for column in model.columns), *outputs})
    columns = {each.name: Column(each.name, "str" if each.words else "float64") for each in model.columns}
    own, places = preparations(model)
    inputs = [prepared(graph, columns, each) for each in own]
    answers = [answered(graph, each, inputs[place]) for each, place in zip(model.members, places, strict=True)]
    made = _mean(graph, model, answers)
    if model.task.classes:
        label, probabilities = outputs
        graph.named(_label(graph, model.task, made, _dtype(model)), label)
        graph.named(made, probabilities)
    else:
        import numpy

        alone = len(model.task.targets) == 1
        graph.named(graph.add("Reshape", made, numpy.asarray([-1])) if alone else made, outputs[0])
    described = helper.make_graph(
        graph.nodes,
        "caviar",
        [_input(each) for each in model.columns],
        _described_outputs(model, outputs),
        graph.constants,
        doc_string=f"Predicts {', '.join(model.task.targets)}.",
    )
    domains = [helper.make_opsetid("", _OPSET), helper.make_opsetid("ai.onnx.ml", _ML_OPSET)]
    whole = helper.make_model(described, producer_name="caviar", ir_version=_IR, opset_imports=domains)
    helper.set_model_props(whole, _facts(model.task))
    checker.check_model(whole)
    return whole


def _mean(graph: Graph, model: ModelDescription, answers: Sequence[Value]) -> Value:
    """The mean of the members by their counts in float64, then in the widest type of theirs."""
    import numpy

    if len(answers) == 1:
        return answers[0]
    parts = []
    for member, answer in zip(model.members, answers, strict=True):
        wide = graph.cast(answer, "float64")
        parts.append(graph.add("Mul", wide, numpy.asarray(float(member.count))))
    counted = numpy.asarray(float(sum(member.count for member in model.members)))
    mean = graph.add("Div", graph.add("Sum", *parts), counted)
    return graph.cast(mean, _dtype(model))


def _label(graph: Graph, task: Task, probabilities: Value, dtype: str) -> Value:
    """The class of each row; where its probabilities are NaN the entry after the last, which only texts have."""
    import numpy

    positive = graph.add("Gather", probabilities, numpy.asarray(len(task.classes) - 1), axis=1)
    if task.threshold is None:
        code = graph.add("ArgMax", probabilities, axis=1, keepdims=0)
    else:
        code = graph.cast(graph.add("GreaterOrEqual", positive, numpy.asarray(task.threshold, dtype)), "int64")
    code = graph.add("Where", graph.add("IsNaN", positive), numpy.asarray(len(task.classes)), code)
    labels = numpy.asarray(task.classes)
    if _label_type(task) == "str":
        labels = numpy.asarray([*map(str, task.classes), ""], dtype=object)
    return graph.add("Gather", labels.astype(object if labels.dtype.kind == "O" else _label_type(task)), code)


def _outputs(model: ModelDescription) -> tuple[str, ...]:
    taken = {column.name for column in model.columns}
    wanted = ("label", "probabilities") if model.task.classes else ("value",)
    return tuple(_free(name, taken) for name in wanted)


def _free(name: str, taken: set[str]) -> str:
    return name if name not in taken else _free(f"predicted_{name}", taken)


def _input(column: ColumnDescription) -> Any:
    from onnx import helper

    shape = ["rows", *column.shape]
    kind, told = ("str", "words") if column.words else ("float64", "dates" if column.dates else "numbers")
    return helper.make_tensor_value_info(column.name, type_of(kind), shape, doc_string=told)


def _described_outputs(model: ModelDescription, names: tuple[str, ...]) -> list[Any]:
    from onnx import helper

    rows, task = "rows", model.task
    if task.classes:
        kinds = [(_label_type(task), [rows]), (_dtype(model), [rows, len(task.classes)])]
    else:
        kinds = [("float64", [rows] if len(task.targets) == 1 else [rows, len(task.targets)])]
    return [
        helper.make_tensor_value_info(name, type_of(k), shape) for name, (k, shape) in zip(names, kinds, strict=True)
    ]


def _facts(task: Task) -> dict[str, str]:
    """What a program may want to know beside the graph, as JSON."""
    import json

    facts = {"targets": task.targets, "classes": task.classes}
    return {name: json.dumps(value, ensure_ascii=False) for name, value in facts.items() if value}


def _dtype(model: ModelDescription) -> str:
    """The type of the prediction."""
    if not model.task.classes:
        return "float64"
    return "float64" if any(member.dtype == "float64" for member in model.members) else "float32"


def _label_type(task: Task) -> str:
    kinds = {type(label) for label in task.classes}
    return {frozenset({int}): "int64", frozenset({float}): "float64", frozenset({bool}): "bool"}.get(
        frozenset(kinds), "str"
    )
