"""Efforts: what `pipe init` writes for the time that a user wants to give."""

from __future__ import annotations

from dataclasses import dataclass

from caviar.config.hints.suggestions import closest
from caviar.values.problem import Problem


@dataclass(frozen=True)
class Effort:
    """A recipe, and what is written beside it: None and 0 write nothing, so that the recipe decides.

    `seconds` is what a run of the file takes at most, `ensemble` how many models the winner's prediction averages.
    """

    recipe: str
    seconds: int
    trials: int | None = None
    epochs: int | None = None
    pruner: str | None = None
    ensemble: int = 0


EFFORTS = {
    "quick": Effort("course", seconds=30, trials=32, epochs=20),
    "normal": Effort("course", seconds=120, trials=32, epochs=20),
    "best": Effort("course", seconds=600, trials=32, epochs=20),
}
USUAL = "normal"


class NoEffort(Problem):
    """There is no such effort."""


def effort_called(name: str) -> Effort:
    """The effort of that name. Raises NoEffort."""
    if name not in EFFORTS:
        raise NoEffort(f"--effort: there is no '{name}'{closest(name, EFFORTS)}")
    return EFFORTS[name]
