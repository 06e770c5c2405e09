"""New rows for a model: each column is read as what it held in training, by the rules that were kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from caviar.plugin import EXACT_WHOLE, Array, ColumnKind, DataError

from caviar_plugins.tables.arrays import LARGEST, array_of, first_row, masked
from caviar_plugins.tables.arrays import value as value_of
from caviar_plugins.tables.cells import Cells
from caviar_plugins.tables.numbers import NUMBER, NumberFormat, bare
from caviar_plugins.tables.reading import Reading, Readings
from caviar_plugins.tables.sql import quoted

_UNCLEAR = {".": r"[+−-]?\d{1,3},\d{3}", ",": r"[+−-]?\d{1,3}\.\d{3}"}
"""By decimal mark: cells in which the other mark may stand between thousands, or before a fraction."""


@dataclass(frozen=True)
class Rule:
    """How the cells of a column are read: `value` is SQL, `held` what the model was trained on, in words."""

    reading: Reading
    value: str
    held: str


def rules(
    cells: Cells, found: Readings, columns: Mapping[str, ColumnKind], declared: Mapping[str, str]
) -> dict[int, Rule]:
    """The rules of the model's columns by their place; `found` is what the first rows show. Raises DataError."""
    places = {name: place for place, name in enumerate(cells.names)}
    return {
        places[name]: _rule(cells, places[name], kind, found, declared.get(name))
        for name, kind in columns.items()
        if name in places
    }


def _rule(cells: Cells, place: int, held: ColumnKind, found: Readings, said: str | None) -> Rule:
    cell, cell_type, reading = f"c{place}", cells.types[place], found.columns[place]
    if held == "words":
        reading = Reading("category")
        return Rule(reading, value_of(reading, cell), "words")
    if cell_type == "nested":
        return Rule(Reading("category"), "CAST(NULL AS VARCHAR)", held)
    if held == "dates":
        return _dates(cells, place, reading, said)
    if said == "flag" or (said is None and reading.kind == "flag"):
        if cell_type == "text":
            return Rule(Reading("flag"), value_of(Reading("flag"), cell), "yes and no")
        return Rule(reading, cell, "yes and no")
    if cell_type == "text":
        plain = said != "number"  # numbers with a decimal comma, thousands or a currency were declared
        return Rule(
            Reading("number", found.decimal), _number(cell, found.decimal, plain), _numbers(found.decimal, plain)
        )
    if cell_type == "date":
        return Rule(Reading("number"), "CAST(NULL AS DOUBLE)", "numbers")
    return Rule(Reading("number", "typed"), cell, "numbers")


def _dates(cells: Cells, place: int, reading: Reading, said: str | None) -> Rule:
    cell, cell_type = f"c{place}", cells.types[place]
    if cell_type == "date":
        return Rule(Reading("date", "typed"), cell, "dates")
    form = said if said and "%" in said else reading.form if reading.kind == "date" else ""
    if cell_type != "text" or not form:
        return Rule(Reading("date"), "CAST(NULL AS TIMESTAMP)", "dates")
    return Rule(Reading("date", form), value_of(Reading("date", form), cell), f"dates written as {form}")


def _number(cell: str, mark: str, plain: bool) -> str:
    """SQL: the number; NULL for none, and where a column of plain numbers suddenly has what may be thousands."""
    as_program = NUMBER if mark == "." else r"[+-]?\d+"
    unclear = f"WHEN regexp_full_match({bare(cell)}, {quoted(_UNCLEAR[mark])}) THEN NULL " if plain else ""
    return (
        f"CASE WHEN regexp_full_match({cell}, {quoted(as_program)}) THEN try_cast({cell} AS DOUBLE) "
        f"{unclear}ELSE {NumberFormat(mark).value(cell)} END"
    )


def _numbers(mark: str, plain: bool) -> str:
    if plain:
        return "numbers such as 1234.5" if mark == "." else "whole numbers"
    return "numbers" if mark == "." else "numbers with a decimal comma"


def columns_of(cells: Cells, known: Mapping[int, Rule], first: int, stop: int) -> dict[str, Array]:
    """The columns of the rows from `first` to `stop`, counted from 0. Raises DataError, which names the line."""
    import numpy

    bounds = f"rowid >= {cells.first + first} AND rowid < {cells.first + stop}"
    columns: dict[str, Array] = {}
    if not known:
        return columns
    wrong: list[tuple[int, str]] = []
    for place, read, present in _fetched(cells, known, bounds):
        name, cell, rule = cells.names[place], f"c{place}", known[place]
        array, valid = array_of(*masked(read), rule.reading)
        if valid < present and rule.value != cell:
            row, shown = first_row(cells, place, f"{bounds} AND {cell} IS NOT NULL AND ({rule.value}) IS NULL")
            told = f"column '{name}' holds {_short(shown)!r}; the model was trained on {rule.held} there"
            wrong.append((row, f"{told}; correct it or leave it empty"))
        elif rule.reading.kind == "number" and valid and array.dtype.kind == "f":
            largest = float(numpy.nanmax(numpy.abs(array)))
            if largest > LARGEST:
                row, shown = first_row(cells, place, f"{bounds} AND abs({rule.value}) > {LARGEST}")
                wrong.append((row, f"column '{name}' holds {_short(shown)}, too large to compute with; correct it"))
            elif largest <= EXACT_WHOLE and not numpy.isnan(array).any():
                whole = array.astype(numpy.int64)  # as whole numbers are in training; -0.0 is none
                array = whole if whole.astype(numpy.float64).tobytes() == array.tobytes() else array
        columns[name] = array
    if wrong:
        row, told = min(wrong)
        raise DataError(f"{cells.where(row)}: {told}")
    return columns


def _fetched(cells: Cells, known: Mapping[int, Rule], bounds: str) -> Iterator[tuple[int, Any, int]]:
    """What each column's cells stand for, as the database gives it, and how many of its cells are not empty."""
    for places in ([place] for place in known) if cells.wide else (list(known),):
        source = f"FROM {cells.column(places[0])} WHERE {bounds}"
        chosen = ", ".join(f"{known[place].value} AS c{place}" for place in places)
        read = cells.connection.execute(f"SELECT {chosen} {source}").fetchnumpy()
        counted = ", ".join(f"count(c{place})" for place in places)
        counts = cells.connection.execute(f"SELECT {counted} {source}").fetchone()
        for place, present in zip(places, counts, strict=True):
            yield place, read.pop(f"c{place}"), present


def _short(text: str) -> str:
    return f"{text[:60]}…" if len(text) > 60 else text
