"""parts-differ: validation and test differ by more than their rows allow."""

from __future__ import annotations

from collections.abc import Iterator

from caviar.config.advice.advice import Advice
from caviar.engine.advice.ended import Ended
from caviar.text.scores import short_number


def parts_differ(ended: Ended) -> Iterator[Advice]:
    """Where |validation - test| of the winner exceeds sqrt(v^2 + t^2), v and t being half their 95 % intervals."""
    assessment, halves = ended.assessment, [ended.half_interval(part) for part in ("validation", "test")]
    if assessment is None or None in halves:
        return
    metrics = {**ended.best.metrics, **assessment.winner.metrics}
    validation, test = (metrics[assessment.on(part)] for part in ("validation", "test"))
    allowed = sum(half**2 for half in halves if half is not None) ** 0.5
    if not abs(validation - test) > allowed:
        return
    worse = (validation > test) is (assessment.goal == "maximize")
    why = "the search chose by the validation rows; report the test value" if worse else "the parts hold unlike rows"
    if (time := getattr(ended.pipeline.data, "time", None)) is not None:
        why = f"the test rows are the latest by '{time}', and later rows may differ; report the test value"
    folds = getattr(ended.pipeline.data, "folds", ...)
    cure = "; judge each trial on all rows in turn: in [data], folds = 5" if folds is None else ""
    text = (
        f"{assessment.metric} is {short_number(validation)} on validation and {short_number(test)} on test rows; their "
        f"intervals over rows allow a difference of {short_number(allowed)}: {why}{cure}"
    )
    yield Advice("parts-differ", "", text)
