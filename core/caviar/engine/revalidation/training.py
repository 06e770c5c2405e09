"""Training candidates with several seeds, and what they predict for the rows that judge them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from caviar.config.declaration.space import floats, settle
from caviar.engine.baselines.judge import Judge, drawn_rows, judge_for
from caviar.engine.model.decide import seen_by, with_threshold
from caviar.engine.model.folds import together
from caviar.engine.model.member import ModelMember
from caviar.engine.model.saved import SavedModel
from caviar.engine.search.merge_folds import merge_folds
from caviar.engine.search.populations import group
from caviar.engine.storage.fold_weights import parted
from caviar.values.arrays import Array
from caviar.values.random import Random
from caviar.values.segment import MemberOutcome, Segment

if TYPE_CHECKING:
    from caviar.engine.revalidation.today import Rows
    from caviar.interfaces.executor import Workers
    from caviar.values.run import EpochInfo
    from caviar.values.trial import Trial


@dataclass(frozen=True)
class Judged:
    """The rows that judge models: those that no training sees, or a sample of them."""

    rows: Rows

    @cached_property
    def judge(self) -> Judge | None:
        """The compared metric; None where the trainer predicts no rows."""
        work = self.rows.work
        return judge_for(work.metrics, *work.searched, work.task.kind) if self.rows.table is not None else None

    @property
    def held_out(self) -> Array:
        """All held-out rows: of the validation and the test part; with folds of the validation parts."""
        import numpy

        split = self.rows.work.datasets[0].split
        if len(self.rows.work.datasets) > 1:
            return self.rows.folds.validated
        return numpy.concatenate([split.validation, split.test])

    @cached_property
    def drawn(self) -> Array:
        """The rows that are used."""
        task, rows = self.rows.work.datasets[0].task, self.held_out
        chosen = drawn_rows(len(rows), max(len(task.classes), len(task.targets)), Random(0).child("judged"))
        drawn: Array = rows[chosen]
        return drawn

    @cached_property
    def truth(self) -> Array:
        """The truth of the used rows, in the order of predictions."""
        import numpy

        work = self.rows.work
        if len(work.datasets) == 1:
            return work.datasets[0].truth[self.drawn]
        parts = [each.split.validation for each in work.datasets]
        return numpy.concatenate(
            [each.truth[part[numpy.isin(part, self.drawn)]] for each, part in zip(work.datasets, parts, strict=True)]
        )

    def predicted(self, trial: Trial, weights: Mapping[str, Array]) -> Array:
        """What the metric measures of a trained trial: of two classes by its own threshold, chosen as in the search."""
        folds = self.rows.folds
        model = self.model(trial, weights)
        if len(self.rows.work.datasets) == 1:
            found = model.predict_inputs(self.rows.work.datasets[0].x[self.drawn])
        else:
            found = together(folds.out_of_fold(folds.predictors(model), self.drawn))[0]
        return self.seen(found)

    def seen(self, prediction: Array) -> Array:
        """Predictions as the metric sees them: classes by the threshold that is best for the validation rows."""
        import numpy

        work, judge = self.rows.work, self.judge
        data, task = work.pipeline.data, work.datasets[0].task
        if judge is None or data is None or not judge.metric.of_classes or len(task.classes) != 2:
            return prediction
        parts = [each.split.validation for each in work.datasets]
        chosen = slice(None) if len(parts) > 1 else numpy.isin(self.drawn, parts[0])
        return seen_by(
            judge.metric,
            prediction,
            with_threshold(task, data, work.metrics, prediction[chosen], self.truth[chosen]),
        )

    def model(self, trial: Trial, weights: Mapping[str, Array]) -> SavedModel:
        """A trained trial as a model that has the members of all folds."""
        preparations = self.rows.preparations
        settled = settle(self.rows.work.pipeline, trial.values)
        pairs = zip(preparations, parted(weights, len(preparations)), strict=True)
        return SavedModel(tuple(ModelMember(trial.index, settled, each, own) for each, own in pairs), {})


@dataclass(frozen=True)
class Trainings:
    """Trains trials on some rows; `tell` is called after each epoch of a population."""

    rows: Rows
    tell: Callable[[EpochInfo], None]
    workers: Workers

    def run(self, trials: Sequence[Trial], seeds: Sequence[int]) -> Iterator[tuple[int, MemberOutcome]]:
        """Yields (seed, outcome) for each trial and seed as they end. With one seed all trials are trained together.

        Seed 0 is that of a trial's first training, the others are those of re-tests.
        """
        folds = len(self.rows.work.datasets)
        for seed in seeds:
            outcomes = self.workers.run(self._segments(trials, seed, folds), self.tell)
            for members in merge_folds(outcomes, folds):
                yield from ((seed, each) for each in members)

    def _segments(self, trials: Sequence[Trial], seed: int, folds: int) -> Iterator[Segment]:
        pipeline, work = self.rows.work.pipeline, self.rows.work
        alike = floats(pipeline)
        for members in group(trials, pipeline.trainer, alike, self.workers.count, work.backend.max_population):
            numbers, values = tuple(each.index for each in members), tuple(each.values for each in members)
            for fold in range(folds):
                yield Segment(numbers, values, 0, pipeline.trainer.epochs, fold, repeat=seed)


@contextmanager
def trainings(
    rows: Rows, check_stop: Callable[[], None], tell: Callable[[EpochInfo], None], count: int
) -> Iterator[Trainings]:
    """Opens the run's executor for `count` trials on these rows."""
    with rows.work.pipeline.executor.open(rows.work, check_stop, count) as workers:
        yield Trainings(rows, tell, workers)
