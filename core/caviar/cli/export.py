"""`pipe export`: writes a model of a run for another program."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caviar.cli.shared import Code, RunFolder, limit_blas_threads, using_code
from caviar.cli.terminal.output import show, show_logged

if TYPE_CHECKING:
    from caviar.engine.analysis.stored_run import StoredRun
    from caviar.engine.model.trained import TrainedModel
    from caviar.values.description import ModelDescription

_NAMES = 8  # columns or classes that are listed


def export(
    run: RunFolder,
    to: Annotated[
        str,
        typer.Option(metavar="FORMAT", help="onnx, numpy, safetensors, torch, or your exporter.", show_default=False),
    ],
    out: Annotated[
        Path | None, typer.Option(help="The file; by default one with the run's name here.", show_default=False)
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="best|ensemble|N",
            help="Which model: N is a trial whose weights are kept. By default the ensemble, if there is one.",
            show_default=False,
        ),
    ] = None,
    code: Code = None,
) -> None:
    """Write RUN's ensemble, or its best model where it has no ensemble, for another program.

    The file holds everything from a column's cells to the prediction: transforms, words, weights, labels, threshold.

    Examples:

      pipe export runs/penguins --to onnx

      pipe export runs/penguins --to numpy --out model.py --model best
    """
    limit_blas_threads()
    show_logged()
    with using_code(code):
        from caviar.config.hints.plugin_by_name import plugin_by_name
        from caviar.engine.analysis.stored_run import StoredRun, opener_of
        from caviar.interfaces.exporter import Exporter

        with redirect_stdout(sys.stderr):  # whatever plugins print
            stored = StoredRun(run, opener_of(run))
            writer = plugin_by_name("exporter", to)()
            assert isinstance(writer, Exporter)
            trained = _model(stored, model)
            path = out or Path(_file_name(run.resolve().name, writer.suffix))
            trained.export(writer, path)
            described = trained.description
            usage = writer.usage(described, path)
    show(*_told(path, trained, described))
    if usage:
        show("", *(f"    {line}" for line in usage.splitlines()), indent=6)


def _model(run: StoredRun, named: str | None) -> TrainedModel:
    """The model that the option names. Raises Problem."""
    from caviar.engine.analysis.results import model_of

    if named is None or named == "ensemble":
        if (found := run.ensemble()) is not None:
            return found
        if named is not None:
            model_of(run.folder, "ensemble")  # raises, and says why there is none
    if named is None or named in ("best", "ensemble"):
        return run.model()
    if not named.isdecimal():
        why = f"'{named}' is no model; give best, ensemble, or a trial's number"
        raise typer.BadParameter(why, param_hint="--model")
    return run.model(int(named))


def _file_name(run: str, suffix: str) -> str:
    """A file in the current folder; a module's name is one that can be imported."""
    name = re.sub(r"\W|^(?=\d)", "_", run) if suffix.endswith(".py") else run
    return f"{name}{suffix}"


def _told(path: Path, trained: TrainedModel, described: ModelDescription) -> Iterator[str]:
    """What was written, what it reads and what it predicts."""
    trials = [str(trial) for trial in dict.fromkeys(member.trial for member in described.members)]
    whose = f"trial {trials[0]}" if len(trials) == 1 else f"the ensemble of trials {', '.join(trials)}"
    folds = len(described.members) // len(trials)
    several = f", the mean of its {folds} folds" if folds > 1 and len(trials) == 1 else ""
    yield f"{path}: the model of {whose}{several}, {_size(path.stat().st_size)}"
    kinds: dict[str, list[str]] = {"words": [], "dates": [], "numbers": []}
    for column in described.columns:
        shape = f" ({' x '.join(map(str, column.shape))})" if column.shape else ""
        kinds["words" if column.words else "dates" if column.dates else "numbers"].append(f"{column.name}{shape}")
    for kind, names in kinds.items():
        if names:
            yield f"  reads {kind}: {_listed(names)}"
    classes = [str(label) for label in described.task.classes]
    yield f"  predicts {', '.join(described.task.targets)}" + (f": {_listed(classes)}" if classes else "")


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:_NAMES])
    return shown if len(names) <= _NAMES else f"{shown} and {len(names) - _NAMES} more"


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{max(1, round(count / 1e3))} kB"
