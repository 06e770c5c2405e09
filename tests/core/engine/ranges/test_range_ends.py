"""The ends of ranges; how they are widened is told in advice/test_range_edge.py."""

from __future__ import annotations

from typing import Any

import pytest
from caviar.engine.ranges.range_ends import outwards


@pytest.mark.parametrize(
    ("value", "below", "above"),
    [
        (0.001234, 0.0012, 0.0013),
        (0.0012, 0.0012, 0.0012),
        (0.9137, 0.913, 0.914),
        (0.62, 0.62, 0.62),
        (12.34, 12.0, 13.0),
        (-0.1234, -0.13, -0.12),
        (0.0, 0.0, 0.0),
        (137, 130, 140),
        (7, 7, 7),
    ],
)
def test_ends_are_rounded_to_two_digits_away_from_the_range(value: Any, below: Any, above: Any) -> None:
    assert (outwards(value, -1, 2), outwards(value, 1, 2)) == (below, above)
    assert type(outwards(value, 1, 2)) is type(value)
