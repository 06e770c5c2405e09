"""Which rows are trained on and which are tested on, and the files in which contenders find them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy
from caviar.plugin import Array

from benchmarks.tables.sources import Table, texts

TARGET = "y"
TRAIN, TEST, ABOUT = "train.csv", "test.csv", "table.json"


def parts(rows: int, split: int, test_rows: int = 0) -> tuple[Array, Array]:
    """The row numbers of the training and of the test part: 20 % drawn at random for the test, both in table order.

    With `test_rows`, that many rows at the end are the test part of every split, and `split` only seeds the order of
    the training rows.
    """
    random = numpy.random.default_rng(split)
    if test_rows:
        return random.permutation(rows - test_rows), numpy.arange(rows - test_rows, rows)
    order = random.permutation(rows)
    held = round(rows / 5)
    return numpy.sort(order[held:]), numpy.sort(order[:held])


def write(table: Table, split: int, folder: Path) -> Array:
    """Writes both parts and which columns are categories; returns the test rows' truth."""
    train, test = parts(len(table.y), split, table.test_rows)
    cells = list(zip(*table.columns.values(), texts(table.y), strict=True))
    for name, rows in ((TRAIN, train), (TEST, test)):
        with (folder / name).open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow([*table.columns, TARGET])
            writer.writerows(cells[row] for row in rows.tolist())
    about = {"task": table.task, "categories": table.categories}
    (folder / ABOUT).write_text(json.dumps(about), encoding="utf-8")
    return table.y[test]
