"""What the first rows tell of each column, for `pipe check` and `pipe init`."""

from __future__ import annotations

from typing import Any

from caviar.plugin import ColumnHead, ColumnKind

from caviar_plugins.tables.arrays import POINTS, check, value
from caviar_plugins.tables.cells import Cells
from caviar_plugins.tables.reading import Counts, Kind, Reading, Readings

_KINDS: dict[Kind, ColumnKind] = {
    "number": "numbers", "flag": "flags", "category": "words", "date": "dates", "ignore": "words"
}  # fmt: skip
_SHOWN = 500  # columns of which an example is looked for
_CODES = ("-9", "-99", "-999", "-9999", "-99.0", "-999.0", "-9999.0")
_LONGEST = 40  # characters of an example


def heads(cells: Cells, found: Readings) -> list[ColumnHead]:
    """The head of every column, ignored ones too. Raises DataError for a cell that its column cannot hold."""
    shown, coded = examples(cells), codes(cells, found)
    made = []
    for place, reading in enumerate(found.columns):
        about: dict[str, Any] = {
            "example": shown[place] if place < len(shown) else "",
            "label": reading.label,
            "note": reading.why,
        }
        count = found.counts.get(place)
        plain = count is not None and not reading.form and reading.kind in ("number", "category")
        head = _counted(cells, place, reading, count) if plain and count else _queried(cells, place, reading, found)
        about["gaps"] = head.pop("gaps")
        distinct = head["distinct"]
        if distinct == 1 and not head["missing"] and reading.kind != "ignore":
            about |= {"label": "constant", "note": "the same in every row"}
        if distinct == 0:
            about |= {"label": "empty", "note": "no cell has a value"}
        if place in coded:
            about["note"] = f'{coded[place]} may mean missing: missing = ["{coded[place]}"]'
        made.append(ColumnHead(cells.names[place], _KINDS[reading.kind], **head, **about))
    return made


def examples(cells: Cells) -> list[str]:
    """A cell that has a value of each column, as text; of wide tables the first columns."""
    places = range(min(len(cells.names), _SHOWN))
    chosen = ", ".join(f"CAST(first(c{place}) FILTER (c{place} IS NOT NULL) AS VARCHAR)" for place in places)
    found = cells.connection.execute(f"SELECT {chosen} FROM (SELECT * FROM t LIMIT 1000)").fetchone()
    return ["" if each is None else " ".join(each.split())[:_LONGEST] for each in found]


def codes(cells: Cells, found: Readings) -> dict[int, str]:
    """Columns of plain numbers, none negative, but for one of the codes that stand for missing in many a survey."""
    plain = [place for place, each in enumerate(found.columns) if each.kind == "number" and not each.form]
    places = [place for place in plain[:_SHOWN] if found.counts[place].plain]
    if not places:
        return {}
    negative = {place: f"FILTER (starts_with(c{place}, '-'))" for place in places}
    ends = ", ".join(f"min(c{place}) {only}, max(c{place}) {only}" for place, only in negative.items())
    told = iter(cells.connection.execute(f"SELECT {ends} FROM t").fetchone())
    pairs = {place: (least, most) for place, least, most in zip(places, told, told, strict=True)}
    return {place: least for place, (least, most) in pairs.items() if least == most and least in _CODES}


def _counted(cells: Cells, place: int, reading: Reading, count: Counts) -> dict[str, Any]:
    """Of plain numbers and of words: the counts have it all."""
    empty = cells.rows - count.present
    if reading.kind == "category":
        rarest = min(count.rarest, empty) if empty and count.present else (count.rarest or empty)
        return {"distinct": count.distinct, "missing": bool(empty), "rarest": rarest, "gaps": empty}
    check(cells, place, reading, {place: count}, count.plain, count.largest)
    told = {"distinct": count.distinct, "missing": bool(empty), "whole": reading.whole, "rounded": count.long}
    return told | {"gaps": empty}


def _queried(cells: Cells, place: int, reading: Reading, found: Readings) -> dict[str, Any]:
    """Of everything else: what its cells stand for is counted."""
    cell = f"c{place}"
    stands = f"CAST({cell} AS VARCHAR)" if reading.kind == "ignore" else value(reading, cell)
    number = reading.kind == "number"
    whole = f"bool_and({stands} = floor({stands}))" if number else "false"
    if reading.form in POINTS and number:
        whole += f" AND NOT bool_or(contains({cell}, '{reading.form}'))"
    if reading.kind == "date":
        whole = f"bool_and({stands} = date_trunc('day', {stands}))"
    largest = f"max(abs(CAST({stands} AS DOUBLE)))" if number else "0"
    query = f"SELECT count({stands}), count(DISTINCT {stands}), {largest}, {whole}, min({stands}) IS NOT NULL FROM t"
    valid, distinct, size, are_whole, _ = cells.connection.execute(query).fetchone()
    if reading.kind != "ignore":
        check(cells, place, reading, found.counts, valid, size or 0.0)
    told: dict[str, Any] = {"distinct": distinct, "missing": valid < cells.rows, "whole": bool(are_whole)}
    if reading.kind == "category":
        told["rarest"] = 1
    return told | {"gaps": cells.rows - valid}
