"""Selects an ensemble of a search's best trials on validation rows, unless the winner alone is as good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite

from caviar.engine.baselines.fit import Clock
from caviar.engine.baselines.judge import Judge, drawn_rows, judge_for
from caviar.engine.ensembles.greedy import greedy_selection
from caviar.engine.failures.plugin_errors import reason_of
from caviar.engine.model.folds import Judged, together
from caviar.engine.model.member import ModelMember
from caviar.engine.model.on_disk import ensemble_file
from caviar.engine.model.saved import SavedModel, mean
from caviar.engine.model.winner import Models
from caviar.engine.storage.artifacts import Unreachable
from caviar.support.files import why_unusable
from caviar.text.scores import short_number
from caviar.values.arrays import Array
from caviar.values.condition import Condition
from caviar.values.metric_name import MetricName
from caviar.values.random import Random
from caviar.values.trial import Trial

_LIKELIHOOD = "log_loss"
_MOST_NUMBERS = 2**23
"""Predicted numbers of all candidates together that are compared at most: 64 MB, and a minute with a slow metric."""


class NoEnsemble(Exception):
    """The reason, in words, why a search ends without an ensemble."""


@dataclass(frozen=True)
class Ensembles:
    """Makes the ensemble of a study; `conditions` are those of `search.where`."""

    models: Models
    conditions: tuple[Condition, ...] = ()

    def made(
        self, feasible: Sequence[Trial], draws: int, clock: Clock, date: str
    ) -> tuple[SavedModel | None, tuple[str, ...]]:
        """The ensemble, saved and measured, and notes; None where the winner, the first trial, stands alone.

        `feasible`: the trials to select from, best first; where the time of `clock` is short, only some of them, and a
        note says so. `date` is that of the winner's model. An earlier ensemble of
        the folder is replaced or removed.
        """
        file, notes = ensemble_file(self.models.folder), list[str]()
        if draws:
            try:
                model = replace(self._selected(feasible, draws, clock, notes), date=date)
                self.models.save(model, file)
                return model, tuple(notes)
            except NoEnsemble as reason:
                notes.append(f"no ensemble: {reason}")
            except Unreachable:
                raise
            except Exception as error:  # a plugin may raise anything, and the disk may be full: the winner is not lost
                notes.append(f"no ensemble: {reason_of(error)}")
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            notes.append(f"{file}: cannot be removed: {why_unusable(error)}")
        return None, tuple(notes)

    def _selected(self, feasible: Sequence[Trial], draws: int, clock: Clock, notes: list[str]) -> SavedModel:
        judge = self._judge()
        if judge is None:
            raise NoEnsemble("no metric plugin measures what was searched")
        if len(feasible) < 2:
            met = " and meets search.where" if self.conditions else ""
            raise NoEnsemble(f"{'one' if feasible else 'no'} trial has finished{met}; it takes two or more")
        predictions, truth = self._predicted(feasible, clock, notes)
        drawn = greedy_selection(predictions, truth, judge, draws, clock.check_stop)
        ensemble = mean([predictions[place] for place in drawn], [*drawn.values()])
        self._check_gain(feasible[0], ensemble, predictions[0], truth, judge, len(drawn))
        members = list[ModelMember]()
        for place, count in drawn.items():
            weights, _ = self.models.weights.of(feasible[place], clock.check_stop)
            members += self.models.members(feasible[place], weights, count)
        model = self.models.judged(SavedModel(tuple(members), {}), recorded=False)
        for condition in self.conditions:
            if condition.metric in model.metrics and condition.violation(model.metrics):
                found = short_number(model.metrics[condition.metric])
                raise NoEnsemble(f"the mean of {len(drawn)} trials has {condition.metric} {found}, not {condition}")
        return model

    def _judge(self) -> Judge | None:
        """What the selection makes best: the searched metric, or, where that counts right classes, the log loss.

        A count of classes hardly tells means apart on a few thousand rows, and what it tells is mostly chance.
        """
        work = self.models.work
        judge = judge_for(work.metrics, *work.searched, work.task.kind)
        if judge is not None and judge.metric.of_classes and _LIKELIHOOD in work.metrics:
            likelihood = work.metrics[_LIKELIHOOD]
            return Judge(_LIKELIHOOD, likelihood, type(likelihood).goal)
        return judge

    def _predicted(self, trials: Sequence[Trial], clock: Clock, notes: list[str]) -> tuple[Array, Array]:
        """What each trial predicts out of fold for validation rows, (trials, rows, outputs), and their truth.

        Half of the time that is left is for this, half for the ensemble's test.
        """
        import numpy

        work, folds = self.models.work, self.models.folds
        rows, outputs = folds.validated, max(len(work.task.classes), len(work.task.targets))
        most = max(1, _MOST_NUMBERS // (outputs * len(trials)))
        if len(rows) > most:
            rows = rows[self._random.child("rows").order(len(rows))[:most]]
        found, left = list[Judged](), clock.left
        for trial in trials:
            clock.check_stop()
            if len(found) > 1 and clock.left < left / 2:
                best = f"the best {len(found)} of {len(trials)} trials"
                notes.append(f"the ensemble was selected from {best}: search.seconds left no time for more")
                break
            weights, note = self.models.weights.of(trial, clock.check_stop)
            model = self.models.model(trial, weights)
            found.append(together(folds.out_of_fold(folds.predictors(model), rows)))
            notes += [note] if note else []
        return numpy.stack([prediction for prediction, _ in found]), found[0][1]

    def _check_gain(
        self, winner: Trial, ensemble: Array, alone: Array, truth: Array, judge: Judge, members: int
    ) -> None:
        """Raises NoEnsemble where the gain over the winner is below one standard error over the validation rows.

        The selection has seen these rows, so a smaller gain may be nothing but chance.
        """
        metric = str(MetricName("validation", judge.name))
        if members == 1:
            raise NoEnsemble(f"no mean of several trials has a better {metric} than trial {winner.index}")
        gain = judge.sign * (judge.value(ensemble, truth) - judge.value(alone, truth))
        some = drawn_rows(len(truth), ensemble.shape[1], self._random.child("gain"))
        values = judge.resampled((ensemble[some], alone[some]), truth[some], self._random.child("resamples"))
        error = float((values[:, 0] - values[:, 1]).std(ddof=1)) * (len(some) / len(truth)) ** 0.5
        if not (isfinite(gain) and gain > error):
            raise NoEnsemble(
                f"the mean of {members} trials is better than trial {winner.index} by {short_number(gain)} in "
                f"{metric}, no more than one standard error over the validation rows, {short_number(error)}"
            )

    @property
    def _random(self) -> Random:
        return Random(self.models.work.pipeline.seed).child("ensemble")
