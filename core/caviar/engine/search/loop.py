"""The search loop: round after round is proposed, trained, recorded, until all trials are done or no point is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from caviar.engine.failures.identical_failures import ENOUGH, common_reason
from caviar.engine.failures.plugin_errors import attribute_errors
from caviar.engine.search.context import SearchContext
from caviar.engine.search.deduplicate import deduplicate, key_of
from caviar.engine.search.patience import out_of_patience
from caviar.engine.search.retests import Retests, known_before
from caviar.engine.search.rounds import Round
from caviar.engine.search.time_limit import mark
from caviar.interfaces.executor import Workers
from caviar.text.log import timed
from caviar.values.arrays import Array
from caviar.values.random import Random
from caviar.values.trial import Trial
from caviar.values.wrong_return import WrongReturn


@dataclass(frozen=True)
class SearchLoop:
    """The search of one study. Nothing is kept in memory between two steps: a killed search resumes from its ledger."""

    context: SearchContext

    def complete(self, workers: Workers) -> str | None:
        """Trains all trials that are not done; returns the reason if it stops before the last one.

        Round k always holds trials k * round and following, and begins when the round before is over, re-tests too.
        Raises Unfinished where the machine does not let a round be completed.
        """
        context, ledger, limit = self.context, self.context.ledger, self.context.limit
        total, size = context.info.total, context.pipeline.search.round
        for index in range(_first_open(ledger.trials()) // size, -(-total // size)):
            if limit.over:
                return self._out_of_time()
            wanted = range(index * size, min((index + 1) * size, total))
            halt = self._propose(index, wanted)
            with timed("round %d: trained", index):
                trained = Round(context, wanted).complete(workers)
            trials = ledger.trials()[wanted.start : wanted.stop]
            if not all(trial.state.done for trial in trials):
                return self._out_of_time()
            if trained:
                context.observers.tell("after_round", run=context.info, index=index, trials=trials)
            if len(context.space):
                Retests(context, index).complete(workers)
            halt = self._hopeless() or halt
            if halt and len(ledger.trials()) < total:
                return f"after {len(ledger.trials())} of {total} trials: {halt}"
        return None

    def _out_of_time(self) -> str:
        trials, limit = self.context.ledger.trials(), self.context.limit
        mark(self.context.ledger, limit, self.context.pipeline.trainer.epochs, self.context.objective)
        return limit.reason(sum(trial.state.done for trial in trials), self.context.info.total)

    def _hopeless(self) -> str | None:
        """The reason to stop after a first round in which every trial failed for the same reason."""
        trials = self.context.ledger.trials()
        reason = common_reason(trials) if len(trials) >= ENOUGH else None
        return reason and f"all of them failed for the same reason: {reason}; run the same command to train them again"

    def _propose(self, index: int, wanted: range) -> str | None:
        """Adds a round's missing trials, proposed from earlier rounds only; returns the reason if none can follow."""
        context = self.context
        trials = context.ledger.trials()
        there = {trial.index for trial in trials[wanted.start : wanted.stop]}
        if there >= {*wanted}:
            return None
        known = known_before(index, context.ledger)
        halt = out_of_patience(known[: wanted.start], context.objective.goal, context.pipeline.search.patience)
        if halt:
            return halt
        given = context.given[wanted.start : wanted.stop]
        asked = wanted[len(given) :]
        points = self._points(known[: wanted.start], given, asked)
        drawn = [
            Trial(number, index, tuple(point.tolist()), context.space.values(point))
            for number, point in zip(asked, points, strict=False)
        ]
        new = [trial for trial in (*given, *drawn) if trial.index not in there]
        if new:
            context.ledger.add_round(new)
        return "no untried point is left" if len(points) < len(asked) else None

    def _points(self, known: Sequence[Trial], given: Sequence[Trial], asked: range) -> Array:
        """Points for these trials, from those `known` of the rounds before; `given` are the others of the round."""
        import numpy

        space, seed, count = self.context.space, Random(self.context.pipeline.seed), len(asked)
        if len(space) == 0:
            return numpy.empty((count, 0))
        strategy, history = self.context.pipeline.search.strategy, self.context.history(known)
        with attribute_errors(strategy):
            with timed("%d points proposed", count):
                proposed = strategy.propose(space, history, count, seed.child("strategy"))
            points = numpy.asarray(proposed, dtype=numpy.float64)
            if points.ndim != 2 or points.shape[0] > count or points.shape[1] != len(space):
                text = f"proposed an array of shape {points.shape} instead of {(count, len(space))}"
                raise WrongReturn(strategy, "propose", text)
        tried = self.context.tried.by(known)
        if given:
            tried = tried | {key_of(trial.values) for trial in given}
        return deduplicate(space, space.clip(points), tried, asked.start, seed.child("fresh"))


def _first_open(trials: Sequence[Trial]) -> int:
    """The number of the first trial that is missing, as in a study that was repaired, or else of the last one."""
    missing = (place for place, trial in enumerate(trials) if trial.index != place)
    return next(missing, max(len(trials) - 1, 0))
