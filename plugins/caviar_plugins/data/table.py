"""Table: columns of a file, whoever wrote it; what was sniffed can be seen, overruled, and is kept with the model."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Self

from caviar.plugin import ColumnHead, Data, DataError, Head, Table, setting
from pydantic import ValidationInfo, field_validator

from caviar_plugins.tables.arrays import arrays
from caviar_plugins.tables.cells import Cells
from caviar_plugins.tables.dates import is_known
from caviar_plugins.tables.heads import heads
from caviar_plugins.tables.lines import missing_name
from caviar_plugins.tables.reading import KINDS, Reading, Readings, readings
from caviar_plugins.tables.source import PLAIN, SUFFIXES, Layout, names_of, opened
from caviar_plugins.tables.sql import key
from caviar_plugins.tables.targets import labelled, unlabelled

HEAD = 1 << 21
"""Bytes that `pipe check` looks at; a file that is no longer is known wholly."""
COPIES = 2
"""How many times the file's size reading it takes, beside the table: pieces of text, and their cells."""


class TableFile(Data, interface=2):
    """A file of text with a separator between cells, or parquet, JSON lines, SQLite, Excel, Arrow.

    What is "auto" is looked for in the first rows, and told by `pipe check`. A target of words, true and false or few
    whole numbers gives classes, any other a regression. `columns` says what columns hold: "number", "category" (such as
    postal codes), "flag", "date", a format of dates such as "%d.%m.%Y", or "ignore" for what must not be learned from.
    `missing` are codes for no value, beside empty cells, NA, N/A, NaN, null, none, #N/A, ?, - and a point. `skip` lines
    stand above the table. `table` is that of a database, or the sheet.
    """

    suffixes = SUFFIXES

    path: Path = setting(default=...)
    target: str = setting(default=..., also=("y", "target_column", "label_column"))
    separator: str | None = setting(default=None, also=("sep", "delimiter"))
    quote: str | None = setting(default=None, also=("quotechar",))
    decimal: Literal[".", ","] | None = setting(default=None)
    header: bool | None = setting(default=None)
    skip: int | None = setting(default=None, ge=0, also=("skiprows", "skip_rows"))
    encoding: str | None = setting(default=None)
    missing: tuple[str, ...] = setting(default=(), also=("na_values", "null_values"))
    table: str | None = setting(default=None, also=("sheet", "sheet_name"))
    columns: dict[str, str] = setting(default={}, also=("dtype", "dtypes", "words", "ignore", "categorical", "drop"))
    missing_target: Literal["drop", "refuse"] = setting(default="drop")

    @field_validator("separator", "quote")
    @classmethod
    def _one_letter(cls, mark: str | None) -> str | None:
        if mark is not None and (len(mark) != 1 or mark in "\r\n"):
            raise ValueError("must be one character, such as ';'")
        return mark

    @field_validator("columns")
    @classmethod
    def _are_kinds(cls, columns: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        for name, kind in columns.items():
            if kind not in KINDS and not is_known(kind):
                known = ", ".join(map(repr, KINDS))
                raise ValueError(f"{name!r} must be one of {known}, or a format of dates such as '%d.%m.%Y'")
            if kind == "ignore" and name == info.data.get("target"):
                raise ValueError("cannot ignore the target, which is to be predicted")
        return columns

    def decided(self) -> Self:
        """The same with nothing left to be looked for: new rows are read by the rules of these."""
        return self if self._is_decided else self._decided(self.target)

    def read(self) -> Table:
        self.head()  # what it refuses is refused here in the same words
        data = self.decided()
        with opened(
            data.path, data._layout, data.missing, None, (data.target,), self._seen(self.target).floats
        ) as file:
            cells, empty = labelled(file.cells, data.target, data.missing_target)
            columns, rounded = arrays(cells, data._readings(cells, ()))
        notes = (unlabelled(empty, data.target),) if empty else ()
        return Table(columns, (data.target,), rounded=rounded, notes=notes)

    def read_rows(self, words: Collection[str] = ()) -> Table:
        data = self if self._is_decided else self._decided(None, words)
        with opened(data.path, data._layout, data.missing, None, (data.target,)) as file:
            file.require_rows()
            columns, rounded = arrays(file.cells, data._readings(file.cells, words))
        return Table(columns, (data.target,) if data.target in columns else (), rounded=rounded)

    def names(self) -> tuple[str, ...]:
        return tuple(name for name in names_of(self.path, self._layout, HEAD) if name)

    def head(self) -> Head:
        seen = self._seen(self.target)
        ignored = [reading.kind == "ignore" for reading in seen.readings.columns]
        pairs = list(zip(seen.heads, ignored, strict=True))
        if (self.target, True) in [(each.name, left) for each, left in pairs]:
            raise DataError(f"{self.path}: the target '{self.target}' holds neither numbers nor words")
        return Head(
            tuple(each for each, left in pairs if not left and each.name != self.target),
            tuple(each for each, left in pairs if each.name == self.target),
            seen.rows,
            exact=not seen.cut,
            seen=seen.seen,
            reading=COPIES * seen.size,
            left_out=tuple(each for each, left in pairs if left),
            unlabelled=seen.unlabelled,
        )

    def worth_writing(self) -> tuple[tuple[str, Any, str], ...]:
        seen, found = self._seen(self.target), self.decided()
        told = [
            (name, getattr(found, name), why)
            for name, why in _WHY.items()
            if getattr(found, name) != getattr(PLAIN, name, ".") and getattr(self, name) is None
        ]
        readings = zip(seen.names, seen.readings.columns, strict=True)
        whys = {name: _why(each) for name, each in readings}
        own = {name: kind for name, kind in found.columns.items() if name not in self.columns and whys[name]}
        return (*told, *((f"columns.{key(name)}", kind, whys[name]) for name, kind in own.items()))

    @property
    def _layout(self) -> Layout:
        return Layout(self.separator, self.quote, self.skip, self.header, self.encoding, self.table)

    @property
    def _is_decided(self) -> bool:
        return None not in (self.separator, self.quote, self.decimal, self.header, self.skip, self.encoding)

    def _readings(self, cells: Cells, words: Collection[str]) -> Readings:
        return readings(cells, self.columns, self.decimal, self.separator or ",", words, judged=None)

    def _decided(self, target: str | None, words: Collection[str] = ()) -> Self:
        seen = self._seen(target)
        columns = dict(self.columns)
        for name, reading in zip(seen.names, seen.readings.columns, strict=True):
            if name and name not in (*columns, *words) and (said := _said(reading)):
                columns[name] = said
        found = {**asdict(seen.layout), "decimal": seen.readings.decimal, "columns": columns}
        return self.model_copy(update=found)

    def _seen(self, target: str | None) -> Seen:
        try:
            status = self.path.stat()
        except FileNotFoundError:
            raise DataError(f"{self.path}: there is no such file") from None
        except OSError as error:
            raise DataError(f"{self.path}: cannot be read: {error.strerror or error}") from error
        refuse = self.missing_target
        columns = tuple(self.columns.items())
        key = self.path, self._layout, self.decimal, self.missing, columns, target, refuse
        return _look(*key, status.st_size, status.st_mtime_ns)


_WHY = {
    "separator": "between cells",
    "quote": "around cells with a separator in them",
    "decimal": "before the fraction of numbers",
    "header": "the first row is no header: columns are column1, column2, …",
    "skip": "lines above the table",
    "encoding": "the file is not in UTF-8",
}


@dataclass(frozen=True)
class Seen:
    """What the first rows tell: `rows` is the number of all, `seen` of those looked at; both have a target."""

    layout: Layout
    names: tuple[str, ...]
    readings: Readings
    heads: tuple[ColumnHead, ...]
    rows: int
    seen: int
    cut: bool
    size: int
    unlabelled: int

    @property
    def floats(self) -> frozenset[str]:
        """The columns whose first cells are all plain numbers, some with a fraction: further ones likely are, too."""
        pairs = zip(self.names, self.readings.columns, strict=True)
        return frozenset(name for name, each in pairs if each.kind == "number" and not each.form and not each.whole)


@lru_cache(maxsize=4)
def _look(
    path: Path,
    layout: Layout,
    decimal: str | None,
    missing: tuple[str, ...],
    columns: tuple[tuple[str, str], ...],
    target: str | None,
    missing_target: str,
    size: int,
    changed: int,
) -> Seen:
    """The first rows of a file of this size and time; advice, check and run ask one after the other."""
    with opened(path, layout, missing, HEAD, (target,) if target else ()) as file:
        cells, empty = file.cells, 0
        if target is not None:
            missing_name(target, "to predict", cells.names, file.start)
            for name, kind in columns:
                missing_name(name, "to ignore" if kind == "ignore" else f"to read as {kind}", cells.names, file.start)
            file.require_rows()
            cells, empty = labelled(cells, target, missing_target)
        separator = file.layout.separator or ","
        found = readings(cells, dict(columns), decimal, separator, (), judged=target or "")
        told = tuple(heads(cells, found))
        rows = round(file.rows * cells.rows / (cells.rows + empty))
        return Seen(file.layout, tuple(cells.names), found, told, rows, cells.rows, cells.cut, size, empty)


def _why(reading: Reading) -> str:
    """The comment on a column's kind."""
    if reading.kind == "date":
        return f"dates{reading.why.removeprefix(reading.form)}"
    return f"{reading.label}: {reading.why}" if reading.kind == "ignore" else reading.why


def _said(reading: Reading) -> str | None:
    """What [data.columns] says of a column that new rows alone would not show; None for plain numbers and words."""
    if reading.kind == "ignore":
        return "ignore"
    if reading.form == "typed" or reading.kind == "category" or not (reading.form or reading.kind == "flag"):
        return None
    return reading.form if reading.kind == "date" else reading.kind
