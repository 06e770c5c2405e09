"""The metrics of a function are numbers by name, and nothing is guessed."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
from caviar.function.metrics import WrongMetrics, numbers_of


@pytest.mark.parametrize("given", [0.5, numpy.float32(0.5), numpy.asarray(0.5), {"loss": 0.5}])
def test_numbers_and_arrays_of_one_number_are_metrics(given: Any) -> None:
    assert numbers_of(given, "validation.loss", "yielded") == {"validation.loss": 0.5}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"loss": "0.5"}, "yielded str for 'loss'; a metric is one real number"),
        ({"loss": b"0.5"}, "yielded bytes for 'loss'; a metric is one real number"),
        ("nan", "yielded str; a metric is one real number"),
        ({"loss": 1.0, "validation.loss": 2.0}, "yielded 'loss' twice, as 'validation.loss' too; yield one of them"),
    ],
)
def test_texts_and_names_for_the_same_metric_are_refused(given: Any, told: str) -> None:
    with pytest.raises(WrongMetrics) as caught:
        numbers_of(given, "validation.loss", "yielded")
    assert str(caught.value) == told
