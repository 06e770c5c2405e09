"""Dates in files: UTC in ISO 8601, such as 2026-11-30T04:17:00Z, and how long ago they are by this machine's clock."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from math import isfinite
from typing import Literal

from caviar.values.problem import Problem

_DAY = 86_400
_UNITS = {"h": 1 / 24, "d": 1.0, "w": 7.0}


def now(timespec: Literal["seconds", "microseconds"] = "seconds") -> str:
    """The time of day."""
    return datetime.now(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")


def days_since(date: str) -> float:
    """Days since a date of `now`; below 0 where the clock was set back. Raises ValueError where it is no such date."""
    then = datetime.fromisoformat(date)
    if then.tzinfo is None or not date.endswith("Z"):
        raise ValueError(f"{date!r} is no date in UTC")
    return (datetime.now(UTC) - then).total_seconds() / _DAY


def days_in(text: str) -> float:
    """The days in "30d", "4w" or "12h". Raises Problem."""
    number, unit = text[:-1], text[-1:]
    with suppress(ValueError):
        if unit in _UNITS and isfinite(float(number)) and float(number) >= 0:
            return float(number) * _UNITS[unit]
    raise Problem(f"'{text}' is no time span; write days, weeks or hours, such as 30d, 4w or 12h")


def is_due(age: float, days: float) -> bool:
    """Whether what was done `age` days ago is due again after so many days.

    A date that lies a day or more ahead tells nothing, for the clock was wrong then or is now, so it counts as due.
    """
    return age >= days or age <= -1
