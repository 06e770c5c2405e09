"""Assessing a winner: baselines beside it on the same rows, and intervals over rows for all of them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import isfinite
from typing import TYPE_CHECKING, TypeAlias

from caviar.engine.baselines.boosting import boosting
from caviar.engine.baselines.constant import constant
from caviar.engine.baselines.fit import NO_TIME, Clock, Fit, OutOfTime, Rows
from caviar.engine.baselines.judge import Judge, drawn_rows, interval, judge_for
from caviar.engine.baselines.linear import linear
from caviar.engine.failures.plugin_errors import told
from caviar.engine.model.decide import seen_by, with_threshold
from caviar.engine.model.folds import Folds, Judged, together
from caviar.engine.model.saved import SavedModel
from caviar.engine.training.measuring import measured_or_nan
from caviar.text.log import timed
from caviar.values.arrays import Array
from caviar.values.assessment import Assessment, Standing
from caviar.values.metric_name import MetricName
from caviar.values.problem import Stopped
from caviar.values.task import Task

if TYPE_CHECKING:
    from caviar.values.trial import Trial

Answers: TypeAlias = Callable[[Array], Array]
"""Rows of the test part, by number -> what the compared metric measures of a model; without folds of any part."""

_KINDS: Mapping[str, Callable[[Rows], Fit | None]] = {"constant": constant, "linear": linear, "boosting": boosting}


def assessed(
    folds: Folds,
    best: Trial,
    model: SavedModel,
    ensemble: SavedModel | None,
    clock: Clock,
    before_baseline: Callable[[str], None] = lambda name: None,
) -> Assessment | None:
    """The winner's assessment; None where the trainer reads no data. An exception of a baseline becomes its note.

    Calls `before_baseline` with the name of each baseline before it is trained.
    """
    work = folds.work
    if not work.pipeline.trainer.needs_data:
        return None
    judge = judge_for(work.metrics, *work.searched, work.task.kind)
    rows = Rows(folds, best, judge, clock)
    data = work.datasets[0]
    counts = {part: len(getattr(data.split, part)) for part in ("train", "validation", "test")}
    standings = [Standing("winner", judged(model.metrics), note=_of_folds(folds))]
    answers: dict[str, Answers] = {"winner": partial(_answered, rows, model)}
    if ensemble is not None:
        standings.append(Standing("ensemble", judged(ensemble.metrics), note=_members_note(ensemble, folds)))
        answers["ensemble"] = partial(_answered, rows, ensemble)
    for name, kind in _KINDS.items() if work.pipeline.search.baselines else ():
        before_baseline(name)
        with timed("baseline '%s' trained", name):
            made = _made(name, kind, rows)
        if made is not None:
            standings.append(made[0])
            if made[1] is not None:
                answers[name] = made[1]
    if judge is not None:
        # With folds the value of the validation part is a mean over them, not that of their rows together.
        for part in ("test",) if len(work.datasets) > 1 else ("validation", "test"):
            if counts[part]:
                clock.check_stop()
                standings = _Resampled(rows, judge, part, answers).added(standings)
    winner, *others = standings
    beside = others.pop(0) if ensemble is not None else None
    metric, goal = (judge.name, judge.goal) if judge else ("", work.searched[1])
    return Assessment(best.index, metric, goal, counts, data.x.shape[1], winner, tuple(others), beside)


def _of_folds(folds: Folds) -> str:
    """Which folds' models predict new rows; "" without folds."""
    if len(folds.preparations) == 1:
        return ""
    return "the latest fold's model" if folds.used == 1 else f"the mean of its {folds.used} folds' models"


def _members_note(ensemble: SavedModel, folds: Folds) -> str:
    drawn = [f"{trial} ({count} times)" if count > 1 else f"{trial}" for trial, count in ensemble.drawn.items()]
    note = f"the mean of trials {', '.join(drawn[:-1])} and {drawn[-1]}"
    own = _of_folds(folds)
    return f"{note}, of each {own}" if own else note


def _answered(rows: Rows, model: SavedModel, drawn: Array) -> Array:
    """What the compared metric measures of a saved model, as its metrics do: classes by its threshold."""
    found = rows.folds.answers(model, drawn)
    return found if rows.judge is None else seen_by(rows.judge.metric, found, model.task)


def _seen(rows: Rows, fit: Fit, task: Task, drawn: Array) -> Array:
    """The same of a baseline."""
    found = rows.folds.answers_of(fit.predict, drawn)
    return found if rows.judge is None else seen_by(rows.judge.metric, found, task)


def _task(rows: Rows, validated: Sequence[Judged]) -> Task:
    """Of classes with the threshold that is best for the baseline, where the winner has one that is best for it."""
    task, declared = rows.work.datasets[0].task, rows.work.pipeline.data
    if task.kind != "classification" or declared is None:
        return task
    return with_threshold(task, declared, rows.work.metrics, *together(validated))


def judged(metrics: Mapping[str, float]) -> dict[str, float]:
    """The metrics of a model that its standing has."""
    return {name: value for name, value in metrics.items() if MetricName.parse(name).part in ("validation", "test")}


def _made(name: str, kind: Callable[[Rows], Fit | None], rows: Rows) -> tuple[Standing, Answers | None] | None:
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
            validated = rows.folds.out_of_fold(fit.predict)
            task = _task(rows, validated)
            return Standing(name, _metrics(rows, fit, validated, task), note=fit.note), partial(_seen, rows, fit, task)
    except OutOfTime:
        return Standing(name, note=NO_TIME), None
    except Stopped:
        raise
    except Exception as error:  # a plugin or scikit-learn may raise anything; the search is over and must not be lost
        return Standing(name, note=f"not trained: {told(error)}"), None


def _metrics(rows: Rows, fit: Fit, validated: Sequence[Judged], task: Task) -> dict[str, float]:
    """Every metric as the winner has it: of the validation part the mean over folds, of the test part by all folds."""
    work, found = rows.work, dict[str, float]()
    by_fold = [_measured(rows, *each, task) for each in validated]
    for name in work.metrics:
        found[str(MetricName("validation", name))] = sum(each[name] for each in by_fold) / len(by_fold)
    data = work.datasets[0]
    drawn = data.split.test
    if len(drawn):
        test = _measured(rows, rows.folds.answers_of(fit.predict, drawn), data.truth[drawn], task)
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
    answers: Mapping[str, Answers]

    def added(self, standings: list[Standing]) -> list[Standing]:
        """The standings with their intervals on this part; a metric that fails leaves them as they are."""
        data, metric = self.rows.work.datasets[0], str(MetricName(self.part, self.judge.name))
        known = [each for each in standings if each.name in self.answers and metric in each.metrics]
        if not known or known[0].name != "winner":
            return standings
        random, all_rows = self.rows.random.child("rows", self.part), getattr(data.split, self.part)
        outputs = max(len(data.task.classes), len(data.task.targets))
        drawn = all_rows[drawn_rows(len(all_rows), outputs, random)]
        try:
            truth = data.truth[drawn]
            predictions = [self.answers[each.name](drawn) for each in known]
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
