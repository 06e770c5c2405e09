"""Exporter: writes a saved model in another program's format."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import ClassVar

from caviar.interfaces.plugin import Plugin
from caviar.values.description import ModelDescription
from caviar.values.problem import Problem


class ExportError(Problem):
    """A model cannot be exported; the message gives the reason."""


class Exporter(Plugin):
    """Writes a model from its description only: it reads no plugin of the pipeline and no file of Caviar's.

    `model.export("name", path)` describes the model and calls `export` once, in the user's process, with a path
    whose folder exists. Fields are the exporter's options: `model.export(Mine(opset=18), path)`.
    """

    kind: ClassVar[str] = "exporter"
    interface: ClassVar[int] = 1
    suffix: ClassVar[str] = ""
    """What follows the run's name in the name of the file where the user gives none, such as ".onnx"."""

    @abstractmethod
    def export(self, model: ModelDescription, path: Path) -> None:
        """Writes the model to `path`, replacing an existing file, and writes no other file.

        The same description gives the same bytes. Raises ExportError, naming the operation, if it cannot express one;
        then it writes nothing. For every row the written model predicts what the description defines.
        """

    def usage(self, model: ModelDescription, path: Path) -> str:
        """Two lines or so of Python, or of a shell, that predict with the file; shown to the user after an export."""
        return ""
