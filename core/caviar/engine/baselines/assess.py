"""Assessing a winner: baselines beside it on the same rows, and intervals over rows for all of them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from math import isfinite
from typing import TYPE_CHECKING

from caviar.engine.baselines.boosting import boosting
from caviar.engine.baselines.constant import constant
from caviar.engine.baselines.fit import NO_TIME, Clock, Fit, OutOfTime, Predict, Rows
from caviar.engine.baselines.judge import Judge, drawn_rows, interval, judge_for
from caviar.engine.baselines.linear import linear
from caviar.engine.failures.plugin_errors import told
from caviar.engine.model.decide import seen_by, with_threshold
from caviar.engine.model.saved import SavedModel
from caviar.engine.training.measuring import measured_or_nan
from caviar.text.log import timed
from caviar.values.arrays import Array
from caviar.values.assessment import Assessment, Standing
from caviar.values.metric_name import MetricName
from caviar.values.problem import Stopped
from caviar.values.task import Task

if TYPE_CHECKING:
    from caviar.engine.data.prepare import Preparation
    from caviar.engine.training.job import Work
    from caviar.values.trial import Trial

_KINDS: Mapping[str, Callable[[Rows], Fit | None]] = {"constant": constant, "linear": linear, "boosting": boosting}


def assessed(
    work: Work,
    preparation: Preparation,
    best: Trial,
    model: SavedModel,
    ensemble: SavedModel | None,
    clock: Clock,
    before_baseline: Callable[[str], None] = lambda name: None,
) -> Assessment | None:
    """The winner's assessment; None where the trainer reads no data. An exception of a baseline becomes its note.

    Calls `before_baseline` with the name of each baseline before it is trained.
    """
    if not work.pipeline.trainer.needs_data:
        return None
    judge = judge_for(work.metrics, *work.searched, work.task.kind)
    rows = Rows(work, preparation, best, judge, clock)
    data = work.datasets[0]
    counts = {part: len(getattr(data.split, part)) for part in ("train", "validation", "test")}
    standings = [Standing("winner", judged(model.metrics))]
    predict: dict[str, Predict] = {"winner": partial(_answered, model, judge)}
    if ensemble is not None:
        standings.append(
            Standing("ensemble", judged(ensemble.metrics), note=_members_note(ensemble, len(work.datasets)))
        )
        predict["ensemble"] = partial(_answered, ensemble, judge)
    for name, kind in _KINDS.items() if work.pipeline.search.baselines else ():
        before_baseline(name)
        with timed("baseline '%s' trained", name):
            made = _made(name, kind, rows)
        if made is not None:
            standings.append(made[0])
            if made[1] is not None:
                predict[name] = made[1]
    if judge is not None:
        # With folds each row is predicted by the model of its fold, and only the first fold's is the winner's.
        for part in ("test",) if len(work.datasets) > 1 else ("validation", "test"):
            if counts[part]:
                clock.check_stop()
                standings = _Resampled(rows, judge, part, predict).added(standings)
    winner, *others = standings
    beside = others.pop(0) if ensemble is not None else None
    metric, goal = (judge.name, judge.goal) if judge else ("", work.searched[1])
    return Assessment(best.index, metric, goal, counts, data.x.shape[1], winner, tuple(others), beside)


def _members_note(ensemble: SavedModel, folds: int) -> str:
    drawn = [f"{trial} ({count} times)" if count > 1 else f"{trial}" for trial, count in ensemble.drawn.items()]
    note = f"the mean of trials {', '.join(drawn[:-1])} and {drawn[-1]}"
    return f"{note}, each as trained on the first fold; validation is that fold's part" if folds > 1 else note


def _answered(model: SavedModel, judge: Judge | None, x: Array) -> Array:
    """What the compared metric measures of a saved model, as its metrics do: classes by its threshold."""
    found = model.predict_inputs(x)
    return found if judge is None else seen_by(judge.metric, found, model.task)


def _seen(fit: Fit, judge: Judge | None, task: Task, x: Array) -> Array:
    """The same of a baseline."""
    found = fit.predict[0](x)
    return found if judge is None else seen_by(judge.metric, found, task)


def _task(rows: Rows, fit: Fit) -> Task:
    """Of classes with the threshold that is best for the baseline, where the winner has one that is best for it."""
    data, declared = rows.work.datasets[0], rows.work.pipeline.data
    if data.task.kind != "classification" or declared is None:
        return data.task
    validation = data.split.validation
    found = fit.predict[0](data.x[validation])
    return with_threshold(data.task, declared, rows.work.metrics, found, data.truth[validation])


def judged(metrics: Mapping[str, float]) -> dict[str, float]:
    """The metrics of a model that its standing has."""
    return {name: value for name, value in metrics.items() if MetricName.parse(name).part in ("validation", "test")}


def _made(name: str, kind: Callable[[Rows], Fit | None], rows: Rows) -> tuple[Standing, Predict | None] | None:
    """A baseline, and what the compared metric measures of it; None where the baseline cannot be trained here."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # scikit-learn's, about data that the user did not give to it
            rows.clock.check()
            fit = kind(rows)
            if fit is None:
                return None
            if not fit.predict:
                return Standing(name, note=fit.note), None
            task = _task(rows, fit)
            return Standing(name, _metrics(rows, fit, task), note=fit.note), partial(_seen, fit, rows.judge, task)
    except OutOfTime:
        return Standing(name, note=NO_TIME), None
    except Stopped:
        raise
    except Exception as error:  # a plugin or scikit-learn may raise anything; the search is over and must not be lost
        return Standing(name, note=f"not trained: {told(error)}"), None


def _metrics(rows: Rows, fit: Fit, task: Task) -> dict[str, float]:
    """Every metric of the validation part, the mean over folds, and of the test part by the first fold's model."""
    work, found = rows.work, dict[str, float]()
    by_fold = []
    for data, predict in zip(work.datasets, fit.predict, strict=True):
        part = data.split.validation
        seen = task if len(work.datasets) == 1 else data.task  # as of the winner, whose folds are compared at 0.5
        by_fold.append(_measured(rows, predict(data.x[part]), data.truth[part], seen))
    for name in work.metrics:
        found[str(MetricName("validation", name))] = sum(each[name] for each in by_fold) / len(by_fold)
    first = work.datasets[0]
    if len(first.split.test):
        test = _measured(rows, fit.predict[0](first.x[first.split.test]), first.truth[first.split.test], task)
        found |= {str(MetricName("test", name)): value for name, value in test.items()}
    return found


def _measured(rows: Rows, prediction: Array, truth: Array, task: Task) -> dict[str, float]:
    import numpy

    with numpy.errstate(all="ignore"):
        return {
            name: float(measured_or_nan(type(each).measure)(each, seen_by(each, prediction, task)[None], truth)[0])
            for name, each in rows.work.metrics.items()
        }


@dataclass(frozen=True)
class _Resampled:
    """The compared metric on resampled rows of a part."""

    rows: Rows
    judge: Judge
    part: str
    predict: Mapping[str, Predict]

    def added(self, standings: list[Standing]) -> list[Standing]:
        """The standings with their intervals on this part; a metric that fails leaves them as they are."""
        data, metric = self.rows.work.datasets[0], str(MetricName(self.part, self.judge.name))
        known = [each for each in standings if each.name in self.predict and metric in each.metrics]
        if not known or known[0].name != "winner":
            return standings
        random, all_rows = self.rows.random.child("rows", self.part), getattr(data.split, self.part)
        outputs = max(len(data.task.classes), len(data.task.targets))
        drawn = all_rows[drawn_rows(len(all_rows), outputs, random)]
        try:
            x, truth = data.x[drawn], data.truth[drawn]
            predictions = [self.predict[each.name](x) for each in known]
            found = [self.judge.value(prediction, truth) for prediction in predictions]
            values = self.judge.resampled(predictions, truth, random.child("resamples"))
        except Stopped:
            raise
        except Exception:  # a metric may raise anything, and was reported when it was measured
            return standings
        share, sign, new = len(drawn) / len(all_rows), self.judge.sign, {each.name: each for each in standings}
        winner = known[0]
        for place, each in enumerate(known):
            own = interval(values[:, place], found[place], each.metrics[metric], share)
            more = replace(each, intervals={**each.intervals, metric: own}) if own else each
            if place:
                ahead = sign * (winner.metrics[metric] - each.metrics[metric])
                differences = sign * (values[:, 0] - values[:, place])
                lead = interval(differences, sign * (found[0] - found[place]), ahead, share) or (ahead, ahead)
                if isfinite(float(differences.sum())):  # a metric may have no value where a class is absent
                    more = replace(more, lead={**each.lead, self.part: lead})
            new[each.name] = more
        return list(new.values())
