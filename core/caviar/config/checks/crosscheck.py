"""Checks that need the whole pipeline and no data: do its parts fit each other?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from difflib import get_close_matches

from caviar.config.advice.rules import AFTER, RULES
from caviar.config.checks.metrics import asked_metric
from caviar.config.checks.points import point_complaints
from caviar.config.checks.schedules import schedule_complaints
from caviar.config.checks.sources import source_complaints
from caviar.config.checks.splits import split_complaints
from caviar.config.declaration.goal import declared_goal
from caviar.config.declaration.pipeline import Pipeline
from caviar.config.declaration.space import SEARCHED, unread
from caviar.config.declaration.walk import alternatives, plugins_in
from caviar.config.hints.suggestions import closest
from caviar.config.hints.synonyms import synonym_of
from caviar.config.reading.positions import Keys
from caviar.interfaces.metric import Metric
from caviar.registry import index
from caviar.registry.flaws import flaw_of
from caviar.registry.load import base_of, entry_of, name_of
from caviar.values.metric_name import MetricName

Complaint = tuple[Keys, str]
"""The keys of a place in the file, and what is wrong there."""


def complaints(pipeline: Pipeline, wrong: Collection[str] = ()) -> Iterator[Complaint]:
    """All mismatches that can be found without the tables that are `wrong` in themselves."""
    for rule, tables in _RULES.items():
        if not any(table in wrong for table in tables):
            yield from rule(pipeline)


def _unread(pipeline: Pipeline) -> Iterator[Complaint]:
    for table in sorted(unread(pipeline) & pipeline.model_fields_set):
        text = f"trainer '{name_of(type(pipeline.trainer))}' does not read [{table}]; remove the table"
        yield (table,), text


def _declared_metrics(pipeline: Pipeline) -> Iterator[Complaint]:
    trainer, metrics = pipeline.trainer, pipeline.trainer.declared_metrics()
    if not trainer.needs_data and not metrics:
        yield (
            ("trainer",),
            f"'{name_of(type(trainer))}' needs no data and declares no metric, so nothing can be searched",
        )
    for metric in metrics:
        declared = MetricName.parse(metric)
        if declared.part not in ("train", "validation") or not declared.name:
            text = f"'{name_of(type(trainer))}' declares '{metric}'; its metrics are validation.<name> or train.<name>"
            yield ("trainer",), text


def _metric(pipeline: Pipeline) -> Iterator[Complaint]:
    search = pipeline.search
    asked = [("metric", search.metric)] if isinstance(search.metric, str) else []
    asked += [("where", condition.metric) for condition in search.conditions]
    for key, metric in dict.fromkeys(asked):
        if (metric != search.asked or key == "metric") and (text := _unknown(pipeline, metric)):
            yield ("search", key), text
    if isinstance(search.metric, Metric):
        cls = type(search.metric)
        others = [each for each in index.entries("metric") if each.name == name_of(cls) and each != entry_of(cls)]
        if others:
            text = f"{cls.__name__} has the name of {others[0].owner}'s metric '{others[0].name}'; give it another"
            yield ("search", "metric"), f'{text}: name = "…" in its class'


def _unknown(pipeline: Pipeline, metric: str) -> str | None:
    """The reason why no task has such a metric; None if one may have it."""
    measured = (*index.names("metric"), "loss") if pipeline.trainer.needs_data else ()
    known = [str(MetricName("validation", name)) for name in measured]
    known += [own for own in pipeline.trainer.declared_metrics() if own not in known]
    known += ["train.loss"] if measured and "train.loss" not in known else []
    if metric in known:
        return None
    homes = {MetricName.parse(each).name: each for each in reversed(known)}
    asked = MetricName.parse(metric)
    if asked.part == "test":
        return "the test part is reserved for the winner; search a validation metric"
    word = asked.name.removeprefix("val_")  # Keras: val_loss
    found = synonym_of("metric", word)
    if found not in homes:
        found = next(iter(get_close_matches(word, homes, 1, 0.6)), "")
    same_part = str(MetricName(asked.part, found))
    home = same_part if same_part in known else homes.get(found)
    hint = f"did you mean '{home}'?" if home else f"available: {', '.join(known)}"
    return f"unknown metric '{metric}'; {'' if asked.part else 'a metric is <part>.<name>; '}{hint}"


def _goal(pipeline: Pipeline) -> Iterator[Complaint]:
    search, said = pipeline.search, pipeline.search.goal
    asked = asked_metric(pipeline) or ""
    metric = MetricName.parse(asked)
    name = metric.name
    is_own = asked in pipeline.trainer.declared_metrics() or isinstance(search.metric, Metric)
    if not is_own and name not in index.names("metric"):
        if said is not None:
            yield ("search", "goal"), "is stated by the metric; set it only for a metric of your own that states none"
        return
    declared = declared_goal(pipeline, metric)
    if declared is None and said is None:
        text = f'metric \'{name}\' does not state whether higher is better; write goal = "maximize" or "minimize"'
        yield ("search", "metric"), text
    elif None not in (declared, said) and declared != said:
        yield ("search", "goal"), f"metric '{name}' states its goal, {declared}; remove the key"


def _split(pipeline: Pipeline) -> Iterator[Complaint]:
    data = pipeline.data
    if data is not None and data.folds is None and data.validation + data.test >= 1:
        yield (
            ("data", "test"),
            f"validation and test take {data.validation + data.test:g} of all rows; leave some for training",
        )


def _folds(pipeline: Pipeline) -> Iterator[Complaint]:
    if pipeline.data is not None and pipeline.data.folds is not None and pipeline.search.pruner is not None:
        text = "a pruner decides within one training, and folds train each trial several times; remove one of the two"
        yield ("data", "folds"), text


def _smallest_batch(pipeline: Pipeline) -> Iterator[Complaint]:
    if "batch_size" not in type(pipeline.trainer).model_fields:
        return
    sizes = [size for size in alternatives(pipeline.trainer.batch_size) if isinstance(size, int)]  # type: ignore[attr-defined]
    for normalizer in () if "normalizer" in unread(pipeline) else alternatives(pipeline.normalizer):
        smallest = normalizer.smallest_batch
        if sizes and min(sizes) < smallest:
            name = name_of(type(normalizer))
            yield ("trainer", "batch_size"), f"must be at least {smallest} with normalizer '{name}', not {min(sizes)}"


def _flaws(pipeline: Pipeline) -> Iterator[Complaint]:
    """Of classes that a program brings; those that are found by their names were looked at when they were loaded."""
    for field in type(pipeline).model_fields:
        for cls in {type(each): None for each in plugins_in(getattr(pipeline, field))}:
            if entry_of(cls) is None and (flaw := flaw_of(cls, base_of(cls.kind))):
                yield (field,), f"{cls.kind} '{name_of(cls)}' cannot be used: {flaw}"


def _ensemble(pipeline: Pipeline) -> Iterator[Complaint]:
    draws, trainer = pipeline.search.ensemble, pipeline.trainer
    if draws == 1:
        yield ("search", "ensemble"), "one draw is the winner alone; use 2 or more, 16 for instance, or 0 for none"
    elif draws and not trainer.needs_data:
        text = f"trainer '{name_of(type(trainer))}' reads no data, so there are no predictions to average"
        yield ("search", "ensemble"), f"{text}; remove the key"


def _silence(pipeline: Pipeline) -> Iterator[Complaint]:
    known = (*RULES, *AFTER)
    for name in pipeline.check.silence:
        if name not in known:
            yield ("check", "silence"), f"there is no advice '{name}'{closest(name, known)}"


# And the tables that each of them looks at.
_RULES: dict[Callable[[Pipeline], Iterator[Complaint]], tuple[str, ...]] = {
    _unread: ("trainer",),
    _declared_metrics: ("trainer",),
    _metric: ("search", "trainer"),
    _goal: ("search", "trainer"),
    _folds: ("data", "search"),
    _split: ("data",),
    split_complaints: ("data",),
    _smallest_batch: ("trainer", "normalizer"),
    schedule_complaints: ("schedule", "model", "optimizer", "regularizer", "trainer"),
    _ensemble: ("search", "trainer"),
    _silence: ("check",),
    _flaws: (),
    point_complaints: ("search", *SEARCHED),
    source_complaints: ("search", *SEARCHED),
}
