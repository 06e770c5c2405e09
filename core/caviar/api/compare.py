"""`caviar.compare`: studies on the same axes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from caviar.api.plots import Figure, figure
from caviar.api.run import Run
from caviar.api.study import Study
from caviar.values.problem import Problem
from caviar.values.run_facts import RunFacts


@dataclass(frozen=True)
class Comparison:
    """Figures of several studies. As in `study.plot`, each is shown at a cell's end and has `save(path)`."""

    runs: tuple[RunFacts, ...] = field(repr=False)

    def report(self) -> Figure:
        """All of these figures, and in which settings and ranges the studies differ."""
        return Figure(self.runs)

    def history(self) -> Figure:
        """The best so far of each, by trials or seconds."""
        return Figure(self.runs, "history")

    def distribution(self) -> Figure:
        """For each value of the metric, the share of trials that are at most as large."""
        return Figure(self.runs, "distribution")

    def scatter(self, *hyperparameters: str, metric: str | None = None, top: float = 1.0) -> Figure:
        """The metric against each hyperparameter, a colour for each study; see `Plots.scatter`."""
        return figure(self.runs, "scatter", hyperparameters, metric, top)


def compare(*studies: Study | Run, **named: Study | Run) -> Comparison:
    """Studies on the same axes: `compare(one, other).history()`; `compare(random=one, fine=other)` names them.

    Of several with one name, those without a name of this call get a number. Raises Problem for fewer than two, and
    for anything else.
    """
    for each in (*studies, *named.values()):
        if not isinstance(each, (Study, Run)):
            raise Problem(f"a {type(each).__name__} is no study; give them one by one, runs by open_run(folder)")
    if len(studies) + len(named) < 2:
        raise Problem("give at least two studies or runs to compare; one has its figures in study.plot")
    own = [each.plot.facts for each in studies]
    alike = Counter([*(facts.name for facts in own), *named])
    told = [
        replace(facts, name=f"{facts.name} ({number})") if alike[facts.name] > 1 else facts
        for number, facts in enumerate(own, 1)
    ]
    return Comparison((*told, *(replace(each.plot.facts, name=name) for name, each in named.items())))
