"""What the first rows of a file tell of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from caviar.plugin import ColumnHead

from caviar_plugins.tables.guesses import codes, guesses
from caviar_plugins.tables.heads import heads
from caviar_plugins.tables.lines import missing_name
from caviar_plugins.tables.reading import Readings, readings
from caviar_plugins.tables.source import Layout, opened
from caviar_plugins.tables.target_facts import with_facts
from caviar_plugins.tables.targets import labelled
from caviar_plugins.tables.unused_codes import unused_codes

HEAD = 1 << 21
"""Bytes that `pipe check` looks at; a file that is no longer is known wholly."""


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
    guesses: tuple[str, ...]

    @property
    def floats(self) -> frozenset[str]:
        """The columns whose first cells are all plain numbers, some with a fraction: further ones likely are, too."""
        pairs = zip(self.names, self.readings.columns, strict=True)
        return frozenset(name for name, each in pairs if each.kind == "number" and not each.form and not each.whole)


@lru_cache(maxsize=4)
def look(
    path: Path,
    layout: Layout,
    decimal: str | None,
    missing: tuple[str, ...],
    columns: tuple[tuple[str, str], ...],
    targets: tuple[str, ...],
    split_columns: tuple[str, ...],
    missing_target: str,
    size: int,
    changed: int,
) -> Seen:
    """The first rows of a file of this size and time; advice, check and run ask one after the other."""
    with opened(path, layout, missing, HEAD, targets) as file:
        cells, empty = file.cells, 0
        if targets:
            for target in targets:
                missing_name(target, "to predict", cells.names, file.start)
            for name, kind in columns:
                missing_name(name, "to ignore" if kind == "ignore" else f"to read as {kind}", cells.names, file.start)
            file.require_rows()
            cells, empty = labelled(cells, targets, missing_target)
        separator = file.layout.separator or ","
        found = readings(cells, dict(columns), decimal, separator, (), targets=(*split_columns, *targets))
        suspected = codes(cells, found, range(len(cells.names)))
        told = heads(cells, found, suspected, targets)
        for target in targets:
            place = list(cells.names).index(target)
            told[place] = with_facts(told[place], cells, place, found.columns[place])
        rows = round(file.rows * cells.rows / (cells.rows + empty))
        unused = unused_codes(path, layout, missing, HEAD, targets)
        guessed = (*guesses(cells, found, dict(columns), suspected), *unused)
        return Seen(
            file.layout, tuple(cells.names), found, tuple(told), rows, cells.rows, cells.cut, size, empty, guessed
        )
