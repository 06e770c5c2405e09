"""Columns of numbers that go from the file to arrays without being text: read so where that gives the same bits."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from caviar.plugin import EXACT_WHOLE

from caviar_plugins.tables.encoding import PIECE
from caviar_plugins.tables.engine import Connection

_APART = re.compile(rb"[0-9]_[0-9]")


def may_be_floats(file: Path) -> bool:
    """Whether duckdb takes nothing in a text for a number that is none: it reads 1_000 as 1000."""
    with file.open("rb") as text:
        end = b""
        while piece := text.read(PIECE):
            if b"_" in piece and _APART.search(end + piece):
                return False
            end = piece[-2:]
    return True


def are_plain(connection: Connection, places: Collection[int]) -> bool:
    """Whether columns that were read as numbers are as they would be as text.

    Not with nan and inf, which are no numbers in a file, nor with one so large that digits may be lost, or that it is a
    mistake to be reported with its line.
    """
    if not places:
        return True
    fine = " AND ".join(f"coalesce(bool_and(abs(c{place}) <= {EXACT_WHOLE}), true)" for place in places)
    return bool(connection.execute(f"SELECT {fine} FROM t").fetchone()[0])
