"""What `Pipeline.run` returns: the trials, and the best model, ready to predict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from caviar.api.plots import Plots
from caviar.config.advice.advice import Advice
from caviar.engine.analysis.trial_frames import curves_to_pandas, curves_to_polars, to_pandas, to_polars
from caviar.engine.model.trained import TrainedModel
from caviar.values.arrays import Array
from caviar.values.assessment import Assessment
from caviar.values.problem import Problem
from caviar.values.ranking import ranked
from caviar.values.run_facts import RunFacts
from caviar.values.trial import Trial

_ROWS = 10
"""Trials that a notebook shows."""


@dataclass(frozen=True, repr=False)
class Study:
    """Every trial by number, and the best of those that finished and meet `where` (None: none does).

    `metric` is the searched one ("validation.accuracy"). `interrupted` says that it was stopped before its end.
    `folder` holds all of it on disk where `runs` was given; a search can then `start_from` the study. `nearest` says
    how far trials came where none meets `where`. `assessment` is the winner beside its baselines, on the same rows and
    with intervals over rows; `advice` what the result suggests to do or to doubt. `ensemble` is the mean of several
    trials (`search.ensemble`), its first member the best one; None where none was made.
    """

    name: str
    metric: str
    trials: tuple[Trial, ...]
    best: TrainedModel | None
    folder: Path | None = None
    interrupted: bool = False
    nearest: str = ""
    assessment: Assessment | None = None
    advice: tuple[Advice, ...] = ()
    ensemble: TrainedModel | None = None
    _curves: Mapping[str, Mapping[int, Array]] = field(default_factory=dict, compare=False)
    _facts: RunFacts | None = field(default=None, compare=False)

    def curves(self, metric: str | None = None) -> Mapping[int, Array]:
        """A metric (None: the searched one) after each epoch: trial -> float64 (epochs). Raises Problem."""
        name = self.metric if metric is None else metric
        if self._curves and name not in self._curves:
            raise Problem(f"there is no metric '{name}'; available: {', '.join(sorted(self._curves))}")
        return self._curves.get(name, {})

    @property
    def plot(self) -> Plots:
        """The figures of a report, one by one: `study.plot.history()`. Raises Problem where nothing was recorded."""
        if self._facts is None:
            raise Problem(f"the study '{self.name}' recorded nothing that could be drawn")
        return Plots(self._facts, self.curves)

    def to_pandas(self) -> Any:
        """A pandas.DataFrame, a row for each trial: state, values by path, metrics. Raises Problem without pandas."""
        return to_pandas(self.trials)

    def to_polars(self) -> Any:
        """A polars.DataFrame with the same columns. Raises Problem without polars."""
        return to_polars(self.trials)

    def curves_to_pandas(self) -> Any:
        """A pandas.DataFrame, a row for each epoch of each trial: every metric. Raises Problem without pandas."""
        return curves_to_pandas(self._curves)

    def curves_to_polars(self) -> Any:
        """A polars.DataFrame with the same columns. Raises Problem without polars."""
        return curves_to_polars(self._curves)

    def __fspath__(self) -> str:
        """The study's folder. Raises ValueError if the study is kept in memory."""
        if self.folder is None:
            raise ValueError(f"the study '{self.name}' is in memory only; run(…, runs=\"runs\") keeps it in a folder")
        return str(self.folder)

    def _repr_html_(self) -> str:
        """The line of `repr` and the best trials, for notebooks."""
        if self._facts is None:
            return f"<p>{escape(repr(self))}</p>"
        shown = ranked(self.trials, self._facts.goal)[:_ROWS]
        space = self._facts.space
        head = ["trial", self.metric, *space.names.values()]
        rows = [(trial.index, f"{trial.judged:.6g}", space.words(trial.values)) for trial in shown]
        cells = [[str(index), told, *(words.get(path, "") for path in space.names)] for index, told, words in rows]
        lines = [_row("th", head), *(_row("td", each) for each in cells)]
        return f"<p>{escape(repr(self))}</p><table>{''.join(lines)}</table>"

    def __repr__(self) -> str:
        """One line, for any number of trials."""
        ended = Counter(trial.state.value for trial in self.trials)
        told = [f"{len(self.trials)} trials", *(f"{count} {state}" for state, count in ended.most_common())]
        if self.best is not None:
            told.append(f"best trial {self.best.trial} with {self.metric} {self.best.metrics[self.metric]:.6g}")
        elif self.nearest:
            told.append(self.nearest)
        return f"<Study '{self.name}': {', '.join(told)}{' (interrupted)' if self.interrupted else ''}>"


def _row(tag: str, cells: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"
