"""What `pipe check` tells of a target: how skewed its numbers are, or how frequent its classes."""

from __future__ import annotations

from dataclasses import replace

from caviar.plugin import ColumnHead, Skew

from caviar_plugins.tables.arrays import value
from caviar_plugins.tables.cells import Cells
from caviar_plugins.tables.reading import Reading

_CLASSES = 100  # more are not listed


def with_facts(head: ColumnHead, cells: Cells, place: int, reading: Reading) -> ColumnHead:
    """The head of a target with the skewness of its numbers and the rows of its classes."""
    if reading.kind in ("date", "ignore") or not head.distinct:
        return head
    stands = value(reading, f"c{place}")
    skew = _skew(cells, place, stands) if reading.kind == "number" and head.distinct > 1 else None
    few = head.distinct <= _CLASSES
    return replace(head, skew=skew, classes=_classes(cells, place, stands, head.whole) if few else ())


def _classes(cells: Cells, place: int, stands: str, whole: bool) -> tuple[tuple[str, int], ...]:
    label = f"CAST(CAST({stands} AS BIGINT) AS VARCHAR)" if whole else f"CAST({stands} AS VARCHAR)"
    order = f"min({stands})"  # that of the alphabet or of numbers
    query = (
        f"SELECT {label}, count(*) FROM {cells.column(place)} WHERE {stands} IS NOT NULL GROUP BY 1 ORDER BY {order}"
    )
    return tuple((name, int(rows)) for name, rows in cells.connection.execute(query).fetchall())


def _skew(cells: Cells, place: int, stands: str) -> Skew:
    number = f"SELECT CAST({stands} AS DOUBLE) AS y FROM {cells.column(place)} WHERE {stands} IS NOT NULL"
    (least,) = cells.connection.execute(f"SELECT min(y) FROM ({number})").fetchone()
    if least < 0:
        return Skew(least, _skewness(cells, number), None)
    offset = 0 if least else 1
    return Skew(least, _skewness(cells, number), _skewness(cells, f"SELECT ln(y + {offset}) AS y FROM ({number})"))


def _skewness(cells: Cells, numbers: str) -> float:
    mean = f"WITH v AS ({numbers}), m AS (SELECT avg(y) AS mean FROM v)"
    query = f"{mean} SELECT avg((y - mean) * (y - mean) * (y - mean)), avg((y - mean) * (y - mean)) FROM v, m"
    third, second = cells.connection.execute(query).fetchone()
    return float(third / second**1.5) if second else 0.0
