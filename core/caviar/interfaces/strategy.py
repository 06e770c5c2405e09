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
    """A pure function of its arguments, so that a resumed search proposes the same points as an uninterrupted one.

    Laws, tested by `caviar.testing.StrategyContract`: the same arguments give the same points; a smaller count gives
    the first rows of a larger one; re-tests keep within a budget.

    A strategy that plans ahead has a field `trials: int | None = None`. Left open it is filled with how many trials the
    search asks of it, and then that search is not extendable.

    Order of calls, all in the coordinating process::

        reach(space)                             by `pipe check`, before any data is read
        propose(space, history, count, random)   before each round, with all rounds before it in the history
        retests(space, history, random)          after each round, once

    All three are pure: the arrays of the history are shared and never changed, all randomness comes from `random`, and
    nothing is stored on `self`, because a resumed search calls with the same arguments in a new process. What is
    raised, or returned in another shape, ends the run with the strategy's name; recorded trials are kept.
    """

    kind: ClassVar[str] = "strategy"
    interface: ClassVar[int] = 2
    learns: ClassVar[bool] = True
    """Whether results change what is proposed; where they do not, there is nothing to start from earlier runs for."""

    @abstractmethod
    def propose(self, space: Space, history: History, count: int, random: Random) -> Array:
        """Coordinates in [0, 1], float64 (count, dimensions); the engine clips, and sets NaN where inactive.

        Fewer rows than `count` end the search: nothing is left to try. `random` is the study's stream for its strategy,
        the same in every round: what should differ from trial to trial comes from a child, such as
        `random.child(history.proposed + row)`, what should not (a permutation of a grid) from the stream itself. A
        history may begin with rows that the strategy did not propose, `history.given` of them: results to learn from.
        """

    def reach(self, space: Space) -> float:
        """The maximum number of different points that it proposes; for `pipe check`, so without a numerical library."""
        return space.size

    def waits_for(self) -> int:
        """The trials that must be known, given and earlier ones too, before results change what it proposes."""
        return 0

    def retests(self, space: Space, history: History, random: Random) -> tuple[int, ...]:
        """Called after each round: the trials to train once more from another seed, as rows of `history`.

        They are finished trials of this study (rows from `history.earlier` on), each at most once. How many there may
        be in all is the strategy's own budget: while no trial is added, it must come to ask for none. `random` is the
        stream of `propose`. A re-test's objective is in the history of the next round, and counts in choosing the
        winner; it is no trial.
        """
        return ()
