"""`study.plot` and `open_run(…).plot`: figures of the report one by one, shown in notebooks and saved as pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from os import PathLike
from pathlib import Path
from typing import Any

from caviar.registry.index import Registry, current, using
from caviar.registry.load import load
from caviar.support.files import write_atomically
from caviar.values.run_facts import RunFacts


@dataclass(frozen=True)
class Figure:
    """A figure of the report as a page of its own, which needs no network; the whole report where `name` is None."""

    facts: RunFacts = field(repr=False)
    name: str | None = None
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
        return page([self.facts], figure=self.name)


@dataclass(frozen=True)
class Plots:
    """The figures of a study. Each is shown where it is the last value of a notebook's cell, and has `save(path)`."""

    facts: RunFacts = field(repr=False)

    def report(self) -> Figure:
        """All figures, with filters and a brush that they share."""
        return Figure(self.facts)

    def history(self) -> Figure:
        """The best so far, by trials or seconds."""
        return Figure(self.facts, "history")

    def curves(self) -> Figure:
        """The learning curves of the best trials."""
        return Figure(self.facts, "curves")

    def importance(self) -> Figure:
        """How much each hyperparameter matters."""
        return Figure(self.facts, "importance")

    def scatter(self) -> Figure:
        """The metric against each hyperparameter."""
        return Figure(self.facts, "scatter")

    def parallel(self) -> Figure:
        """Parallel coordinates."""
        return Figure(self.facts, "parallel")

    def leaderboard(self) -> Figure:
        """The best trials with their values and metrics."""
        return Figure(self.facts, "leaderboard")

    def thresholds(self) -> Figure:
        """Of two classes: precision, recall, F1 and the searched metric over the decision threshold."""
        return Figure(self.facts, "thresholds")

    def errors(self) -> Figure:
        """Of numbers: predicted against true, and the residuals."""
        return Figure(self.facts, "errors")

    def activations(self) -> Figure:
        """What was recorded of the layers of the best trials."""
        return Figure(self.facts, "activations")
