"""The weights of a trial: as they are stored, or trained again to the same bits where they are lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from caviar.engine.failures.machine_faults import Unfinished
from caviar.engine.search.identities import Identities, both
from caviar.engine.search.merge_folds import over_folds
from caviar.engine.storage.artifacts import Unreachable
from caviar.engine.storage.study_ledger import StudyLedger
from caviar.engine.training.epochs import epochs_of, with_epochs
from caviar.engine.training.job import Work
from caviar.interfaces.store import StoreError
from caviar.values.arrays import Array
from caviar.values.problem import Problem
from caviar.values.segment import Segment
from caviar.values.trial import Trial

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline


@dataclass(frozen=True)
class Weights:
    """The weights of a study's trials, each with so many `folds`. `mixed`: see `Models`."""

    work: Work
    folds: int
    ledger: StudyLedger
    mixed: bool

    def of(self, trial: Trial, check_stop: Callable[[], None]) -> tuple[Mapping[str, Array], str | None]:
        """A trial's weights; if they are lost, the trial is trained again, to the same bits, and they are stored again.

        Those of the best trials are kept, and re-tests can throw many of these back behind others. The note reports a
        file that was lost or damaged, and a training that came to another result.
        """
        if not trial.state.done:  # trained again it would not stand where the time stopped it
            return self.stored(trial), None
        note = None
        if self.ledger.holds(trial.index):
            try:
                return self.stored(trial), None
            except Unreachable:
                raise
            except StoreError as error:
                why = str(error).partition(";")[0]
                note = f"trial {trial.index} was trained again with the same weights as result: {why}"
        work, one = replace(self.work, pipeline=self.pipeline_of(trial)), ((trial.index,), (trial.values,))
        segments = [Segment(*one, 0, work.pipeline.trainer.epochs, fold) for fold in range(self.folds)]
        again = (work.perform(each, lambda epoch: None, check_stop) for each in segments)
        identities = Identities(self.ledger, self.mixed)
        if moved := identities.differ(trial.origins, work.identity):
            note = f"trial {trial.index} was trained again on a different system, and its weights may differ: {moved}"
        found = identities.of(again, work.pipeline.executor, work.pipeline.trainer.epochs)
        outcome = over_folds([member for each in found for member in each.members])
        if outcome.weights is None:
            if outcome.fault:
                raise Unfinished([outcome])
            why = f"{outcome.state}: {outcome.reason}"
            raise Problem(f"the weights of trial {trial.index} are missing, and training it again {why}")
        if not moved and (differs := difference(trial.metrics, outcome.final or {})):
            note = (
                f"trial {trial.index} was trained again, and its result is another: {differs}; "
                "it depends on more than its values and its seed"
            )
        self.ledger.restore(trial.index, outcome.weights)
        if not {*outcome.origins} <= {*trial.origins}:
            self.ledger.settle([replace(trial, origins=both(trial.origins, outcome.origins))])
        return outcome.weights, note

    def stored(self, trial: Trial) -> Mapping[str, Array]:
        """The stored weights; of a trial that the time stopped in training those at the epoch that it has reached.

        Raises StoreError.
        """
        arrays, epoch = self.ledger.weights(trial.index), trial.epochs
        if trial.state.done:
            return arrays
        state = {name: array[None] for name, array in arrays.items()}
        segment = Segment((trial.index,), (trial.values,), epoch, epoch, state=state)
        work = replace(self.work, pipeline=with_epochs(self.work.pipeline, epoch))
        (outcome,) = work.perform(segment, lambda epoch: None, lambda: None).members
        if outcome.weights is None:
            raise Problem(f"{outcome.state}: {outcome.reason}")
        return outcome.weights

    def pipeline_of(self, trial: Trial) -> Pipeline:
        """The pipeline with as many epochs as the trial was to be trained for."""
        pipeline = self.work.pipeline
        return with_epochs(pipeline, epochs_of(trial, self.ledger.study(), pipeline))


def difference(before: Mapping[str, float], now: Mapping[str, float]) -> str:
    """The first metric that two trainings do not share, in words; "" where they are the same to the bit."""
    for name in sorted(before.keys() & now.keys()):
        told = [float(now[name]), float(before[name])]
        for write in ("{:.6g}".format, repr):  # all digits where few do not tell them apart; as text NaN equals NaN
            one, other = map(write, told)
            if one != other:
                return f"{name} {one} instead of {other}"
    return ""
