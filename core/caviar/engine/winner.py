"""The winner of a study as a model: its weights, its metrics on the test part, its file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from caviar.config.space import settle
from caviar.engine.job import Work, told
from caviar.engine.prepare import Preparation
from caviar.engine.saved import SavedModel
from caviar.interfaces.store import Ledger
from caviar.registry.load import name_of, version_of
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

    def made(self, best: Trial | None, make: Callable[[Trial], SavedModel]) -> tuple[SavedModel | None, str | None]:
        """What `make` gives, or why it could not: trials are recorded, and a model that fails does not undo them."""
        if best is None:
            return None, None
        try:
            return make(best), None
        except Exception as error:  # a plugin may raise anything, and the disk may be full
            settled = settle(self.pipeline, best.values)
            model, trainer = (
                f"{each.kind} '{name_of(each)}' of {version_of(each)}"
                for each in (type(settled.model), type(settled.trainer))
            )
            return None, f"trial {best.index} has won, but its model ({model}, {trainer}) was not saved: {_why(error)}"

    def untested(self, best: Trial) -> SavedModel:
        """The best so far, saved, from the weights that the store holds; the test part is left alone."""
        return self._saved(self._model(best, self.ledger.weights(best.index)))

    def tested(self, winner: Trial, check_stop: Callable[[], None]) -> SavedModel:
        """The winner, saved, with its metrics on the test part, where there is one."""
        model, data = self._model(winner, self._weights(winner, check_stop)), self.work.datasets[0]
        if not len(data.split.test):
            return self._saved(model)
        prediction, truth = model.predict_inputs(data.x[data.split.test])[None], data.truth[data.split.test]
        metrics = {
            f"test.{name}": float(each.measure(prediction, truth)[0]) for name, each in self.work.metrics.items()
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


def _why(error: Exception) -> str:
    if isinstance(error, Problem):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return told(error)
