"""The winner of a study as a model: its weights, its metrics on the test part, its file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from caviar.config.space import settle
from caviar.engine.job import Work
from caviar.engine.measuring import measured_or_nan
from caviar.engine.prepare import Preparation
from caviar.engine.saved import SavedModel
from caviar.interfaces.store import Ledger
from caviar.values.arrays import Array
from caviar.values.problem import Problem
from caviar.values.segment import Segment
from caviar.values.trial import Trial

if TYPE_CHECKING:
    from caviar.config.pipeline import Pipeline


@dataclass(frozen=True)
class Models:
    """Makes models of a study's trials; `folder` is the run's."""

    pipeline: Pipeline
    work: Work
    preparation: Preparation
    ledger: Ledger
    folder: Path

    def untested(self, best: Trial) -> SavedModel:
        """The best so far, saved, from the weights that the store holds; the test part is left alone."""
        return self._saved(self._model(best, self.ledger.weights(best.index)))

    def tested(self, winner: Trial, check_stop: Callable[[], None]) -> SavedModel:
        """The winner, saved, with its metrics on the test part, where there is one."""
        model, data = self._model(winner, self._weights(winner, check_stop)), self.work.datasets[0]
        if not len(data.split.test):
            return self._saved(model)
        prediction, truth = model.predict_inputs(data.x[data.split.test])[None], data.truth[data.split.test]
        metrics = {  # NaN where one fails: the search is over, and its model is not to be lost
            f"test.{name}": float(measured_or_nan(type(each).measure)(each, prediction, truth)[0])
            for name, each in self.work.metrics.items()
        }
        return self._saved(replace(model, metrics={**model.metrics, **metrics}))

    def _model(self, trial: Trial, weights: Mapping[str, Array]) -> SavedModel:
        return SavedModel(settle(self.pipeline, trial.values), self.preparation, weights, trial.index, trial.metrics)

    def _saved(self, model: SavedModel) -> SavedModel:
        model.save(self.folder / "models" / "best.safetensors")
        return model

    def _weights(self, trial: Trial, check_stop: Callable[[], None]) -> Mapping[str, Array]:
        """A trial's weights; trained again, to the same bits, where re-tests made it the winner when they were gone.

        A store keeps those of the best trials, and re-tests can throw many of these back behind others.
        """
        if self.ledger.holds(trial.index):
            return self.ledger.weights(trial.index)
        segment = Segment((trial.index,), (trial.values,), 0, self.pipeline.trainer.epochs)
        (outcome,) = self.work.perform(segment, lambda epoch: None, check_stop).members
        if outcome.weights is None:
            why = f"{outcome.state}: {outcome.reason}"
            raise Problem(f"trial {trial.index} has won; its weights were not kept, and training it again {why}")
        return outcome.weights
