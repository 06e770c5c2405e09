"""Reads the pipeline of a function's run where the function's file is not at hand: values, ranges and search."""

from __future__ import annotations

from collections.abc import Mapping
from types import new_class
from typing import Any, TypeAlias

from caviar.config.reading.build import Builder
from caviar.config.reading.locations import Location
from caviar.function.parameters import Parameters
from caviar.function.trainer import FunctionTrainer
from caviar.interfaces.fields.field import tunable
from caviar.interfaces.plugin import Plugin
from caviar.interfaces.tunable import Each, Tunable
from caviar.registry import index

_ANY: TypeAlias = bool | int | float | str | tuple[Any, ...] | dict[str, Each[Any]] | None
"""What a file can hold; None is its "auto"."""


class FunctionWithoutCode(FunctionTrainer):
    """Stands for a function that only its file could train; its parameters may have any value or range.

    Its metric's goal is that of the study.
    """


class BuilderWithoutCode(Builder):
    """Takes an unknown trainer for such a function, if the text names no data; what it would train is not needed."""

    def loaded(self, kind: str, name: Any, at: Location) -> type[Plugin]:
        tree = self.document.tree
        table = tree.get("trainer")
        if kind == "trainer" and name not in index.names(kind) and isinstance(table, dict) and "data" not in tree:
            metric = tree.get("search", {}).get("metric")
            return _function(str(name), table, {metric: None} if isinstance(metric, str) else {})
        return super().loaded(kind, name, at)


def _function(name: str, table: Mapping[str, Any], metrics: Mapping[str, None]) -> type[FunctionTrainer]:
    own = [key for key in table if key != "use" and key not in FunctionTrainer.model_fields]

    def body(namespace: dict[str, Any]) -> None:
        namespace |= {
            "__annotations__": dict.fromkeys(own, Tunable[_ANY]),
            **{key: tunable(default=None) for key in own},
            "name": name,
            "parameters": Parameters(tuple(own), frozenset(), {}, {}),
            "metrics": metrics,
            "says_epochs": True,
        }

    return new_class(name, (FunctionWithoutCode,), {"interface": 2}, body)
