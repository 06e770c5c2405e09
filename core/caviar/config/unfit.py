"""Unfit: data that is not what the file takes it for."""

from __future__ import annotations

from collections.abc import Sequence

from caviar.interfaces.data import DataError
from caviar.values.problem import LateMistake


class Unfit(LateMistake, DataError):
    """The mistake is told at a key of the file."""


def words_to_regress(targets: Sequence[str]) -> Unfit:
    """The mistake of asking for numbers where the targets hold words."""
    named = ", ".join(map(repr, targets))
    return Unfit(("data", "task"), f"the target {named} holds words; regression needs numbers")
