"""Which parameters of a function are fields, and which names and defaults are refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import caviar
import numpy
import pytest
from caviar.function.trainer import FunctionTrainer
from caviar_plugins import Log, LogInt

SETS = {name for name in vars(FunctionTrainer)["__annotations__"] if name not in FunctionTrainer.model_fields}


def searchable(function: Callable[..., Any]) -> Any:
    return caviar.trial(metric="loss", goal="minimize")(function).trainer


@pytest.mark.parametrize("name", sorted(each for each in SETS if not each.startswith("_")))
def test_a_name_that_the_trainer_sets_itself_is_refused(name: str) -> None:
    names: dict[str, Any] = {}
    exec(f"def f({name}=1): return 0", names)
    with pytest.raises(TypeError, match=rf"^f\(\): a trainer uses the name '{name}' itself; rename the parameter$"):
        searchable(names["f"])


def test_a_range_of_epochs_or_of_what_each_trial_is_given_is_refused() -> None:
    def ranged(epochs: Any = LogInt(2, 9)) -> float:
        return 0.0

    def seeded(seed: Any = LogInt(1, 9)) -> float:
        return 0.0

    with pytest.raises(TypeError, match="epochs is a whole number, how many it trains at most, not LogInt"):
        searchable(ranged)
    with pytest.raises(TypeError, match="'seed' cannot be searched, each trial is given its own; remove the range"):
        searchable(seeded)


def test_numpys_numbers_are_numbers() -> None:
    def function(rate: Any = Log(0.1, 1.0), decay: Any = numpy.float64(0.1), sizes: Any = [numpy.int64(3), 4]) -> float:  # noqa: B006, B008
        return 0.0

    trainer = searchable(function)()
    assert (trainer.decay, trainer.sizes) == (0.1, (3, 4))
    assert type(trainer.decay) is float
    assert searchable(function)(decay=0.5).decay == 0.5
