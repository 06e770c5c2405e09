"""staged: the hyperparameters that matter most first, each stage from the last one's winner."""

from __future__ import annotations

from dataclasses import replace

from caviar.plugin import Array, Dimension, History, Random, Space, Strategy, setting

from caviar_plugins.strategies.coarse_to_fine import CoarseToFine
from caviar_plugins.strategies.extrapolation import extrapolated_losses
from caviar_plugins.strategies.random import RandomSearch


class Staged(Strategy, interface=2):
    """Searches tier after tier with `within`; what is not of the tier stays at the best trial of the tiers before.

    `trials` are shared equally among the tiers that are searched; None ("auto") is the search's own number. With
    another number the stages would have been others: a staged search is not extendable. Where `trials` is set and the
    search goes beyond, the last stage continues. Before there is a winner the rest stands in the middle of its range,
    on the option there. A choice's own hyperparameters are searched no earlier than the choice. Rounds that end where
    stages end let every stage see all of the one before.
    """

    trials: int | None = setting(default=None, ge=1)
    within: Strategy = CoarseToFine()

    def propose(self, space: Space, history: History, count: int, random: Random) -> Array:
        if self.trials is None:
            raise ValueError("trials: set the total number of trials; in a run the engine sets it")
        stages = _stages(space)
        edges = [-(-stage * self.trials // len(stages)) for stage in range(len(stages))]
        asked = range(history.proposed, history.proposed + count)
        # Where `within` has nothing left (a grid), the stage continues at random.
        points = RandomSearch().propose(space, history, count, random)
        for stage, begin, end in zip(stages, edges, [*edges[1:], max(self.trials, asked.stop)], strict=True):
            rows = range(max(begin, asked.start) - asked.start, min(end, asked.stop) - asked.start)
            if not rows:
                continue
            moving = Space(tuple(_alone(space, place, stage) for place in stage))
            new = self.within.propose(moving, _part(history, begin, stage), len(rows), random.child("stage", begin))
            rest = [place for place in range(len(space)) if place not in stage]
            points[rows.start : rows.stop, rest] = _winner(space, history, history.row(begin))[rest]
            points[rows.start : rows.start + len(new), stage] = new
        return points

    def retests(self, space: Space, history: History, random: Random) -> tuple[int, ...]:
        return self.within.retests(space, history, random)


def _stages(space: Space) -> list[list[int]]:
    """The indices of each stage's dimensions; those without a tier are in the first, children not before parents."""
    tiers: list[int] = []
    places = {dimension.path: place for place, dimension in enumerate(space.dimensions)}
    for dimension in space.dimensions:
        above = tiers[places[dimension.parent]] if dimension.parent is not None else 0
        tiers.append(max(dimension.tier or 0, above))
    known = sorted({tier for tier in tiers if tier}) or [0]
    return [[place for place, tier in enumerate(tiers) if max(tier, known[0]) == stage] for stage in known]


def _alone(space: Space, place: int, free: list[int]) -> Dimension:
    """A dimension in a stage: always active if its parent is settled."""
    dimension = space.dimensions[place]
    together = any(space.dimensions[other].path == dimension.parent for other in free)
    return dimension if together else replace(dimension, parent=None, when=None)


def _winner(space: Space, history: History, before: int) -> Array:
    """The coordinates of other tiers: those of the best trial of the first rows, those before a stage."""
    import numpy

    losses = extrapolated_losses(history)[:before]
    losses = numpy.where(numpy.isnan(losses), numpy.inf, losses)
    if len(losses) == 0 or not numpy.isfinite(losses).any():
        return numpy.full(len(space), 0.5)
    point = history.points[losses.argmin()]
    return numpy.where(numpy.isnan(point), 0.5, point)


def _part(history: History, begin: int, free: list[int]) -> History:
    """The given trials and a stage's own, in its own dimensions."""
    kept = [*range(history.given), *range(history.row(begin), len(history))]
    return replace(
        history,
        points=history.points[kept][:, free],
        objectives=history.objectives[kept],
        states=tuple(history.states[row] for row in kept),
        epochs=history.epochs[kept],
        curves=history.curves[kept],
        violations=None if history.violations is None else history.violations[kept],
        runs=None if history.runs is None else history.runs[kept],
        outside=tuple(number - begin for number in history.outside if number >= begin),
    )
