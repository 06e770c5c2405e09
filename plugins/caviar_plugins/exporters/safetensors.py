"""safetensors: the arrays of a model, and what is computed with them as JSON beside them."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

from caviar.plugin import Array, Exporter, ModelDescription, Operation, write_atomically

from caviar_plugins.exporters.parts import check_known
from caviar_plugins.exporters.python_source import quoted


class SafetensorsFile(Exporter, interface=1):
    """The metadata has one entry, "caviar", a JSON object: `format` 1, `columns`, `task` and `members`.

    A member has `trial`, `count`, `dtype`, `transforms`, `inputs` (the names of its columns, in order), `layers`,
    `head` and `scales`, as `caviar.plugin.MemberDescription` says. An operation is {"name", "column", "constants"}; a
    constant is a number, a list of texts, or {"tensor": its name in the file}. Tensors are called after their place:
    "members.0.layers.0.weight", (inputs, outputs). Normalization is part of the weights where it can be.
    """

    suffix: ClassVar[str] = ".safetensors"

    def export(self, model: ModelDescription, path: Path) -> None:
        from safetensors.numpy import save

        check_known(model, "safetensors", with_modules=True)
        tensors: dict[str, Array] = {}
        members = []
        for place, member in enumerate(model.members):
            at = f"members.{place}"
            members.append(
                {
                    "trial": member.trial,
                    "count": member.count,
                    "dtype": member.dtype,
                    "transforms": _operations(f"{at}.transforms", member.transforms, tensors),
                    "inputs": [column.name for column in member.inputs.columns],
                    "layers": _operations(f"{at}.layers", member.layers, tensors),
                    "head": {"name": member.head.name},
                    "scales": [asdict(each) for each in member.scales],
                }
            )
        task = {name: getattr(model.task, name) for name in ("kind", "targets", "classes", "threshold")}
        facts = {"format": 1, "columns": [asdict(each) for each in model.columns], "task": task, "members": members}
        told = json.dumps(facts, allow_nan=False, ensure_ascii=False)
        write_atomically(path, save(tensors, metadata={"caviar": told}))

    def usage(self, model: ModelDescription, path: Path) -> str:
        return (
            f'file = safetensors.safe_open({quoted(path)}, "numpy")\n'
            'facts, names = json.loads(file.metadata()["caviar"]), file.keys()'
        )


def _operations(at: str, operations: tuple[Operation, ...], tensors: dict[str, Array]) -> list[dict[str, Any]]:
    """The operations as JSON; adds their arrays to the tensors."""
    import numpy

    described = []
    for place, each in enumerate(operations):
        constants: dict[str, Any] = {}
        for name, value in each.constants.items():
            if isinstance(value, (int, float, tuple)):
                constants[name] = value
            else:
                constants[name] = {"tensor": f"{at}.{place}.{name}"}
                tensors[f"{at}.{place}.{name}"] = numpy.array(value, order="C")
        described.append({"name": each.name, "constants": constants} | ({"column": each.column} if each.column else {}))
    return described
