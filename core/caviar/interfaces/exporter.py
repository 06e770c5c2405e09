"""Exporter: writes a saved model as a file of another program."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import ClassVar

from caviar.interfaces.plugin import Plugin
from caviar.values.description import ModelDescription
from caviar.values.problem import Problem


class ExportError(Problem):
    """A model cannot be exported; the message says why."""


class Exporter(Plugin):
    """Reads the model's description alone: never a plugin of the pipeline, and no file of Caviar's.

    `model.export("name", path)` describes the model, makes sure that the folder of `path` exists, and calls `export`
    once, in the user's process. Fields are the exporter's options: `model.export(Mine(opset=18), path)`.
    """

    kind: ClassVar[str] = "exporter"
    interface: ClassVar[int] = 1

    @abstractmethod
    def export(self, model: ModelDescription, path: Path) -> None:
        """Writes the model to `path`, and nothing beside it; what was there is replaced.

        The same description gives the same bytes. Raises ExportError, naming the operation, where it cannot express
        one: then nothing is written. What it writes predicts what the description says, for every row.
        """
