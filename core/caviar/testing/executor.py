"""The laws of executors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from caviar.engine.data.resolve import resolve_run
from caviar.engine.training.job import Work
from caviar.interfaces.executor import Executor
from caviar.registry.load import load
from caviar.testing.stated import StatedInterface
from caviar.testing.tools import raises
from caviar.testing.work import small_pipeline
from caviar.values.problem import Stopped
from caviar.values.run import EpochInfo
from caviar.values.segment import Outcome, Segment

EPOCHS = 3
SEGMENTS = (
    Segment((0, 1), ({}, {}), 0, EPOCHS),
    Segment((2,), ({},), 0, EPOCHS),
    Segment((3, 4, 5), ({}, {}, {}), 0, EPOCHS - 1),
    *(Segment((trial,), ({},), 0, 1) for trial in range(6, 14)),
)
"""Populations of several sizes, of which some end and some continue."""
_TRIALS = sum(len(each.trials) for each in SEGMENTS)


class ExecutorContract(StatedInterface):
    """Set `executor`. Its results must equal those of the job itself, run in this process segment by segment."""

    kind = "executor"
    executor: ClassVar[Executor]

    def test_outcomes_and_epochs_are_those_of_the_job_itself_each_once(self) -> None:
        job, here, there = _job(), list[EpochInfo](), list[EpochInfo]()
        expected = [job.perform(segment, here.append, _go_on) for segment in SEGMENTS]
        with self.executor.open(job, _go_on, _TRIALS) as workers:
            found = list(workers.run(iter(SEGMENTS), there.append))
        assert sorted(_plain(found)) == sorted(_plain(expected))
        assert sorted(_epochs(there)) == sorted(_epochs(here))
        identities = {outcome.segment.trials: outcome.identity for outcome in expected}
        for outcome in found:
            assert tuple(member.trial for member in outcome.members) == outcome.segment.trials
            assert outcome.identity == identities[outcome.segment.trials], (
                "what `Job.perform` returned is passed on with its identity"
            )

    def test_a_state_goes_on_wherever_it_is_carried(self) -> None:
        job = _job()
        (first,) = job.perform(SEGMENTS[1].part([0]), _ignore, _go_on).members
        with self.executor.open(job, _go_on, _TRIALS) as workers:
            (half,) = workers.run([Segment((2,), ({},), 0, 1)], _ignore)
            state = {name: array[None] for name, array in (half.members[0].carry or {}).items()}
            (second,) = workers.run([Segment((2,), ({},), 1, EPOCHS, state=state)], _ignore)
        assert _bits(second.members[0].weights) == _bits(first.weights)

    def test_segments_are_taken_when_there_is_someone_for_them(self) -> None:
        taken, done = list[Segment](), list[Outcome]()

        def segments() -> Iterator[Segment]:
            for segment in SEGMENTS:
                taken.append(segment)
                yield segment

        with self.executor.open(_job(), _go_on, _TRIALS) as workers:
            outcomes = workers.run(segments(), _ignore)
            assert workers.count >= 1
            assert not taken
            for outcome in outcomes:
                done.append(outcome)
                assert len(taken) <= len(done) + 2 * workers.count

    def test_nothing_to_do_is_done_at_once(self) -> None:
        with self.executor.open(_job(), _go_on, _TRIALS) as workers:
            assert list(workers.run([], _ignore)) == []

    def test_who_stops_listening_hears_nothing_of_it_later(self) -> None:
        with self.executor.open(_job(), _go_on, _TRIALS) as workers:
            outcomes = workers.run(iter(SEGMENTS), _ignore)
            next(outcomes)
            del outcomes
            (outcome,) = workers.run([Segment((20,), ({},), 0, 1)], _ignore)
        assert outcome.segment.trials == (20,)

    def test_the_wish_to_stop_is_heard(self) -> None:
        with raises(Stopped), self.executor.open(_job(), _stop, _TRIALS) as workers:
            list(workers.run(iter(SEGMENTS), _ignore))


def _job() -> Work:
    kind: Any = load("trainer", "population")
    return resolve_run(small_pipeline(kind(epochs=EPOCHS)))[0]


def _go_on() -> None:
    pass


def _stop() -> None:
    raise Stopped


def _ignore(epoch: EpochInfo) -> None:
    pass


def _plain(outcomes: list[Outcome]) -> list[Any]:
    """The outcome of each trial, as values that can be compared to the bit."""
    return [
        (
            *(each.trial, each.state, each.epoch, each.reason or "", sorted((each.final or {}).items())),
            *(each.metrics.values.tolist() if each.metrics else [], _bits(each.weights), _bits(each.carry)),
        )
        for outcome in outcomes
        for each in outcome.members
    ]


def _bits(arrays: Any) -> Any:
    return sorted((name, str(each.dtype), each.shape, each.tobytes()) for name, each in (arrays or {}).items())


def _epochs(told: list[EpochInfo]) -> list[Any]:
    """The epochs reported for each trial, however trials were trained together."""
    return [
        (trial, each.epoch, sorted(metrics.items()))
        for each in told
        for trial, metrics in zip(each.trials, each.metrics, strict=True)
    ]
