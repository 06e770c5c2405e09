"""A table's cells in the database, whatever they were read from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from caviar_plugins.tables import wide
from caviar_plugins.tables.engine import Connection
from caviar_plugins.tables.settings import in_file

CellType: TypeAlias = Literal["text", "number", "flag", "date", "nested"]
"""What the cells of a column are, before anything is made of text."""


@dataclass(frozen=True)
class Cells:
    """The table `t` of a connection, whose columns are c0, c1, …; `first` is the rowid of its first row.

    Where the table is `wide`, its cells are rows of the table `long`: select those of a column from `column(place)`.

    `where` says where a row lies, for messages: a file and a line; `setting` how a user writes a key and its value.
    `cut`: more rows follow. `settled`: the rows are new ones for a model, so no setting can change how they are read.
    """

    connection: Connection
    names: Sequence[str]
    types: Sequence[CellType]
    rows: int
    first: int
    where: Callable[[int], str]
    cut: bool = False
    setting: Callable[[str, Any], str] = in_file
    wide: bool = False
    settled: bool = False

    def column(self, place: int) -> str:
        """SQL: what the column c… is selected from."""
        return wide.column(place) if self.wide else "t"

    def places(self, *kinds: CellType) -> list[int]:
        """The columns whose cells are of these types."""
        return [place for place, kind in enumerate(self.types) if kind in kinds]
