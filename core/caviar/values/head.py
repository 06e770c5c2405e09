"""The head of the data: what is known of a table without reading all of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import prod
from typing import Literal, TypeAlias

from caviar.values.inputs import InputColumn, InputKind, Inputs
from caviar.values.skew import Skew
from caviar.values.task import TaskKind, are_classes

ColumnKind: TypeAlias = Literal["numbers", "flags", "words", "dates"]

_INPUTS: dict[ColumnKind, InputKind] = {"numbers": "number", "flags": "flag"}


@dataclass(frozen=True)
class ColumnHead:
    """One column: its shape, () or that of one row of a block, and what is known from the rows that were read.

    `levels`: how many values a category has; its kind is "flags" where it is a one-hot block, "numbers" where
    codes. `distinct`: how many different values there are, `rarest` and `commonest`: in how many of the rows that
    were looked at the rarest and the most frequent of them is; None where not counted. `whole`: all numbers are
    whole, all dates at midnight. `missing`: a cell has no value; None where unknown. `rounded`: whole numbers are
    beyond `EXACT_WHOLE`. `skew`: how skewed the numbers of a target are, None where not known. `classes`: of a
    target of few values each as text, in order, with its rows among those looked at.

    For people: `example` is a cell, `label` the kind of column ("category", "id"), `note` what else is known, `gaps`
    the number of cells without a value.
    """

    name: str
    kind: ColumnKind
    shape: tuple[int, ...] = ()
    distinct: int | None = None
    whole: bool = False
    missing: bool | None = False
    rarest: int | None = None
    commonest: int | None = None
    rounded: bool = False
    levels: int | None = None
    skew: Skew | None = field(default=None, compare=False)
    classes: tuple[tuple[str, int], ...] = field(default=(), compare=False)
    example: str = field(default="", compare=False)
    label: str = field(default="", compare=False)
    note: str = field(default="", compare=False)
    gaps: int = field(default=0, compare=False)

    @property
    def width(self) -> int:
        """The number of inputs per row, once it is numeric."""
        return prod(self.shape)


@dataclass(frozen=True)
class Head:
    """`rows` is exact, or estimated from the file's size; `test` of them are held out by the data itself.

    `seen` of the rows were looked at for what the columns hold; None: all. `reading` is how many bytes of memory it
    takes to read the rows, beside the table that comes of it. `left_out` are columns that are not read; `unlabelled`
    rows among those looked at have no target, and do not count. `notes` are sentences for the user about what was
    guessed, each with the setting that overrules it.
    """

    features: tuple[ColumnHead, ...]
    target: tuple[ColumnHead, ...]
    rows: int
    exact: bool = True
    test: int = 0
    seen: int | None = None
    reading: int = 0
    left_out: tuple[ColumnHead, ...] = ()
    unlabelled: int = 0
    notes: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether all rows were read."""
        return self.exact and self.seen in (None, self.rows)

    @property
    def task(self) -> TaskKind:
        """The task that the targets decide, as far as the head knows them; the engine decides by all values."""
        if len(self.target) > 1:
            return "regression" if all(each.kind == "numbers" for each in self.target) else "classification"
        (target,) = self.target
        whole = target.whole and are_classes(target.distinct or 0, self.rows)
        return "classification" if target.kind != "numbers" or whole else "regression"

    @property
    def inputs(self) -> Inputs:
        """The features as inputs of a model; none of them may contain words."""
        return Inputs.of(
            InputColumn(each.name, "category" if each.levels else _INPUTS[each.kind], each.shape, each.levels or 0)
            for each in self.features
        )

    def with_features(self, features: tuple[ColumnHead, ...]) -> Head:
        """The same rows with other columns, as a transform leaves them."""
        return replace(self, features=features)
