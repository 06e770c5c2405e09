"""Data: reads a table."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping
from typing import Any, ClassVar, Literal, Self

from pydantic import field_validator

from caviar.interfaces.fields.field import setting
from caviar.interfaces.plugin import Plugin
from caviar.values.arrays import Array
from caviar.values.block import Block
from caviar.values.head import ColumnKind, Head
from caviar.values.problem import Problem
from caviar.values.table import Table
from caviar.values.target_scale import TargetTransform


class Data(Plugin):
    """Defines where the rows come from, what is predicted, and which fractions of rows are held out.

    `task` None ("auto" in a file) lets the targets decide: floats are regression; strings, booleans and integers of few
    values (`are_classes`) are classification. Data that marks its own test rows needs `test = 0`.

    With `folds = 5` each trial is trained five times, each time with another fifth of the rows as validation part, and
    its metrics are the means; `validation` is not used then. Its model predicts the mean of the five; by `time` it is
    the latest fold's alone, which has learned from the most rows.

    Rows are drawn at random, stratified for classes, unless a column decides, which `read` has to return: rows with
    equal values of `group` are in the same part; by `time` the latest rows are the test part, and those before them the
    validation part; `part` says of each row which part it is in. Such a column is no feature, but for those that
    `split_features` names.

    Of a regression, `target_transform` says what models learn instead of the targets, for all of them or by name; None
    decides by the rule of `Skew.wants_logarithm`. `target_range` is the range of predictions in the user's units: None
    is that of the training targets and a tenth more at each end.

    Of two classes, `positive` is the one that precision, recall, f1 and average_precision are about; None is the second
    in the order of the alphabet or of numbers. The winner predicts it where its probability is at least `threshold`,
    which may be the name of a metric: then the threshold at which that is best on the validation rows is taken.
    """

    kind: ClassVar[str] = "data"
    interface: ClassVar[int] = 2
    suffixes: ClassVar[tuple[str, ...]] = ()
    """Of the files that it reads, in lower case without a point, beside its own name; `.gz` and `.zst` may follow."""

    task: Literal["classification", "regression"] | None = setting(default=None, kw_only=True)
    validation: float = setting(
        default=0.2, gt=0, lt=1, also=("validation_split", "val_size", "valid", "dev_size", "dev"), kw_only=True
    )
    test: float = setting(default=0.0, ge=0, lt=1, also=("test_size", "test_split"), kw_only=True)
    folds: int | None = setting(default=None, ge=2, also=("cv", "k", "k_folds", "n_splits"), kw_only=True)
    target_transform: TargetTransform | dict[str, TargetTransform] | None = setting(default=None, kw_only=True)
    target_range: Literal["free"] | tuple[float, ...] | None = setting(default=None, kw_only=True)
    positive: str | int | float | bool | None = setting(
        default=None, also=("pos_label", "positive_class", "positive_label"), kw_only=True
    )
    threshold: float | str = setting(default=0.5, gt=0, lt=1, kw_only=True)
    group: str | None = setting(default=None, also=("groups", "group_column", "group_by"), kw_only=True)
    time: str | None = setting(default=None, also=("time_column", "date_column", "order_by"), kw_only=True)
    part: str | None = setting(default=None, also=("split", "split_column", "part_column"), kw_only=True)
    split_features: tuple[str, ...] = setting(default=(), kw_only=True)

    @property
    def split_columns(self) -> tuple[str, ...]:
        """The columns by which rows are split; a reader returns them, also where it would ignore such a column."""
        return tuple(name for name in (self.group, self.time, self.part) if name is not None)

    @field_validator("target_range")
    @classmethod
    def _is_range(cls, ends: Any) -> Any:
        if isinstance(ends, tuple) and (len(ends) != 2 or not ends[0] < ends[1]):
            raise ValueError("must be the smallest and the largest prediction, such as [0.0, 100.0]")
        return ends

    @abstractmethod
    def read(self) -> Table:
        """Reads the whole table. Raises DataError, whose message names file, row and what to do."""

    def read_rows(self, words: Collection[str] = ()) -> Table:
        """Reads a table for prediction: the target may be absent, and `Table.target` is then empty.

        `words` names the columns that held words in training: in a few rows they may look like numbers.
        """
        return self.read()

    def read_frame(self, table: Table, words: Collection[str] = ()) -> Table:
        """Reads rows that a program passes for prediction, such as those of a data frame, by the rules of this data.

        Their columns hold what the program has: a plugin that makes numbers or dates of a file's words does so here
        too. Columns may be missing, or unknown. `words` are those that held words in training. Raises DataError.
        """
        return table

    def read_blocks(self, columns: Mapping[str, ColumnKind]) -> Iterator[Block]:
        """Reads new rows in blocks, in their order: a file of any size is then predicted in little memory.

        `columns` are those of the model, each with what it held in training ("numbers" are flags, too). Others need
        not be read, and one that is absent is reported by the engine. Raises DataError, at the latest with the block
        that has the mistake. Without this method, all rows are one block, from `read_rows`.
        """
        words = [name for name, kind in columns.items() if kind == "words"]
        table = self.read_rows(words)
        yield Block(table, others=tuple(name for name in table.features if name not in columns))

    def decided(self) -> Self:
        """The same with every setting filled in that was None and depends on the file, such as a separator.

        That is what a run records, and how new rows are read. Raises DataError.
        """
        return self

    def lines(self, table: Table) -> Array | None:
        """The line of its file on which each row of a table begins that `read` returned, from 1; None: no lines."""
        return None

    def names(self) -> tuple[str, ...]:
        """The columns among which a target may be chosen, in order, for `pipe init`; empty where there is no choice."""
        return ()

    def tolerant(self) -> Self:
        """The same with settings by which cells can be read that no column could hold, for `pipe init`.

        The notes of its head say which cells, and what becomes of them; `worth_writing` has the settings.
        """
        return self

    def worth_writing(self) -> tuple[tuple[str, Any, str], ...]:
        """Settings that `pipe init` writes into the first file of this data: a key, its value, and why.

        Raises DataError.
        """
        return ()

    def head(self) -> Head | None:
        """What can be read quickly and without a numerical library, for `pipe check`; None if nothing can.

        Raises DataError for what is wrong at first sight.
        """
        return None


class DataError(Problem):
    """The data cannot be used as it is; the message states what, where and what to do."""


class RowError(DataError):
    """A mistake in one row, counted from 0; whoever knows where that row lies says so instead of its number."""

    def __init__(self, row: int, what: str, cure: str) -> None:
        super().__init__(f"{what} in row {row + 1}; {cure}")
        self.row, self.what, self.cure = row, what, cure

    def at(self, place: str) -> DataError:
        """The same with a place, such as "rows.csv:17", in front."""
        return DataError(f"{place}: {self.what}; {self.cure}")
