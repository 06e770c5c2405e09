"""Opening a run from its folder, for programs."""

from __future__ import annotations

from functools import cached_property
from os import PathLike
from pathlib import Path

from caviar.api.pipeline import Pipeline
from caviar.api.plots import Plots
from caviar.engine.analysis.stored_run import StoredRun, opener_of
from caviar.registry.code import with_code
from caviar.registry.index import using


class Run(StoredRun):
    """A run in a folder, finished or running. Reading takes no lock and changes nothing.

    Trials are as they were when the run was opened; curves and models are read when they are asked for.
    """

    @cached_property
    def pipeline(self) -> Pipeline:
        """The resolved pipeline that the study was started with, every default written out."""
        return Pipeline.completed(super().pipeline)

    @property
    def plot(self) -> Plots:
        """The figures of its report, one by one: `run.plot.history()`."""
        with using(self._registry):
            return Plots(self.facts(), self.curves)


def open_run(folder: str | PathLike[str], code: str | PathLike[str] | None = None) -> Run:
    """The run in a folder such as "runs/digits"; `code` is the file of plugins that it was made with.

    Raises NoRun where there is none, StoreError where it cannot be read, PluginError where `code` cannot be used, and
    Mistakes where its pipeline is damaged: each is a Problem.
    """
    with using(with_code(None if code is None else Path(code))):
        run = Run(Path(folder), opener_of(Path(folder)))
        _ = run.trials  # read now: what is wrong with the folder is raised here
        return run
