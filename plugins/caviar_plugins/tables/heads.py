"""What the first rows tell of each column, for `pipe check` and `pipe init`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from caviar.plugin import ColumnHead, ColumnKind

from caviar_plugins.tables.arrays import POINTS, check, value
from caviar_plugins.tables.cells import Cells
from caviar_plugins.tables.counts import Counts
from caviar_plugins.tables.reading import Kind, Reading, Readings

_KINDS: dict[Kind, ColumnKind] = {
    "number": "numbers", "flag": "flags", "category": "words", "date": "dates", "ignore": "words"
}  # fmt: skip
_SHOWN = 60  # columns of which an example is looked for; the first 40 of those that are read are listed
_FIRST = 1000  # rows in which it is looked for
_LONGEST = 40  # characters of an example


def heads(
    cells: Cells, found: Readings, suspected: Mapping[int, str], targets: Collection[str] = ()
) -> list[ColumnHead]:
    """The head of every column, ignored ones too; `suspected` are codes that may stand for missing.

    Of many columns the first and the `targets` have an example.

    Raises DataError for a cell that its column cannot hold.
    """
    wanted = (place for place, name in enumerate(cells.names) if place < _SHOWN or name in targets)
    shown = examples(cells, list(wanted))
    made = []
    for place, reading in enumerate(found.columns):
        about: dict[str, Any] = {
            "example": shown.get(place, ""),
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
        if place in suspected:
            about["note"] = f"{suspected[place]} may mean missing"
        made.append(ColumnHead(cells.names[place], _KINDS[reading.kind], **head, **about))
    return made


def examples(cells: Cells, places: Sequence[int]) -> dict[int, str]:
    """A cell that has a value of each of these columns, as text, or ''."""
    found: list[str | None] = []
    for some in ([place] for place in places) if cells.wide else [places]:
        chosen = ", ".join(f"CAST(first(c{place}) FILTER (c{place} IS NOT NULL) AS VARCHAR)" for place in some)
        source = f"(SELECT * FROM {cells.column(some[0])} LIMIT {_FIRST})"
        found += cells.connection.execute(f"SELECT {chosen} FROM {source}").fetchone()
    told = ["" if each is None else " ".join(each.split())[:_LONGEST] for each in found]
    return dict(zip(places, told, strict=True))


def _counted(cells: Cells, place: int, reading: Reading, count: Counts) -> dict[str, Any]:
    """Of plain numbers and of words: the counts have it all."""
    empty = cells.rows - count.present
    if reading.kind == "category":
        rarest = min(count.rarest, empty) if empty and count.present else (count.rarest or empty)
        return {"distinct": count.distinct, "missing": bool(empty), "rarest": rarest, "gaps": empty}
    check(cells, place, reading, {place: count}, count.plain, count.largest)
    told = {"distinct": count.distinct, "missing": bool(empty), "whole": reading.whole, "rounded": count.long}
    return told | {"commonest": count.commonest, "gaps": empty}


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
    told = f"count({stands}), count(DISTINCT {stands}), {largest}, {whole}"
    query = f"SELECT {told} FROM {cells.column(place)}"
    valid, distinct, size, are_whole = cells.connection.execute(query).fetchone()
    if reading.kind != "ignore":
        check(cells, place, reading, found.counts, valid, size or 0.0)
    about: dict[str, Any] = {"distinct": distinct, "missing": valid < cells.rows, "whole": bool(are_whole)}
    if reading.kind == "category":
        about["rarest"] = 1
    return about | {"gaps": cells.rows - valid}
