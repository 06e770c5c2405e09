"""Measures with third-party metrics: with read-only arrays, and checks that they return numbers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from caviar.engine.failures.plugin_errors import culprit_of
from caviar.interfaces.metric import Metric
from caviar.support.raised import sentence
from caviar.text.once import say_once
from caviar.values.arrays import Array, locked, namespace
from caviar.values.wrong_return import WrongReturn, described

Measure = Callable[[Any, Array, Array], Array]


def measured(inner: Measure) -> Measure:
    """A metric's `measure` with read-only arguments; raises WrongReturn if it returns no numbers."""

    @wraps(inner)
    def measure(self: Metric, prediction: Array, truth: Array) -> Array:
        return _numbers(self, inner(self, locked(prediction), locked(truth)), prediction)

    return measure


def measured_or_nan(inner: Measure) -> Measure:
    """The same for a metric that decides nothing: NaN where it fails, which is logged once."""
    strict = measured(inner)

    @wraps(inner)
    def measure(self: Metric, prediction: Array, truth: Array) -> Array:
        try:
            return strict(self, prediction, truth)
        except MemoryError:  # the machine's fault
            raise
        except (Exception, SystemExit) as error:  # a plugin may raise anything
            xp = namespace(prediction)
            if len(prediction) > 1:  # one by one: a member's number must not depend on its companions
                alone = [measure(self, prediction[k : k + 1], truth) for k in range(len(prediction))]
                several: Array = xp.concatenate(alone)
                return several
            say_once(_not_measured(self, error))
            nothing: Array = xp.full(1, xp.nan, dtype=xp.float64)
            return nothing

    return measure


def _numbers(metric: Metric, found: Any, prediction: Array) -> Array:
    xp, members = namespace(prediction), len(prediction)
    try:
        values: Any = found if hasattr(found, "dtype") else xp.asarray(found)
    except (TypeError, ValueError):
        values = None
    if getattr(values, "shape", None) != (members,) or values.dtype.kind not in "fiub":
        what = f"returned {described(found)} instead of one real number for each of {members} member(s)"
        raise WrongReturn(metric, "measure", what)
    numbers: Array = xp.asarray(values, dtype=xp.float64)
    return numbers


def _not_measured(metric: Metric, error: BaseException) -> str:
    """The message without the exception's text, which may differ between trials: it is logged once."""
    culprit = culprit_of(error, metric)
    assert culprit is not None, "there is a suspect"
    what = sentence(error) if isinstance(error, WrongReturn) else type(error).__name__
    return f"{culprit.named} failed: {what} at {culprit.place}; its value is NaN where it fails"
