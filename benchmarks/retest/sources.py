"""Real tables of three kinds, and the shifts that are planted into them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy
from caviar.plugin import Array, Table

SHARED = Path(os.environ.get("CAVIAR_SHARED", "../shared")) / "data" / "tabular"
Columns: TypeAlias = dict[str, Array]


@dataclass(frozen=True)
class Source:
    """A table as columns: a number and, where there is one, a category that shifts are planted into; the target."""

    columns: Mapping[str, Array]
    number: str
    category: str | None
    target: str

    @property
    def rows(self) -> int:
        return len(self.columns[self.target])

    def take(self, rows: Array) -> Columns:
        """Some rows, to be changed."""
        return {name: column[rows].copy() for name, column in self.columns.items()}


def archive(name: str) -> Any:
    """An archive of the folder that CAVIAR_SHARED names."""
    file = SHARED / f"{name}.npz"
    if not file.exists():
        raise SystemExit(f"{file}: not here; CAVIAR_SHARED names the folder that has data/tabular")
    return numpy.load(file)


def columns_of(name: str, target: str) -> Columns:
    """The columns of an archive by name, categories as words, with the target."""
    found = archive(name)
    info = json.loads(str(found["info"]))
    columns: Columns = {}
    for place, each in enumerate(map(str, found["feature_names"])):
        column = found["X"][:, place].astype(numpy.float64)
        if found["cat_mask"][place]:
            labels = info.get("categories", {}).get(each)
            column = numpy.asarray([labels[int(k)] if labels else f"c{int(k)}" for k in column], dtype=object)
        columns[each] = column
    truth = found["y"]
    classes = info["task"] == "classification"
    columns[target] = numpy.asarray([f"c{each}" for each in truth], dtype=object) if classes else truth.astype(float)
    return columns


def sources() -> dict[str, Source]:
    """Name -> source."""
    return {
        "adult": Source(columns_of("adult", "income"), "age", "workclass", "income"),
        "housing": Source(columns_of("california_housing", "value"), "median_income", "ocean_proximity", "value"),
        "magic": Source(columns_of("magic", "class"), "FLength", None, "class"),
    }


Plant: TypeAlias = Callable[[Source, Columns, numpy.random.Generator], str | None]
"""Changes new rows; returns the column that is changed, None where the source has none of the kind."""


def mean(source: Source, new: Columns, random: numpy.random.Generator) -> str:
    """The number's mean moves by 0.3 of its standard deviation."""
    new[source.number] += 0.3 * source.columns[source.number].std()
    return source.number


def scale(source: Source, new: Columns, random: numpy.random.Generator) -> str:
    """The number is spread by half as much again around its mean."""
    column = new[source.number]
    new[source.number] = column.mean() + 1.5 * (column - column.mean())
    return source.number


def missing(source: Source, new: Columns, random: numpy.random.Generator) -> str:
    """One cell in ten of the number is missing."""
    new[source.number][random.uniform(size=len(new[source.number])) < 0.1] = numpy.nan
    return source.number


def mix(source: Source, new: Columns, random: numpy.random.Generator) -> str | None:
    """A tenth of the rows take the third most frequent category."""
    if source.category is None:
        return None
    words, counts = numpy.unique(source.columns[source.category], return_counts=True)
    column = new[source.category]
    column[random.uniform(size=len(column)) < 0.1] = words[numpy.argsort(-counts)[2]]
    return source.category


def new_category(source: Source, new: Columns, random: numpy.random.Generator) -> str | None:
    """Two rows in a hundred have a category that there was not."""
    if source.category is None:
        return None
    column = new[source.category]
    column[random.uniform(size=len(column)) < 0.02] = "never seen"
    return source.category


def label(source: Source, new: Columns, random: numpy.random.Generator) -> str:
    """Classes: a tenth of the rows take the rarer one. Numbers: they are a tenth larger."""
    column = new[source.target]
    if column.dtype.kind == "O":
        words, counts = numpy.unique(source.columns[source.target], return_counts=True)
        column[random.uniform(size=len(column)) < 0.1] = words[counts.argmin()]
    else:
        new[source.target] = column * 1.1
    return source.target


PLANTS: dict[str, Plant] = {
    each.__name__.replace("_", " "): each for each in (mean, scale, missing, mix, new_category, label)
}


def table(columns: Mapping[str, Array]) -> Table:
    """Columns as a table of features."""
    return Table(columns, ())
