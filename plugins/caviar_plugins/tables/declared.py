"""What the key `columns` says: the kinds that users may name, and those that are worth writing down."""

from __future__ import annotations

from collections.abc import Mapping

from caviar_plugins.tables.dates import is_known
from caviar_plugins.tables.reading import KINDS, Reading


def kinds(columns: Mapping[str, str]) -> Mapping[str, str]:
    """The same. Raises ValueError for what is no kind of column."""
    for name, kind in columns.items():
        if kind not in KINDS and not is_known(kind):
            known = ", ".join(map(repr, KINDS))
            raise ValueError(f"{name!r} must be one of {known}, or a format of dates such as '%d.%m.%Y'")
    return columns


def worth_saying(reading: Reading) -> str | None:
    """What is kept of a column's reading that new rows alone would not show; None for plain numbers and words."""
    if reading.kind == "ignore":
        return "ignore"
    if reading.form == "typed" or reading.kind == "category" or not (reading.form or reading.kind == "flag"):
        return None
    return reading.form if reading.kind == "date" else reading.kind


def comment(reading: Reading) -> str:
    """The comment on a column's kind in a file."""
    if reading.kind == "date":
        return f"dates{reading.why.removeprefix(reading.form)}"
    return f"{reading.label}: {reading.why}" if reading.kind == "ignore" else reading.why
