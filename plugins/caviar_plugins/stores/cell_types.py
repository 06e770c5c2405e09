"""Types of stored cells: a row that someone forged has a checksum that fits, and is refused all the same."""

from __future__ import annotations

import json
from typing import Any

from caviar.plugin import Artifact

_NUMBER, _TEXT = (int, float), (str, type(None))
_TRIAL = (int, int, str, str, str, int, (*_NUMBER, type(None)), _TEXT, str, _NUMBER, _NUMBER, str, int, _TEXT, str)
_EPOCHS = 10_000_000  # of a curve, more than any training has: they must not fill the memory


def trial_cells(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """The cells of TRIAL. Raises ValueError, as all these."""
    return _of(row, _TRIAL)


def study_cells(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """The cells of STUDY."""
    if _of(row, (str,) * 8)[5] not in ("maximize", "minimize"):
        raise ValueError("no goal")
    return row


def artifact_of(row: tuple[Any, ...]) -> tuple[int, Artifact]:
    """The cells of ARTIFACT, as a trial and its artifact."""
    trial, path, size, sha256 = _of(row, (int, str, int, str))
    return trial, Artifact(path, size, sha256)


def curve_cells(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """The cells of CURVE."""
    if not 0 < _of(row, (int, int, int, str))[2] <= _EPOCHS:
        raise ValueError("an epoch that cannot be")
    return row


def retest_cells(row: list[Any]) -> list[Any]:
    """What is stored of a re-test: its round, and at its end reasons in words."""
    round_, _, _, _, *texts = row
    _of((round_, *texts), (int, *[_TEXT] * len(texts)))
    return row


def origin_cells(row: list[Any]) -> list[Any]:
    """What is stored of an origin: its number of epochs, its identity as texts by name."""
    _of(tuple(row), (int, dict))
    texts_of(row[1])
    return row


def texts(text: str) -> dict[str, str]:
    """Texts by name, from JSON."""
    return texts_of(json.loads(text))


def texts_of(found: Any) -> dict[str, str]:
    """The same, decoded."""
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        raise ValueError("no texts by name")
    return found


def _of(row: tuple[Any, ...], types: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(row) != len(types) or not all(isinstance(cell, kind) for cell, kind in zip(row, types, strict=True)):
        raise ValueError("a cell of another type")
    return row
