"""Strategy: proposes the points of the next round from the history (Optuna calls this a sampler)."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from caviar.interfaces.plugin import Plugin
from caviar.values.arrays import Array
from caviar.values.dimension import Space
from caviar.values.history import History
from caviar.values.random import Random


class Strategy(Plugin):
    """A pure function of its arguments, so that a resumed search proposes what the uninterrupted one would have.

    Laws, tested by `caviar.testing.StrategyContract`: the same arguments give the same points; a smaller count gives
    the first rows of a larger one.
    """

    kind: ClassVar[str] = "strategy"
    interface: ClassVar[int] = 1

    @abstractmethod
    def propose(self, space: Space, history: History, count: int, random: Random) -> Array:
        """Coordinates in [0, 1], float64 (count, dimensions); the engine clips, and sets NaN where inactive.

        Fewer rows than `count` end the search: nothing is left to try. `random` is the study's stream for its strategy,
        the same in every round: what should differ from trial to trial comes from a child, such as
        `random.child(len(history) + row)`, what should not (a permutation of a grid) from the stream itself.
        """
