"""What was decided about a table although its cells leave it open, in sentences that name the setting to overrule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from caviar_plugins.tables.cells import Cells
from caviar_plugins.tables.missing import numeric
from caviar_plugins.tables.reading import Reading, Readings

_CODES = (-9.0, -99.0, -999.0, -9999.0)
_LOOKED_AT = 500  # columns in which such codes are looked for
_LISTED = 8  # columns of one sentence


def guesses(
    cells: Cells, found: Readings, declared: Mapping[str, str], suspected: Mapping[int, str]
) -> tuple[str, ...]:
    """A sentence for each guess; `declared` are the kinds that the user gave, `suspected` what `codes` found."""
    return tuple(_guesses(cells, found, declared, suspected))


def _guesses(cells: Cells, found: Readings, declared: Mapping[str, str], suspected: Mapping[int, str]) -> Iterator[str]:
    if found.unclear:
        cell = found.unclear
        if found.decimal == ",":
            yield f'"{cell}" is read with a decimal comma; {cells.setting("decimal", ".")} reads thousands'
        else:
            overruled = cells.setting("decimal", ",")
            yield f'the comma of "{cell}" is read as one between thousands; {overruled} reads a decimal comma'
    named = [(name, reading) for name, reading in zip(cells.names, found.columns, strict=True) if name not in declared]
    for name, reading in named:
        if reading.other:
            overruled = cells.setting("columns", {name: reading.other})
            yield f"the dates of '{name}' are read as {reading.form}, {reading.other} would fit too: {overruled}"
    for place, code in suspected.items():
        yield f"{code} in '{cells.names[place]}' may mean missing: {cells.setting('missing', [code])}"
    ignored = [(name, reading) for name, reading in named if reading.kind == "ignore"]
    if ignored:
        yield f"{_listed(ignored)} {'is' if len(ignored) == 1 else 'are'} ignored{_overruling(cells, ignored)}"


def _listed(columns: list[tuple[str, Reading]]) -> str:
    shown = [f"{repr(name) if name else 'the first column'} ({_about(each)})" for name, each in columns[:_LISTED]]
    more = f" and {len(columns) - _LISTED:,} more" if len(columns) > _LISTED else ""
    return ", ".join(shown) + more


def _about(reading: Reading) -> str:
    return reading.why if reading.label in ("index", "nested") else f"{reading.label}, {reading.why}"


def _overruling(cells: Cells, columns: list[tuple[str, Reading]]) -> str:
    """How to read the first of the columns that can be read."""
    for name, reading in columns:
        if name and reading.label != "nested":
            return f"; to read {'it' if len(columns) == 1 else 'one'}: {cells.setting('columns', {name: 'category'})}"
    return ""


def codes(cells: Cells, found: Readings, places: Iterable[int]) -> dict[int, str]:
    """Columns of numbers, none negative but for one of the codes that stand for missing in many a survey."""
    texts = {place: found.counts[place].negative for place in places if place in found.counts}
    typed = [place for place in places if found.columns[place].form == "typed" and place not in texts]
    for place in typed[:_LOOKED_AT]:
        if cells.types[place] == "number":
            query = f"SELECT CAST(min(c{place}) AS VARCHAR), count(DISTINCT c{place}) FROM t WHERE c{place} < 0"
            code, different = cells.connection.execute(query).fetchone()
            texts[place] = code if different == 1 else ""
    coded = sorted(place for place, text in texts.items() if is_code(text))
    readings = {place: found.columns[place] for place in coded}
    return {place: texts[place] for place, each in readings.items() if each.kind == "number"}


def is_code(cell: str) -> bool:
    """Whether a negative number is one that often stands for missing."""
    return any(number in _CODES for number in numeric([cell]))
