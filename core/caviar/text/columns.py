"""Columns: a table of trials that fits the given width."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import floor, log10
from typing import Any, Self

from caviar.values.dimension import Space
from caviar.values.trial import Trial

_GAP = 2  # characters between two columns


@dataclass(frozen=True)
class Column:
    """A heading, on several lines if that saves width, and a cell for each trial."""

    head: str
    cells: tuple[str, ...]

    @property
    def width(self) -> int:
        """The characters of its longest line."""
        return max(map(len, (*self.head.split("\n"), *self.cells)))

    @property
    def narrowed(self) -> Self:
        """The same column with its heading broken after dots and underscores, into the fewest lines at its width."""
        pieces = re.findall(r"[^._]*[._]+|[^._]+", self.head)
        widest = max(map(len, (*pieces, *self.cells)))
        lines = [""]
        for piece in pieces:
            if len(lines[-1] + piece) > widest:
                lines.append("")
            lines[-1] += piece
        return type(self)("\n".join(lines), self.cells)


@dataclass(frozen=True)
class Columns:
    """The columns of a table: the `given` ones, then one for each of the `values` that were searched.

    `rounded`: they are numbers of four digits instead of their samplers' words. `left_out`: what had no room, by name.
    """

    given: tuple[Column, ...]
    values: tuple[Column, ...]
    rounded: bool = False
    left_out: tuple[str, ...] = ()

    @classmethod
    def fitting(cls, given: Sequence[Column], space: Space, trials: Sequence[Trial], width: int) -> Self:
        """The columns that fit in `width` characters: unchanged, else with broken headings, else with rounded values.

        Where that is too wide, first come the values that differ between the trials, by tier.
        """
        names = space.names
        paths = [path for path in names if any(path in trial.values for trial in trials)]
        words = [space.words(trial.values) for trial in trials]
        values = [Column(names[path], tuple(told.get(path, "") for told in words)) for path in paths]
        given_narrow = tuple(column.narrowed for column in given)
        whole, broken = cls(tuple(given), tuple(values)), cls(given_narrow, tuple(each.narrowed for each in values))
        for fits in (whole, broken):
            if fits.width <= width:
                return fits
        columns = {
            path: Column(names[path], tuple(_rounded(trial.values.get(path, "")) for trial in trials)).narrowed
            for path in paths
        }
        narrow = cls(given_narrow, (), rounded=True, left_out=tuple(paths))
        for path in sorted(paths, key=lambda path: (len(set(columns[path].cells)) == 1, space[path].tier or 0)):
            left = tuple(each for each in narrow.left_out if each != path)
            more = replace(narrow, values=tuple(columns[each] for each in paths if each not in left), left_out=left)
            narrow = more if more.width <= width else narrow
        return replace(narrow, left_out=tuple(names[path] for path in narrow.left_out))

    @property
    def note(self) -> str:
        """The missing columns in words, or nothing."""
        return f"Not shown: {', '.join(self.left_out)}; use a wider terminal." if self.left_out else ""

    @property
    def width(self) -> int:
        """The characters of a line."""
        widths = [column.width for column in (*self.given, *self.values)]
        return sum(widths) + _GAP * (len(widths) - 1)


def _rounded(value: Any) -> str:
    """Four significant digits; near 1, for averaging constants, as many as the distance from 1 needs."""
    if not isinstance(value, float):
        return str(value)
    near = abs(1 - value)
    return f"{value:.{max(4, 1 - floor(log10(near))) if 0 < near < 1 else 4}g}"
