"""The linear baseline: the run's trainer, data and loss without a hidden layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import inf
from typing import Any

from caviar.config.declaration.pipeline import Pipeline, Search
from caviar.config.declaration.space import settle
from caviar.engine.baselines.fit import Fit, Rows, part_note
from caviar.engine.model.member import ModelMember
from caviar.engine.training.job import Work
from caviar.registry.load import load
from caviar.values.dataset import Dataset
from caviar.values.history import Goal
from caviar.values.problem import Problem
from caviar.values.segment import MemberOutcome, Segment

_RATES = (0.003, 0.01, 0.03, 0.1)
_PENALTIES = (0.0, 0.01)
_VALUES = tuple(
    {"optimizer.learning_rate": rate, "regularizer.l2.strength": penalty} for rate in _RATES for penalty in _PENALTIES
)
_MOST_ROWS = 100_000
_STEPS, _EPOCHS = 3000, (4, 100)
_PRODUCTS = 3e9
"""Multiplications of the forward passes of one member at most: some seconds for all."""


def linear(rows: Rows) -> Fit | None:
    """The best of a few learning rates and penalties on the validation part, in one population.

    None where the trainer is no mini-batch trainer, which a linear model cannot be put into. Raises Problem.
    """
    trainer, work = load("trainer", "population"), rows.work
    if not isinstance(work.pipeline.trainer, trainer):
        return None
    datasets = [_fewer(data, rows) for data in work.datasets]
    used, available = len(datasets[0].split.train), len(work.datasets[0].split.train)
    pipeline = _pipeline(rows, datasets[0])
    ours = Work(pipeline, work.backend, work.task, tuple(datasets), work.metrics, work.searched)
    members = tuple(range(len(_VALUES)))
    by_fold = []
    for fold in range(len(datasets)):
        segment = Segment(members, _VALUES, 0, pipeline.trainer.epochs, fold)
        by_fold.append(ours.perform(segment, lambda epoch: None, rows.clock.check).members)
    best = _best(by_fold, *work.searched)
    settled = settle(pipeline, _VALUES[best])
    predict = []
    for prepared, outcomes in zip(rows.folds.preparations, by_fold, strict=True):
        predict.append(ModelMember(best, settled, prepared, outcomes[best].weights or {}).predict_inputs)
    return Fit(predict, part_note(used, available))


def _pipeline(rows: Rows, data: Dataset) -> Pipeline:
    """Adam on a linear model, its rate falling to zero; the epoch with the best searched metric counts."""
    pipeline = rows.work.pipeline
    trained = settle(pipeline, rows.best.values).trainer
    count, width = len(data.split.train), data.x.shape[1] * max(len(data.task.classes), len(data.task.targets))
    batch = 64 if count <= 10_000 else 512
    affordable = min(_STEPS * batch / count, _PRODUCTS / (count * width))
    epochs = min(max(round(affordable), _EPOCHS[0]), _EPOCHS[1])
    loss, rate = getattr(trained, "loss", None), _plugin("sampler", "log", low=min(_RATES), high=max(_RATES))
    penalty = _plugin("sampler", "log", low=1e-6, high=max(_PENALTIES))
    return Pipeline(
        seed=pipeline.seed,
        backend=rows.work.backend,
        transform=(),
        reporter=(),
        model=_plugin("model", "mlp", layers=0),
        normalizer=_plugin("normalizer", "none"),
        optimizer=_plugin("optimizer", "adam", learning_rate=rate),
        schedule={"learning_rate": _plugin("schedule", "cosine")},
        regularizer=(_plugin("regularizer", "l2", strength=penalty),),
        trainer=_plugin(
            "trainer", "population", epochs=epochs, batch_size=batch, keep="best", dtype=trained.dtype, loss=loss
        ),
        search=Search(metric=pipeline.search.metric, goal=pipeline.search.goal),
    )


def _plugin(kind: str, name: str, **fields: Any) -> Any:
    """A plugin by name, because core imports none; its samplers only mark what differs between members."""
    return load(kind, name)(**fields)


def _fewer(data: Dataset, rows: Rows) -> Dataset:
    width = data.x.shape[1] * max(len(data.task.classes), len(data.task.targets))
    most = max(min(_MOST_ROWS, int(_PRODUCTS / (_EPOCHS[0] * width))), 1000)
    return replace(data, split=replace(data.split, train=rows.training(data, most)))


def _best(by_fold: Sequence[Sequence[MemberOutcome]], metric: str, goal: Goal) -> int:
    """The member with the best searched metric, averaged over folds. Raises Problem where none was trained."""
    sign = 1 if goal == "maximize" else -1
    scores = []
    for outcomes in zip(*by_fold, strict=True):
        finals = [each.final[metric] for each in outcomes if each.final is not None]
        score = sign * sum(finals) / len(finals) if len(finals) == len(outcomes) else -inf
        scores.append(score if score == score else -inf)
    if max(scores) == -inf:
        raise Problem(next((each.reason for each in by_fold[0] if each.reason), "it has no finite metric"))
    return scores.index(max(scores))
