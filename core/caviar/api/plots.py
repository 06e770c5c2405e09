"""`study.plot` and `open_run(…).plot`: figures of the report one by one, shown in notebooks and saved as pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from os import PathLike
from pathlib import Path
from typing import Any

from caviar.config.declaration.goal import goal_of
from caviar.config.declaration.space import owners
from caviar.config.hints.suggestions import closest, is_synonym
from caviar.registry.index import Registry, current, using
from caviar.registry.load import load
from caviar.support.files import write_atomically
from caviar.values.arrays import Array
from caviar.values.metric_name import MetricName
from caviar.values.problem import Problem
from caviar.values.run_facts import RunFacts
from caviar.values.shown import Shown


@dataclass(frozen=True)
class Figure:
    """A figure of the report as a page of its own, which needs no network; the whole report where `name` is None."""

    runs: tuple[RunFacts, ...] = field(repr=False)
    name: str | None = None
    shown: Shown = field(default_factory=Shown)
    _registry: Registry = field(default_factory=current, repr=False, compare=False)

    def save(self, path: str | PathLike[str]) -> None:
        """Writes the page, which any browser opens."""
        write_atomically(Path(path), self._page().encode())

    def _repr_html_(self) -> str:
        """The page in a frame of a notebook."""
        height = 900 if self.name is None else 520
        frame = f"width:100%;height:{height}px;border:0"
        title = self.name or "report"
        return f'<iframe srcdoc="{escape(self._page(), quote=True)}" style="{frame}" title="{title}"></iframe>'

    def _page(self) -> str:
        with using(self._registry):
            drawing: Any = load("reporter", "report")
        page: Callable[..., str] = drawing.page
        return page(self.runs, figure=self.name, shown=self.shown)


@dataclass(frozen=True)
class Plots:
    """The figures of a study. Each is shown where it is the last value of a notebook's cell, and has `save(path)`.

    Hyperparameters are named by their path, "optimizer.learning_rate", or its end where that is clear; without any,
    all are shown. `metric` is drawn instead of the searched one. `top=0.1` shows the best tenth of the trials alone.
    """

    facts: RunFacts = field(repr=False)
    _curves: Callable[[str], Mapping[int, Array]] = field(repr=False)

    def report(self) -> Figure:
        """All figures, with filters and a brush that they share."""
        return Figure((self.facts,))

    def history(self) -> Figure:
        """The best so far, by trials or seconds."""
        return Figure((self.facts,), "history")

    def curves(self, metric: str | None = None, *, top: float = 1.0) -> Figure:
        """The learning curves of the best trials, of the searched metric or another, such as "train.loss"."""
        shown = self.facts if metric is None else replace(self.facts, curves=self._curves(metric))
        return figure((shown,), "curves", metric=metric, top=top)

    def importance(self) -> Figure:
        """How much each hyperparameter matters."""
        return Figure((self.facts,), "importance")

    def scatter(self, *hyperparameters: str, metric: str | None = None, top: float = 1.0) -> Figure:
        """The metric against each hyperparameter. Raises Problem for a name that the study does not have."""
        return figure((self.facts,), "scatter", hyperparameters, metric, top)

    def parallel(self, *hyperparameters: str, metric: str | None = None, top: float = 1.0) -> Figure:
        """Parallel coordinates. Raises Problem for a name that the study does not have."""
        return figure((self.facts,), "parallel", hyperparameters, metric, top)

    def leaderboard(self, *, top: float = 1.0) -> Figure:
        """The best trials with their values and metrics."""
        return figure((self.facts,), "leaderboard", top=top)

    def timeline(self) -> Figure:
        """Which population was trained where and when, and what was pruned."""
        return Figure((self.facts,), "timeline")

    def ablation(self) -> Figure:
        """From the defaults to the best trial, one change at a time: 16 finished trials are needed, and SciPy."""
        return Figure((self.facts,), "ablation")

    def thresholds(self) -> Figure:
        """Of two classes: precision, recall, F1 and the searched metric over the decision threshold."""
        return Figure((self.facts,), "thresholds")

    def errors(self) -> Figure:
        """Of numbers: predicted against true, and the residuals."""
        return Figure((self.facts,), "errors")

    def activations(self) -> Figure:
        """What was recorded of the layers of the best trials."""
        return Figure((self.facts,), "activations")


def figure(
    runs: tuple[RunFacts, ...],
    name: str,
    hyperparameters: Sequence[str] = (),
    metric: str | None = None,
    top: float = 1.0,
) -> Figure:
    """A figure of what was chosen. Raises Problem for a choice that the runs do not have."""
    if not 0 < top <= 1:
        raise Problem(f"top = {top!r}: give the share of the trials to show, above 0 and at most 1, such as 0.1")
    paths = tuple(dict.fromkeys(_path(runs, each) for each in hyperparameters))
    if metric is None:
        return Figure(runs, name, Shown(paths, top=top))
    for run in runs:
        known = dict.fromkeys(each for trial in run.trials for each in trial.metrics)
        if metric not in known:
            raise Problem(f"'{run.name}' did not measure '{metric}'{closest(metric, known)}")
    goal = goal_of(runs[0].pipeline, MetricName.parse(metric))
    return Figure(runs, name, Shown(paths, metric, goal, top))


def _path(runs: Sequence[RunFacts], name: str) -> str:
    """The path that a name means in one of the runs. Raises Problem."""
    known = dict.fromkeys(each.path for run in runs for each in run.space.dimensions)
    ends = [path for path in known if path.endswith(f".{name}")]
    if name not in known and not ends:  # as other libraries call it: lr
        owned = {path: owner for run in runs for path, owner in owners(run.pipeline).items() if path in known}
        ends = [path for path, owner in owned.items() if is_synonym(*owner, name)]
    if name not in known and len(ends) != 1:
        several = f"'{name}' may be several hyperparameters: {', '.join(ends)}"
        raise Problem(several if ends else f"there is no hyperparameter '{name}'{closest(name, known)}")
    return name if name in known else ends[0]
