"""Inputs: what the columns of a model's input rows are, and the shape that they had as one sample."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from typing import Literal, Self, TypeAlias

InputKind: TypeAlias = Literal["number", "flag", "category"]


@dataclass(frozen=True)
class InputColumn:
    """One column of the prepared table, which takes `width` of a row's numbers, from `offset` on.

    `shape` is () for a single number and that of one sample for a block, such as (28, 28). A "category" has `levels`
    values: as one-hot block its shape is (levels,), with no flag set where a row has none of them; as codes its shape
    is (), and a row holds the number of its level, from 0, or -1 where it has none of them. `levels` is 0 for all else.
    """

    name: str
    kind: InputKind
    shape: tuple[int, ...] = ()
    levels: int = 0
    offset: int = 0

    def __post_init__(self) -> None:
        if any(side < 1 for side in self.shape):
            raise ValueError(f"column {self.name!r} has the shape {self.shape}; each side must be 1 or more")
        if (self.kind == "category") != (self.levels > 0) or (self.levels and self.shape not in ((), (self.levels,))):
            raise ValueError(
                f"column {self.name!r}, {self.kind} of shape {self.shape}, cannot have {self.levels} levels"
            )

    @property
    def width(self) -> int:
        """The number of a row's values that it takes."""
        return prod(self.shape)

    @property
    def stop(self) -> int:
        """Where the next column starts: `x[..., column.offset : column.stop]` are its numbers."""
        return self.offset + self.width


@dataclass(frozen=True)
class Inputs:
    """The columns of x, in their order and without gaps; `Inputs.of` gives them their offsets."""

    columns: tuple[InputColumn, ...] = ()

    def __post_init__(self) -> None:
        end = 0
        for column in self.columns:
            if column.offset != end:
                raise ValueError(f"column {column.name!r} starts at {column.offset}; the one before it ends at {end}")
            end = column.stop

    @classmethod
    def of(cls, columns: Iterable[InputColumn]) -> Self:
        """Inputs of these columns, one after the other."""
        placed: list[InputColumn] = []
        for column in columns:
            placed.append(replace(column, offset=placed[-1].stop if placed else 0))
        return cls(tuple(placed))

    @classmethod
    def block(cls, *shape: int) -> Self:
        """One block of numbers: `Inputs.block(28, 28)`, or `Inputs.block(6)` for six numbers."""
        return cls((InputColumn("x", "number", shape),))

    @cached_property
    def width(self) -> int:
        """The number of values in a row: x is (members, batch, width)."""
        return self.columns[-1].stop if self.columns else 0

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one sample where all inputs are one block, such as (3, 32, 32); else (width,)."""
        return self.columns[0].shape or (1,) if len(self.columns) == 1 else (self.width,)


NO_INPUTS = Inputs()
"""Of what needs no data."""
