"""A starter for data: a file with a JSON object on each line."""

PLUGIN = '''\
"""$name: replace this by what yours does."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy
from caviar.plugin import Array, Data, DataError, Table, setting


class $cls($bases):
    """Each line of the file at `path` is a JSON object: column -> a number, a word, true, false or null.

    Columns are NumPy arrays: numbers, with NaN where one is missing; flags; words, with None where one is missing.
    """

    path: Path = setting(default=...)
    target: str = setting(default="y")

    def read(self) -> Table:
        return self._table((), needs_target=True)

    def read_rows(self, words: Collection[str] = ()) -> Table:
        return self._table(words, needs_target=False)

    def _table(self, words: Collection[str], needs_target: bool) -> Table:
        try:
            lines = self.path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(f"{self.path}: it cannot be read: {error}") from error
        rows = [self._row(number, line) for number, line in enumerate(lines, start=1)]
        names = list(dict.fromkeys(name for row in rows for name in row))
        if not names:
            raise DataError(f"{self.path}: there are no rows; write one JSON object on each line")
        if needs_target and self.target not in names:
            raise DataError(f"{self.path}: there is no column '{self.target}'; there are {', '.join(names)}")
        columns = {name: _column([row.get(name) for row in rows], name in words) for name in names}
        return Table(columns, (self.target,) if self.target in names else ())

    def _row(self, number: int, line: str) -> dict[str, Any]:
        try:
            row = json.loads(line)
        except ValueError as error:
            raise DataError(f"{self.path}:{number}: this is no JSON: {error}") from error
        if not isinstance(row, dict) or any(isinstance(value, (dict, list)) for value in row.values()):
            raise DataError(f"{self.path}:{number}: a row is one object of numbers, words, true, false and null")
        return row


def _column(cells: list[Any], words: bool) -> Array:
    kinds = {type(cell) for cell in cells}
    if words or str in kinds:
        return numpy.array([None if cell is None else str(cell) for cell in cells], dtype=object)
    if kinds in ({bool}, {int}):
        return numpy.array(cells)
    return numpy.array([numpy.nan if cell is None else cell for cell in cells], dtype=numpy.float64)
'''
TEST = '''\
"""$name: the laws of data, and what is special about this one."""

from pathlib import Path

import pytest
from caviar.plugin import DataError
from caviar.testing import DataContract

from $module import $cls

ROWS = ['{"a": 1, "w": "red"}', '{"a": 2.5, "w": null}', '{"a": null, "w": "blue"}']


class Test$cls(DataContract):
    def source(self, folder: Path) -> $cls:
        return self.written(folder, [row[:-1] + ', "y": 1}' for row in ROWS])

    def unlabelled(self, folder: Path) -> $cls:
        return self.written(folder, ROWS)

    def written(self, folder: Path, lines: list[str]) -> $cls:
        (folder / "rows.jsonl").write_text("\\n".join(lines))
        return $cls(path=folder / "rows.jsonl")

    def test_a_line_that_is_no_json_is_told_with_its_number(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match=r"rows\\.jsonl:2: this is no JSON"):
            self.written(tmp_path, [ROWS[0], "{a"]).read()
'''
EXAMPLE = """\
# 16 networks on rows.jsonl: pipe run example.toml
transform = ["one-hot", "standardize"]

[data]
use = "$name"
path = "rows.jsonl"
target = "y"

[optimizer]
use = "adam"
learning_rate = { log = [1e-4, 1e-1] }

[trainer]
batch_size = 32

[search]
trials = 16
"""
_ROWS = [(place % 13 / 13, place % 7 / 7, ("red", "blue")[place % 3 // 2]) for place in range(200)]
FILES = {
    "rows.jsonl": "".join(
        f'{{"a": {a:.3f}, "b": {b:.3f}, "w": "{word}", "y": {a * b + (word == "red"):.4f}}}\n' for a, b, word in _ROWS
    )
}
