"""Random parts are those that Caviar has always drawn, to the row."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy
import pytest

from tests.core.engine.data.split.laws import splits


@pytest.mark.parametrize(
    ("fields", "classes", "own", "digest"),
    [
        ({}, True, False, "8d3b310964c928b0"),
        ({"test": 0.15}, True, False, "e32a0f76c2812287"),
        ({"test": 0.2, "validation": 0.1}, False, False, "381150534170e5fb"),
        ({"folds": 4, "test": 0.2}, True, False, "14884d90f49acb6a"),
        ({"folds": 3}, False, True, "df31b6d9fbd83a88"),
        ({}, True, True, "99af92142ab6ccf2"),
    ],
)
def test_the_rows_of_random_parts_have_not_changed(
    fields: dict[str, Any], classes: bool, own: bool, digest: str
) -> None:
    rows = numpy.arange(157)
    y = rows * 7 % 11 % 3 if classes else rows * 0.25
    found = hashlib.sha256()
    for split in splits({}, y, rows % 9 == 4 if own else None, seed=3, **fields):
        for part in (split.train, split.validation, split.test):
            found.update(part.tobytes() + b"|")
    assert found.hexdigest()[:16] == digest
