"""Columns that only name the rows: nothing can be learned from them."""

from __future__ import annotations

import re

from caviar_plugins.tables.cells import Cells

FEW = 20
"""In fewer rows all words of an honest column may be different."""
_NUMBERING = {"id", "index", "unnamed", "row", "nr", "no", "seq", "seqn", "sequence"}
_ENDINGS = ("nr", "nummer", "number")  # of words such as Kundennr and rownumber


def is_name_of_rows(name: str) -> bool:
    """Whether a column is called like one that numbers the rows: id, customerId, row, index, seqn, kundennr."""
    apart = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name).lower()
    words = re.split(r"[^a-z0-9]+", apart)
    return bool(_NUMBERING & {*words}) or any(word.endswith(_ENDINGS) for word in words)


def numbers_the_rows(cells: Cells, place: int) -> bool:
    """Whether a column of numbers with a type of their own is one of whole numbers that only name the rows."""
    if cells.rows < FEW or not is_name_of_rows(cells.names[place]):
        return False
    query = f"SELECT count(DISTINCT c{place}), bool_and(c{place} = floor(c{place})) FROM t"
    distinct, whole = cells.connection.execute(query).fetchone()
    return distinct == cells.rows and bool(whole)
