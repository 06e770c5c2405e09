"""When a run was tested last, and what has changed on this system since."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from caviar.engine.model.on_disk import date_in
from caviar.engine.revalidation.history import MONTH, Past, revalidations, since
from caviar.engine.revalidation.reference import read_reference
from caviar.engine.revalidation.system import moved, processor
from caviar.support.dates import days_since, is_due
from caviar.text.revalidation import days_ago


@dataclass(frozen=True)
class Tested:
    """`date` of the last revalidation, or of the search's end, and the days since; `changes` since that day.

    `moved`: the model was brought here without the run that it is of, so that its own date is all that is known.
    `revalidations` are all of the run, the earliest first.
    """

    date: str
    days: float = field(compare=False)
    changes: str
    revalidations: tuple[Past, ...] = ()
    moved: bool = False

    @property
    def overdue(self) -> bool:
        """Whether more than a month has passed."""
        return is_due(self.days, MONTH)

    @property
    def words(self) -> str:
        """When that was, and what has changed since."""
        done = "trained" if self.moved else "last tested"
        return f"{done} {days_ago(self.days)}{f'; {self.changes} since' if self.changes else ''}"


def tested(folder: Path) -> Tested | None:
    """Of the model in a run's folder; None where there is none that can be read."""
    date = date_in(folder)
    if date is None:
        return None
    reference, known = read_reference(folder), revalidations(folder)
    if reference is None or reference.date != date:
        return Tested(date, days_since(date), "", moved=True)
    system: Mapping[str, str] = reference.system
    if newer := since(date, known):
        date, system = newer[-1].date, newer[-1].system
    return Tested(date, days_since(date), moved(system, _now_of(system)), known)


def _now_of(system: Mapping[str, str]) -> dict[str, str]:
    """Of what a system names, that which can be read at once."""
    found = {"python": platform.python_version(), "processor": processor(), "machine": platform.machine()}
    for name in system.keys() - found.keys():
        try:
            found[name] = version(name)
        except (PackageNotFoundError, ValueError):  # what is no distribution, such as the BLAS kernel
            continue
    return found
