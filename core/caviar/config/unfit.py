"""Unfit: data that is not what the file takes it for."""

from __future__ import annotations

from collections.abc import Sequence

from caviar.interfaces.data import Data, DataError
from caviar.values.problem import LateMistake


class Unfit(LateMistake, DataError):
    """The mistake is told at a key of the file."""


def words_to_regress(targets: Sequence[str]) -> Unfit:
    """The mistake of asking for numbers where the targets hold words."""
    named = ", ".join(map(repr, targets))
    return Unfit(("data", "task"), f"the target {named} holds words; regression needs numbers")


def no_rows(data: Data, rows: int, part: str) -> Unfit:
    """The mistake of shares that leave the training or validation part empty."""
    key = "validation" if data.folds is None else "folds"
    return Unfit(("data", key), f"{rows} rows leave none for the {part} part; change '{key}' or 'test'")
