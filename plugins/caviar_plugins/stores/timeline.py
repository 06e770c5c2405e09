"""The timeline as rows: one for each commit, because a row for each population would cost too much."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from caviar.plugin import TimedPopulation

TIMELINE = "populations"


def timeline_row(timeline: Iterable[TimedPopulation]) -> tuple[Any, ...]:
    """The row of populations that one commit adds, in the order of TIMELINE."""
    return (json.dumps([[*vars(each).values()] for each in timeline], ensure_ascii=False),)


def timeline_of(row: tuple[Any, ...]) -> Iterator[TimedPopulation]:
    """The inverse."""
    for worker, began, start, trials, reached, left, fold, repeat in json.loads(row[0]):
        yield TimedPopulation(worker, began, start, tuple(trials), tuple(reached), tuple(left), fold, repeat)
