"""Makes an in-memory Optuna study from a strategy's history, and asks it for trials."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import optuna
from caviar.plugin import Array, Dimension, History, Space, TrialState
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from caviar_plugins.strategies.features import settled

_FEW = 64  # levels up to which Optuna gets a discrete parameter


@contextmanager
def quiet() -> Iterator[None]:
    """Silences Optuna's log and limits it to one thread, for the same bits on any machine."""
    from threadpoolctl import threadpool_limits

    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings(), threadpool_limits(limits=1):
            warnings.simplefilter("ignore")
            yield
    finally:
        optuna.logging.set_verbosity(before)


def remembers(sampler: Any) -> bool:
    """Whether a sampler stores state with each trial that it suggests, and needs it for the next."""
    from optuna.samplers import CmaEsSampler, NSGAIIISampler, NSGAIISampler, QMCSampler

    return isinstance(sampler, (CmaEsSampler, NSGAIISampler, NSGAIIISampler, QMCSampler))


def goes_through(sampler: type[Any]) -> bool:
    """Whether a sampler follows one sequence, which must be the same in every round."""
    return issubclass(sampler, optuna.samplers.QMCSampler)


def study_of(space: Space, history: History, sampler: Any) -> optuna.Study:
    """The history as a study; for a sampler that `remembers` it is asked for each of its own trials as it was then."""
    import numpy

    study = optuna.create_study(direction="minimize", sampler=sampler)
    axes = [_Axis(dimension) for dimension in space.dimensions]
    known = history.losses[numpy.isfinite(history.losses)]
    losses = numpy.where(numpy.isinf(history.losses), known.max() if len(known) else 0.0, history.losses)
    curves = -history.curves if history.goal == "maximize" else history.curves
    for row, point in enumerate(settled(space, history.points)):
        parameters = {axis.path: axis.parameter(u) for axis, u in zip(axes, point, strict=True) if not numpy.isnan(u)}
        steps = {epoch: float(value) for epoch, value in enumerate(curves[row], 1) if numpy.isfinite(value)}
        loss = None if numpy.isnan(losses[row]) else float(losses[row])
        state = _state(history.states[row], loss)
        distributions = {axis.path: axis.distribution for axis in axes if axis.path in parameters}
        if remembers(sampler) and row >= history.given:
            _replay(study, parameters, distributions, steps, state, loss)
        else:
            study.add_trial(
                optuna.trial.create_trial(
                    state=state,
                    value=None if state is optuna.trial.TrialState.FAIL else loss,
                    params=parameters,
                    distributions=distributions,
                    intermediate_values=steps,
                )
            )
    return study


def ask(study: optuna.Study, space: Space, count: int) -> Array:
    """Coordinates of new trials, (count, dimensions); each is asked for while those before it are running."""
    import numpy

    axes = [_Axis(dimension) for dimension in space.dimensions]
    points = numpy.full((count, len(space)), numpy.nan)
    for point in points:
        trial, chosen = study.ask(), dict[str, int]()
        for place, (axis, dimension) in enumerate(zip(axes, space.dimensions, strict=True)):
            if dimension.parent is None or chosen.get(dimension.parent) == dimension.when:
                point[place] = axis.coordinate(_suggested(trial, axis.path, axis.distribution))
                if not dimension.ordered:
                    chosen[axis.path] = space.level(axis.path, float(point[place]))
    return points


def _replay(
    study: optuna.Study,
    parameters: Mapping[str, Any],
    distributions: Mapping[str, BaseDistribution],
    steps: Mapping[int, float],
    state: optuna.trial.TrialState,
    loss: float | None,
) -> None:
    study.enqueue_trial(dict(parameters))
    trial = study.ask()
    assert trial.relative_params is not None, "reading it makes the sampler propose, and note what it must remember"
    for path, distribution in distributions.items():
        _suggested(trial, path, distribution)
    for epoch, value in steps.items():
        trial.report(value, epoch)
    study.tell(trial, loss if state is optuna.trial.TrialState.COMPLETE else None, state=state)


def _suggested(trial: optuna.Trial, path: str, distribution: BaseDistribution) -> Any:
    if isinstance(distribution, FloatDistribution):
        return trial.suggest_float(path, 0.0, 1.0)
    if isinstance(distribution, IntDistribution):
        return trial.suggest_int(path, 0, distribution.high)
    assert isinstance(distribution, CategoricalDistribution)
    return trial.suggest_categorical(path, distribution.choices)


def _state(state: TrialState, loss: float | None) -> optuna.trial.TrialState:
    states = optuna.trial.TrialState
    if loss is None or state is TrialState.FAILED:
        return states.FAIL
    return states.PRUNED if state is TrialState.PRUNED else states.COMPLETE


class _Axis:
    """The Optuna distribution of a dimension."""

    def __init__(self, dimension: Dimension) -> None:
        import numpy

        self.path, levels = dimension.path, dimension.levels
        self.middles: Array | None = None
        self.distribution: BaseDistribution = FloatDistribution(0.0, 1.0)
        if levels is not None and (levels <= _FEW or not dimension.ordered):
            numbers = numpy.unique(dimension.sampler.from_unit(numpy.linspace(0.0, 1.0, 64 * _FEW + 1)))
            if not dimension.ordered:
                numbers = numpy.arange(levels, dtype=numpy.float64)
            self.middles = numpy.sort(dimension.sampler.to_unit(numbers))
            options = range(len(self.middles))
            self.distribution = (
                IntDistribution(0, len(options) - 1) if dimension.ordered else CategoricalDistribution(tuple(options))
            )

    def parameter(self, coordinate: float) -> float | int:
        """The Optuna value of a coordinate."""
        if self.middles is None:
            return float(coordinate)
        return int(abs(self.middles - coordinate).argmin())

    def coordinate(self, parameter: Any) -> float:
        """The inverse."""
        return float(parameter) if self.middles is None else float(self.middles[int(parameter)])
