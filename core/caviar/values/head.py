"""The head of the data: what can be known of a table without reading it whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

ColumnKind: TypeAlias = Literal["numbers", "flags", "words"]


@dataclass(frozen=True)
class ColumnHead:
    """One column: `width` numbers a row once it is numbers; `distinct` different values seen, None where not counted.

    `whole` says that all numbers seen are whole, `missing` that a cell without a value was seen.
    """

    name: str
    kind: ColumnKind
    width: int = 1
    distinct: int | None = None
    whole: bool = False
    missing: bool = False


@dataclass(frozen=True)
class Head:
    """`rows` is exact, or estimated from the file's size; `test` of them are set aside by the data itself."""

    features: tuple[ColumnHead, ...]
    target: tuple[ColumnHead, ...]
    rows: int
    exact: bool = True
    test: int = 0

    @property
    def width(self) -> int:
        """Numbers a row, all features together."""
        return sum(column.width for column in self.features)

    def with_features(self, features: tuple[ColumnHead, ...]) -> Head:
        """The same rows with other columns, as a transform leaves them."""
        return replace(self, features=features)
