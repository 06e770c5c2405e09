"""The search loop: round after round is proposed, trained, recorded, until there is enough or nothing left to try."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from caviar.config.declaration.space import floats
from caviar.engine.failures.identical_failures import ENOUGH, common_reason
from caviar.engine.failures.plugin_errors import attribute_errors
from caviar.engine.search.deduplicate import deduplicate
from caviar.engine.search.history import history_of
from caviar.engine.search.objective import Objective
from caviar.engine.search.observers import Observers
from caviar.engine.search.patience import out_of_patience
from caviar.engine.search.retests import Retests, known_before
from caviar.engine.search.rounds import Round
from caviar.interfaces.executor import Workers
from caviar.interfaces.store import Ledger
from caviar.text.log import timed
from caviar.values.arrays import Array
from caviar.values.dimension import Space
from caviar.values.earlier import EarlierTrial
from caviar.values.history import History
from caviar.values.random import Random
from caviar.values.run import RunInfo
from caviar.values.trial import Trial
from caviar.values.wrong_return import WrongReturn

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline


@dataclass(frozen=True)
class SearchLoop:
    """The search of one study. Nothing is kept in memory between two steps: a killed one goes on from its ledger."""

    pipeline: Pipeline
    space: Space
    objective: Objective
    ledger: Ledger
    observers: Observers
    info: RunInfo
    max_population: int
    earlier: tuple[EarlierTrial, ...]
    given: tuple[Trial, ...]

    def complete(self, workers: Workers) -> str | None:
        """Trains every trial that is wanted and not done; why it stops before the last of them, if it does.

        Round k always holds trials k * round and following, and begins when the round before is over, re-tests too.
        Raises Unfinished where the machine does not let a round be completed.
        """
        total, size, known = self.info.total, self.pipeline.search.round, self.ledger.trials()
        for index in range(known[-1].round if known else 0, -(-total // size)):
            wanted = range(index * size, min((index + 1) * size, total))
            halt = self._propose(index, wanted)
            shared = self.pipeline, self.objective, self.ledger, self.observers, self.info
            part = Round(*shared, floats(self.pipeline), self.max_population, wanted)
            with timed("round %d: trained", index):
                trained = part.complete(workers)
            if trained:
                trials = self.ledger.trials()[wanted.start : wanted.stop]
                self.observers.tell("after_round", run=self.info, index=index, trials=trials)
            self._retest(index, workers)
            halt = self._hopeless() or halt
            if halt:
                return f"after {len(self.ledger.trials())} of {total} trials: {halt}"
        return None

    def _hopeless(self) -> str | None:
        """Why no further trial would fare better, after a first round that failed for one reason."""
        trials = self.ledger.trials()
        reason = common_reason(trials) if len(trials) >= ENOUGH else None
        return reason and f"all of them failed for one reason: {reason}; the same command trains them again"

    def _propose(self, index: int, wanted: range) -> str | None:
        """Adds what is missing of a round, proposed from the rounds before it only; why no more follows, if so."""
        trials = self.ledger.trials()
        if len(trials) >= wanted.stop:
            return None
        known = known_before(index, trials)
        halt = out_of_patience(known[: wanted.start], self.objective.goal, self.pipeline.search.patience)
        if halt:
            return halt
        given = self.given[wanted.start : wanted.stop]
        asked = wanted[len(given) :]
        points = self._points(known[: wanted.start], given, asked)
        drawn = [
            Trial(number, index, tuple(point.tolist()), self.space.values(point))
            for number, point in zip(asked, points, strict=False)
        ]
        new = [trial for trial in (*given, *drawn) if trial.index >= len(known)]
        if new:
            self.ledger.add_round(index, new)
        return "nothing is left to try" if len(points) < len(asked) else None

    def _retest(self, index: int, workers: Workers) -> None:
        """Has trials trained once more, as the strategy asks after a round."""
        if len(self.space) == 0:
            return
        shared = self.pipeline, self.space, self.objective, self.ledger, self.observers, self.info
        Retests(*shared, floats(self.pipeline), self.max_population, index).complete(workers, self._history)

    def _history(self, trials: Sequence[Trial]) -> History:
        return history_of(trials, self.ledger, self.objective, len(self.space), self.earlier, len(self.given))

    def _points(self, known: Sequence[Trial], given: Sequence[Trial], asked: range) -> Array:
        """Points for these trials, from those `known` of the rounds before; `given` are the others of the round."""
        import numpy

        count = len(asked)
        if len(self.space) == 0:
            return numpy.empty((count, 0))
        strategy, random = self.pipeline.search.strategy, Random(self.pipeline.seed).child("strategy")
        history = self._history(known)
        with attribute_errors(strategy):
            with timed("%d points proposed", count):
                points = numpy.asarray(strategy.propose(self.space, history, count, random), dtype=numpy.float64)
            if points.ndim != 2 or points.shape[0] > count or points.shape[1] != len(self.space):
                text = f"proposed an array of shape {points.shape} instead of {(count, len(self.space))}"
                raise WrongReturn(strategy, "propose", text)
        tried = [trial.values for trial in (*known, *given)]
        random = Random(self.pipeline.seed).child("fresh")
        return deduplicate(self.space, self.space.clip(points), tried, asked.start, random)
