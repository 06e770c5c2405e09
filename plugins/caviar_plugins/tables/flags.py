"""Flags as people write them: yes, Y, true, 1, …"""

from __future__ import annotations

from collections.abc import Iterable

from caviar_plugins.tables.sql import listed

PLAIN = ("true", "false")
YES = ("true", "t", "yes", "y", "1")
NO = ("false", "f", "no", "n", "0")


def is_mix(cells: Iterable[str]) -> bool:
    """Whether a column's different cells are yes and no in more than one spelling; two words alone are a category."""
    different = set(cells)
    return len(different) > 2 and {cell.lower() for cell in different} <= {*YES, *NO}


def value(cell: str) -> str:
    """SQL: the BOOLEAN that a cell stands for; NULL where it is none."""
    lower = f"lower({cell})"
    return f"CASE WHEN {lower} IN {listed(YES)} THEN true WHEN {lower} IN {listed(NO)} THEN false END"
