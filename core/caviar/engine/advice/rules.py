"""All rules that need results, and running them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from caviar.config.advice.advice import Advice
from caviar.engine.advice.ended import Ended
from caviar.engine.advice.last_epochs import last_epochs
from caviar.engine.advice.last_tested import last_tested
from caviar.engine.advice.many_inputs import many_inputs
from caviar.engine.advice.nearly_perfect import nearly_perfect
from caviar.engine.advice.parts_differ import parts_differ
from caviar.engine.advice.range_edge import range_edge
from caviar.engine.advice.simple_models import simple_models
from caviar.engine.advice.tied_trials import tied_trials

Rule: TypeAlias = Callable[[Ended], Iterator[Advice]]

RULES: Mapping[str, Rule] = {
    "simple-models": simple_models,
    "parts-differ": parts_differ,
    "nearly-perfect": nearly_perfect,
    "many-inputs": many_inputs,
    "tied-trials": tied_trials,
    "last-epochs": last_epochs,
    "range-edge": range_edge,
    "last-tested": last_tested,
}


def advice_on_result(ended: Ended) -> tuple[Advice, ...]:
    """The advice of all rules that the file does not silence.

    Two pieces of advice never give one key two values, nor a model without layers settings of layers: the one of the
    earlier rule stands.
    """
    silenced, told, values = ended.pipeline.check.silence, list[Advice](), dict[str, str]()
    for each in (each for name, rule in RULES.items() if name not in silenced for each in rule(ended)):
        given = dict(setting.split("=", 1) for setting in each.settings)
        if _fits(given, values):
            told.append(each)
            values |= given
    return tuple(told)


def _fits(given: Mapping[str, str], values: Mapping[str, str]) -> bool:
    """Whether a next run can be given these settings beside those values."""
    linear = values.get("model.layers") == "0"  # a model without layers has no use for the other settings of its table
    return all(
        values[path] == value if path in values else not (linear and path.startswith("model."))
        for path, value in given.items()
    )
