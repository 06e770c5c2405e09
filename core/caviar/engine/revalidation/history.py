"""The revalidations of a run: files in its folder, one each, and when the run was last tested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from errno import ELOOP
from math import isfinite
from os import strerror
from pathlib import Path
from typing import Any

from caviar.support.checked_json import read_checked, write_checked
from caviar.support.dates import days_since
from caviar.support.files import sync_folder
from caviar.values.revalidation import Revalidation

_FOLDER, _FORMAT = "revalidations", 1
MONTH = 30
"""Days after which a run should be tested again."""


@dataclass(frozen=True)
class Past:
    """A revalidation as it was recorded: its date, its conclusion and exit code, its system, and all of it as JSON."""

    date: str
    conclusion: str
    exit_code: int
    system: Mapping[str, str]
    whole: Mapping[str, Any]


def as_plain(found: Revalidation) -> dict[str, Any]:
    """A revalidation for JSON: NaN and infinities become null."""
    told = {**asdict(found), "conclusion": found.conclusion, "exit_code": found.exit_code}
    plain: dict[str, Any] = _finite(told)
    return plain


def note_revalidation(folder: Path, found: Revalidation) -> Path:
    """Keeps a revalidation in the run's folder, durably; returns its file. Raises OSError."""
    place = folder / _FOLDER
    if place.is_symlink():
        raise OSError(ELOOP, strerror(ELOOP), str(place))
    place.mkdir(exist_ok=True)
    file = place / f"{found.date.replace(':', '')}.json"
    write_checked(file, {"format": _FORMAT, **as_plain(found)})
    sync_folder(place)
    return file


def revalidation_files(folder: Path) -> list[Path]:
    """The files of those of a run, the earliest first."""
    place = folder / _FOLDER
    return [] if place.is_symlink() or not place.is_dir() else sorted(place.glob("*.json"))


def revalidations(folder: Path) -> tuple[Past, ...]:
    """Those of a run, the earliest first; files that cannot be read are left out."""
    found = []
    for file in revalidation_files(folder):
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            told = read_checked(file)
            if told.pop("format") == _FORMAT:
                days_since(told["date"])
                system = {name: str(version) for name, version in told["system"].items()}
                found.append(Past(told["date"], str(told["conclusion"]), int(told["exit_code"]), system, told))
    return tuple(found)


def since(date: str, known: Sequence[Past]) -> list[Past]:
    """Those that were made since a model's date: earlier ones are of the winner before it."""
    return [each for each in known if days_since(each.date) <= days_since(date)]


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(each) for each in value]
    return value
