"""simple-models: a baseline does as well as the winner on the same rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from caviar.config.advice.advice import Advice
from caviar.config.declaration.dump import inline
from caviar.engine.advice.ended import Ended
from caviar.text.scores import short_interval, short_number
from caviar.values.assessment import Assessment, Standing

_NAMES = {"constant": "a constant", "linear": "a linear model", "boosting": "scikit-learn's gradient boosting"}
_LINEAR = {"layers": 0, "embedding": ()}
"""What makes a model with such fields linear."""


def simple_models(ended: Ended) -> Iterator[Advice]:
    """Where the 95 % interval over rows of the winner's lead, on the same rows, does not lie above 0.

    On the test rows where there are some: the validation rows chose the winner. If it is no better than a constant,
    the other baselines are mentioned only as far as they are better than that constant. An ensemble, which is what
    predicts, counts in the winner's place: a baseline that is not as good on those rows is not mentioned. Where a
    next run is to try a model without layers, boosting is no reason for a longer search of models with them.
    """
    assessment, simpler = ended.assessment, False
    for name, called in _NAMES.items():
        other = None if assessment is None else assessment.baseline(name)
        if assessment is None or other is None or not other.lead:
            continue
        if name == "linear" and _layered(ended) == {}:
            continue  # the winner is a linear model, too
        part = "test" if "test" in other.lead else "validation"
        low, high = other.lead[part]
        if low > 0 or _behind(other, assessment, assessment.on(part)):
            continue
        ours, theirs = (short_number(each.metrics[assessment.on(part)]) for each in (assessment.winner, other))
        worse = f"worse than {called} on the same {part} rows"
        equal = f"no better than {called} within the noise of the {part} rows"
        cure, settings = ("use that one", ()) if simpler else _cure(ended, assessment, other, part)
        simpler = any(setting.startswith("model.") for setting in settings)
        text = (
            f"the winner is {worse if high < 0 else equal}: {assessment.metric} {ours} against {theirs}, 95 % interval "
            f"of the difference {' to '.join(short_interval(low, high))}; {cure}"
        )
        yield Advice("simple-models", "", text, settings)
        if name == "constant":
            return


def _behind(baseline: Standing, assessment: Assessment, metric: str) -> bool:
    """Whether the ensemble has a better value, where there is one."""
    ensemble, sign = assessment.ensemble, 1 if assessment.goal == "maximize" else -1
    return ensemble is not None and sign * ensemble.metrics[metric] > sign * baseline.metrics[metric]


def _cure(ended: Ended, assessment: Assessment, other: Standing, part: str) -> tuple[str, tuple[str, ...]]:
    """What to do about it, and the settings of a next run."""
    better = _better_than(assessment, other, part) if other.name == "constant" else None
    if other.name == "constant" and better is None:
        return f"no baseline is better either: see what is read with `pipe check`{_of_time(ended)}", ()
    if other.name == "linear" and (layered := _layered(ended)):
        keys = " and ".join(f"{field} = {value}" for field, value in layered.items())
        settings = tuple(f"model.{field}={value}" for field, value in layered.items())
        return f"the simpler one is as good: in [model], {keys}", settings
    longer, settings = _longer(ended)
    if better is not None:
        reached = short_number(better.metrics[assessment.on(part)])
        found = f"{_NAMES[better.name]} reaches {reached} with the same inputs{_of_time(ended)}"
        return f"{found}; more trials may find a better network: {longer}", settings
    if other.name == "linear":
        return f"more trials may find a better one: {longer}", settings
    return f"use that one, or search on: {longer}", settings


def _layered(ended: Ended) -> Mapping[str, str] | None:
    """The fields that keep the model from being linear, as a file would change them; None if it cannot be linear."""
    model = ended.pipeline.model
    if "layers" not in type(model).model_fields:
        return None
    there = {field: value for field, value in _LINEAR.items() if field in type(model).model_fields}
    return {field: inline(value) for field, value in there.items() if getattr(model, field) != value}


def _better_than(assessment: Assessment, constant: Standing, part: str) -> Standing | None:
    """The best baseline whose interval over rows lies on the better side of the constant's value."""
    metric, sign = assessment.on(part), 1 if assessment.goal == "maximize" else -1

    def ahead(each: Standing) -> bool:
        ends = each.intervals.get(metric, (each.metrics[metric],))
        return min(sign * end for end in ends) > sign * constant.metrics[metric]

    known = [each for each in assessment.baselines if metric in each.metrics and each is not constant]
    return max(filter(ahead, known), key=lambda each: sign * each.metrics[metric], default=None)


def _of_time(ended: Ended) -> str:
    """What a split by time means for the column that it is by: an input beyond what was learned, or no input."""
    data = ended.pipeline.data
    if data is None or data.time is None:
        return ""
    time = data.time
    if time in data.split_features:
        return (
            f"; rows are split by '{time}', so its values in later rows lie outside the training range, where a "
            "network extrapolates"
        )
    return (
        f"; rows are split by '{time}', which is no input: in [data], split_features = {inline([time])} makes it one, "
        "such as the month and the weekday of a date"
    )


def _longer(ended: Ended) -> tuple[str, tuple[str, ...]]:
    """The key of [search] that ended this search, with twice its value."""
    search = ended.pipeline.search
    early = sum(trial.state.done for trial in ended.trials) < search.trials
    key = next((key for key in ("seconds", "patience") if early and getattr(search, key)), "trials")
    value = f"{2 * getattr(search, key):g}" if key == "seconds" else str(2 * getattr(search, key))
    return f"in [search], {key} = {value}", (f"search.{key}={value}",)
