"""Exports a saved model: calls an exporter with its description and a path."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from caviar.config.hints.plugin_by_name import plugin_by_name
from caviar.engine.failures.plugin_errors import told
from caviar.engine.model.describe import describe
from caviar.engine.model.saved import SavedModel
from caviar.interfaces.exporter import Exporter, ExportError
from caviar.registry.index import PluginError, using
from caviar.registry.load import name_of, version_of
from caviar.values.description import ModelDescription
from caviar.values.problem import Problem


def description_of(model: SavedModel) -> ModelDescription:
    """The model as exporters get it. Raises ExportError and NothingToPredict."""
    with using(model.first.pipeline.registry):
        return describe(model)


def export(model: SavedModel, exporter: str | Exporter, path: Path) -> None:
    """Writes the model with an exporter; a name means one that the model's run knows, those of its code file included.

    Raises ExportError, PluginError and NothingToPredict.
    """
    with using(model.first.pipeline.registry):
        writer: Any = plugin_by_name("exporter", exporter)() if isinstance(exporter, str) else exporter
        if not isinstance(writer, Exporter):
            raise ExportError(f"{writer!r} is not an exporter; pass an exporter's name, or an instance of an Exporter")
    description = description_of(model)
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise ExportError(f"{path}: not a regular file; a model is written beside it and takes its place")
    if not path.parent.is_dir():
        raise ExportError(f"{path.parent}: there is no such folder; make it, or give another path")
    try:
        writer.export(description, path)
    except Problem:
        raise
    except OSError as error:
        raise ExportError(f"{error.filename or path}: {error.strerror or error}") from error
    except Exception as error:  # a plugin may raise anything
        raise PluginError(told(error, writer)) from error
    if not path.exists():
        raise ExportError(f"exporter '{name_of(type(writer))}' of {version_of(type(writer))} wrote nothing to {path}")
