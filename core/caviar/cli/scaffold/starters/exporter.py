"""A starter for exporters: every operation as text, to be replaced by the format of another program."""

PLUGIN = '''\
"""$name: replace this by the format that yours writes."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy
from caviar.plugin import Constant, Exporter, ExportError, MemberDescription, ModelDescription, Operation

KNOWN = ("fill", "scale", "one-hot", "dense", "relu", "softmax", "identity")


class $cls($bases):
    """JSON with the operations of each member in order: transforms, layers, head. Its arrays are nested lists."""

    def export(self, model: ModelDescription, path: Path) -> None:
        task, members = model.task, [_member(each) for each in model.members]
        columns = [{"name": each.name, "words": each.words, "shape": each.shape} for each in model.columns]
        facts = {"columns": columns, "targets": task.targets, "classes": task.classes, "members": members}
        path.write_text(json.dumps(facts, indent=1), encoding="utf-8")


def _member(member: MemberDescription) -> dict[str, Any]:
    return {
        "transforms": [_operation(each) for each in member.transforms],
        "inputs": [column.name for column in member.inputs.columns],
        "layers": [_operation(each) for each in (*member.layers, member.head)],
        "scales": [asdict(each) for each in member.scales],
        "count": member.count,
    }


def _operation(operation: Operation) -> dict[str, Any]:
    if operation.name not in KNOWN:
        raise ExportError(f"$name does not know the operation '{operation.name}'")
    constants = {name: _plain(value) for name, value in operation.constants.items()}
    return {"name": operation.name, "column": operation.column, "constants": constants}


def _plain(constant: Constant) -> Any:
    return constant if isinstance(constant, (float, tuple)) else numpy.asarray(constant).tolist()
'''
TEST = '''\
"""$name: the laws of exporters, and what is special about this one."""

import json
from pathlib import Path

from caviar.plugin import ColumnDescription, Inputs, MemberDescription, ModelDescription, Operation, Task
from caviar.testing import ExporterContract

from $module import $cls


class Test$cls(ExporterContract):
    exporter = $cls()
    # Once what it writes can be run, add `predicted`: then it is compared with what the description says.

    def test_the_classes_are_written(self, tmp_path: Path) -> None:
        columns, task = (ColumnDescription("x", shape=(2,)),), Task("classification", ("y",), classes=("no", "yes"))
        member = MemberDescription(0, "float32", (), Inputs.block(2), (), Operation("softmax"))
        $cls().export(ModelDescription(columns, task, (member,)), tmp_path / "model.json")
        assert json.loads((tmp_path / "model.json").read_text())["classes"] == ["no", "yes"]
'''
EXAMPLE = """\
# A network on handwritten digits: pipe run example.toml. Then, in Python:
#   caviar.open_run("runs/example").model().export("$name", "model.json")
data = "digits"
normalizer = "batchnorm"
regularizer = ["l2"]

[optimizer]
use = "adam"
learning_rate = { log = [1e-4, 1.0] }

[trainer]
epochs = 10

[search]
trials = 16
"""
