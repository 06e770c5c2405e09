"""When a run was tested last, and what has changed on this system since; found without a numerical library."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from caviar.engine.revalidation.history import Past, days_since, revalidations
from caviar.engine.revalidation.reference import read_reference
from caviar.engine.revalidation.system import moved, processor


@dataclass(frozen=True)
class Tested:
    """`date` of the last revalidation, or of the search's end, and the days since; `changes` since that day.

    `revalidations` are all of them, the earliest first.
    """

    date: str
    days: float = field(compare=False)
    changes: str
    revalidations: tuple[Past, ...] = ()


def tested(folder: Path) -> Tested | None:
    """Of a run in a folder; None where its search has not ended with a winner."""
    reference, known = read_reference(folder), revalidations(folder)
    if reference is None:
        return None
    date, system = (known[-1].date, known[-1].system) if known else (reference.date, reference.system)
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
