"""Table: columns of a file, whoever wrote it; what was sniffed can be seen, overruled, and is kept with the model."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal, Self

from caviar.plugin import Array, Block, ColumnKind, Data, DataError, Head, Table, setting
from pydantic import PrivateAttr, ValidationInfo, field_validator

from caviar_plugins.tables.arrays import arrays
from caviar_plugins.tables.declared import kinds, worth_saying
from caviar_plugins.tables.held import Rules, read_held
from caviar_plugins.tables.lines import missing_name
from caviar_plugins.tables.new_blocks import Kept, new_blocks
from caviar_plugins.tables.odd_cells import OddCells, odd_cells, odd_settings
from caviar_plugins.tables.own_test import head_with_test, joined, joined_lines, require_columns
from caviar_plugins.tables.reading import readings
from caviar_plugins.tables.seen import HEAD, Seen, look
from caviar_plugins.tables.source import SUFFIXES, Layout, lines_of, names_of, opened
from caviar_plugins.tables.targets import labelled, row_numbers, unlabelled
from caviar_plugins.tables.written import written

COPIES = 2
"""How many times the file's size reading it takes, beside the table: pieces of text, and their cells."""


class TableFile(Data, interface=2):
    """A file of text with a separator between cells, or parquet, JSON lines, SQLite, Excel, Arrow.

    What is "auto" is found in the first rows, and shown by `pipe check`. A target of words, true and false or few
    whole numbers gives classes, any other a regression. `columns` says what columns hold: "number", "category" (such as
    postal codes), "flag", "date", a format of dates such as "%d.%m.%Y", or "ignore" for what must not be learned from.
    `missing` are codes for no value, beside empty cells, NA, N/A, NaN, null, none, #N/A, ?, - and a point. `skip` lines
    stand above the table. `table` is that of a database, or the sheet. `test_path` is a file with the same columns,
    whose rows are the test part.
    """

    suffixes = SUFFIXES

    path: Path = setting(default=...)
    target: str | tuple[str, ...] = setting(default=..., also=("y", "target_column", "label_column"))
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
    test_path: Path | None = setting(default=None, also=("test_file", "test_data"))
    _guesses: tuple[str, ...] = PrivateAttr(default=())
    _is_decided: bool = PrivateAttr(default=False)
    _odd: tuple[OddCells, ...] = PrivateAttr(default=())

    @field_validator("target")
    @classmethod
    def _are_different(cls, target: str | tuple[str, ...]) -> str | tuple[str, ...]:
        if isinstance(target, tuple) and (not target or len(set(target)) < len(target)):
            raise ValueError("must name at least one column, and none twice")
        return target

    @field_validator("separator", "quote")
    @classmethod
    def _one_letter(cls, mark: str | None) -> str | None:
        if mark is not None and (len(mark) != 1 or mark in "\r\n"):
            raise ValueError("must be one character, such as ';'")
        return mark

    @field_validator("columns")
    @classmethod
    def _are_kinds(cls, columns: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        declared = kinds(columns)
        if any(declared.get(name) == "ignore" for name in listed(info.data.get("target", ()))):
            raise ValueError("cannot ignore the target, which is to be predicted")
        return columns

    def decided(self) -> Self:
        """The same with nothing left to be looked for: new rows are read by the rules of these."""
        if self._is_decided:
            return self
        seen = self._seen(self.targets)
        columns = dict(self.columns)
        for name, reading in zip(seen.names, seen.readings.columns, strict=True):
            open_form = name not in self.columns or self.columns[name] == "date"
            if name and open_form and (said := worth_saying(reading)):
                columns[name] = said
        found = {**asdict(seen.layout), "decimal": seen.readings.decimal, "columns": columns}
        copy = self.model_copy(update=found)
        copy._guesses, copy._is_decided = seen.guesses, True
        return copy

    def read(self) -> Table:
        self.head()  # what it refuses is refused here in the same words
        data = self.decided()
        table = data._labelled((), self._seen(self.targets).floats)
        if (test := data._test_file) is None:
            return table
        words = [name for name, column in table.columns.items() if column.dtype.kind == "O"]
        return joined(table, test._labelled(words), data.path, test.path)

    def read_blocks(self, columns: Mapping[str, ColumnKind]) -> Iterator[Block]:
        kept = Kept(self._layout, self.decimal, self.missing, self.columns, self.targets)
        return new_blocks(self.path, kept, columns, HEAD)

    def read_frame(self, table: Table, words: Collection[str] = ()) -> Table:
        return read_held(table, Rules(self.columns, self.decimal or ".", self.missing, settled=True), words)

    def lines(self, table: Table) -> Array | None:
        data = self.decided()
        found = [lines_of(each.path, each._layout, self.targets) for each in (data, data._test_file) if each]
        return joined_lines(table, found)

    def names(self) -> tuple[str, ...]:
        return tuple(name for name in names_of(self.path, self._layout, HEAD) if name)

    def head(self) -> Head:
        seen = self._seen(self.targets)
        ignored = [reading.kind == "ignore" for reading in seen.readings.columns]
        pairs = list(zip(seen.heads, ignored, strict=True))
        if unread := [each.name for each, left in pairs if left and each.name in self.targets]:
            raise DataError(f"{self.path}: the target '{unread[0]}' holds neither numbers nor words")
        known = {each.name: each for each in seen.heads}
        head = Head(
            tuple(each for each, left in pairs if not left and each.name not in self.targets),
            tuple(known[name] for name in self.targets),
            seen.rows,
            exact=not seen.cut,
            seen=seen.seen,
            reading=COPIES * seen.size,
            left_out=tuple(each for each, left in pairs if left),
            unlabelled=seen.unlabelled,
            notes=(*map(str, self._odd), *seen.guesses),
        )
        return head if (test := self.decided()._test_file) is None else test._head_of_test(head, self.path)

    def worth_writing(self) -> tuple[tuple[str, Any, str], ...]:
        own = odd_settings(self._odd, self.missing)
        return (*own, *written(dict(self), dict(self.decided()), self._seen(self.targets)))

    def tolerant(self) -> Self:
        try:
            self._seen(self.targets)
        except DataError:
            known = tuple(name for name in self.targets if name in self.names())
            kept = Kept(self._layout, self.decimal, self.missing, self._needed, known)
            odd = odd_cells(self.path, kept, self.split_columns, HEAD)
            codes = dict.fromkeys((*self.missing, *(code for each in odd for code in each.codes)))
            words = {each.name: "category" for each in odd if not each.codes}
            copy = self.model_copy(update={"missing": tuple(codes), "columns": {**self.columns, **words}})
            copy._odd = odd
            return copy
        return self

    @property
    def targets(self) -> tuple[str, ...]:
        """The columns to predict."""
        return listed(self.target)

    @property
    def _test_file(self) -> Self | None:
        """What reads `test_path`, once everything is decided: by the same rules."""
        return None if self.test_path is None else self.model_copy(update={"path": self.test_path, "test_path": None})

    def _head_of_test(self, head: Head, path: Path) -> Head:
        """The head of the data whose test rows are those of this file; all else is known from the file of `path`."""
        kinds = {name: kind for name, kind in self.columns.items() if kind != "ignore"}
        seen = self.model_copy(update={"columns": kinds})._seen(self.targets)
        require_columns([each.name for each in (*head.features, *head.target)], seen.names, path, self.path)
        return head_with_test(head, seen.rows, not seen.cut, COPIES * seen.size)

    def _labelled(self, words: Collection[str], floats: Collection[str] = ()) -> Table:
        """The rows that have a target."""
        with opened(self.path, self._layout, self.missing, None, self.targets, floats) as file:
            for target in self.targets:
                missing_name(target, "to predict", file.cells.names, file.start)
            file.require_rows()
            cells, empty = labelled(file.cells, self.targets, self.missing_target)
            found = readings(cells, self._needed, self.decimal, self.separator or ",", words, targets=None)
            columns, rounded = arrays(cells, found)
            numbers = row_numbers(cells) if empty else None
        notes = (*self._guesses, *((unlabelled(empty, self.targets),) if empty else ()))
        return Table(columns, self.targets, rounded=rounded, notes=notes, numbers=numbers)

    @property
    def _needed(self) -> dict[str, str]:
        """`columns` without those that are ignored, but by which rows are split."""
        return {name: k for name, k in self.columns.items() if k != "ignore" or name not in self.split_columns}

    @property
    def _layout(self) -> Layout:
        return Layout(self.separator, self.quote, self.skip, self.header, self.encoding, self.table)

    def _seen(self, targets: tuple[str, ...]) -> Seen:
        try:
            status = self.path.stat()
        except FileNotFoundError:
            raise DataError(f"{self.path}: there is no such file") from None
        except OSError as error:
            raise DataError(f"{self.path}: cannot be read: {error.strerror or error}") from error
        refuse = self.missing_target
        columns = tuple(self._needed.items())
        key = self.path, self._layout, self.decimal, self.missing, columns, targets, self.split_columns, refuse
        return look(*key, status.st_size, status.st_mtime_ns)


def listed(target: str | tuple[str, ...]) -> tuple[str, ...]:
    """One name, or several."""
    return (target,) if isinstance(target, str) else target
