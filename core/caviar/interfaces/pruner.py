"""Pruner: decides at rungs which trials of a round continue."""

from __future__ import annotations

from abc import abstractmethod
from enum import StrEnum
from typing import ClassVar

from caviar.interfaces.plugin import Plugin
from caviar.values.arrays import Array
from caviar.values.history import Goal


class Decision(StrEnum):
    """The decision about a trial at a rung; a paused trial keeps its state and may continue at a later one."""

    GO_ON = "go on"
    PAUSE = "pause"
    STOP = "stop"


class Pruner(Plugin):
    """Decides on the whole round at once, so that its decisions do not depend on populations or workers.

    Order of calls, all in the coordinating process::

        rungs(epochs, trial)                 for each trial, often: cheap, and always the same
        decide(curves, trials, rung, goal)   when all continuing trials of the round have reached the lowest rung;
                                             rungs rise within a round

    Both are pure functions: a resumed round calls them again and must get the same result. The arrays are shared and
    never changed. An exception, or a result of another shape, ends the run with the pruner's name.
    """

    kind: ClassVar[str] = "pruner"
    interface: ClassVar[int] = 1

    @abstractmethod
    def rungs(self, epochs: int, trial: int) -> tuple[int, ...]:
        """The epochs, increasing and below `epochs`, at which it decides on a trial; by trial index, for brackets."""

    @abstractmethod
    def decide(self, curves: Array, trials: tuple[int, ...], rung: int, goal: Goal) -> tuple[Decision, ...]:
        """Returns one decision for each of the round's trials, whose indices are `trials`; a pure function.

        curves: float64 (trials, rung), NaN beyond a trial's last epoch and after it diverged. Decisions about
        trials that have ended, or that are not at this rung and not paused, are ignored.
        """
