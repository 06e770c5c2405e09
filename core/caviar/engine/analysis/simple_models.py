"""simple-models: a baseline does as well as the winner on the same rows."""

from __future__ import annotations

from collections.abc import Iterator

from caviar.config.advice.advice import Advice
from caviar.engine.analysis.ended import Ended
from caviar.text.scores import short_number

_NAMES = {"constant": "a constant", "linear": "a linear model", "boosting": "scikit-learn's gradient boosting"}


def simple_models(ended: Ended) -> Iterator[Advice]:
    """Where the 95 % interval over rows of the winner's lead, on the same rows, does not lie above 0.

    On the test rows where there are some: the validation rows chose the winner. If it is no better than a constant,
    nothing else is said.
    """
    for name, called in _NAMES.items():
        said = _said(ended, name, called)
        if said is not None:
            yield Advice("simple-models", "", said)
            if name == "constant":
                return


def _said(ended: Ended, name: str, called: str) -> str | None:
    assessment = ended.assessment
    other = None if assessment is None else assessment.baseline(name)
    if assessment is None or other is None or not other.lead:
        return None
    part = "test" if "test" in other.lead else "validation"
    low, high = other.lead[part]
    if low > 0:
        return None
    metric = assessment.on(part)
    ours, theirs = (short_number(each.metrics[metric]) for each in (assessment.winner, other))
    worse = f"worse than {called} on the same {part} rows"
    equal = f"no better than {called} within the noise of the {part} rows"
    return (
        f"the winner is {worse if high < 0 else equal}: {assessment.metric} {ours} against {theirs}, 95 % interval of "
        f"its lead {short_number(low)} to {short_number(high)}; {_cure(ended, name)}"
    )


def _cure(ended: Ended, name: str) -> str:
    if name == "constant":
        return "its inputs do not help to predict the target: see what is read with `pipe check`"
    if name == "linear" and "layers" in type(ended.pipeline.model).model_fields:
        return "the simpler one is as good: in [model], layers = 0"
    if name == "linear":
        return f"more trials may find a better one: in [search], trials = {2 * len(ended.trials)}"
    return f"use that one, or search on: in [search], trials = {2 * len(ended.trials)}"
