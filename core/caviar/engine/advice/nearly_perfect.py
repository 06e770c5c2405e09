"""nearly-perfect: even a simple model makes no mistakes, so an input may hold the answer."""

from __future__ import annotations

from collections.abc import Iterator

from caviar.config.advice.advice import Advice
from caviar.engine.advice.ended import Ended
from caviar.text.scores import short_number

_PERFECT = 0.9999
_ROWS = 200
"""With fewer rows, classes that are told apart without a mistake are nothing unusual."""
_AT_MOST_ONE = frozenset({"r2", "accuracy", "balanced_accuracy", "f1", "auc", "average_precision"})
_CALLED = {"linear": "a linear model", "boosting": "gradient boosting"}


def nearly_perfect(ended: Ended) -> Iterator[Advice]:
    """Where the winner and a baseline that learns reach 0.9999 of a metric that is 1 at best, on 200 rows or more."""
    assessment = ended.assessment
    if assessment is None or assessment.metric not in _AT_MOST_ONE:
        return
    part = assessment.parts[-1]
    metric, rows = assessment.on(part), assessment.rows[part]
    for name, called in _CALLED.items():
        other = assessment.baseline(name)
        found = [0.0 if each is None else each.metrics.get(metric, 0.0) for each in (assessment.winner, other)]
        if rows >= _ROWS and min(found) >= _PERFECT:
            text = (
                f"{assessment.metric} is {short_number(found[0])} on {rows:,} {part} rows, and {called} has "
                f"{short_number(found[1])}: an input may be computed from the target, or known only after it; ask of "
                'each column whether it is known when a prediction is made: in [data.columns], NAME = "ignore"'
            )
            yield Advice("nearly-perfect", "", text)
            return
