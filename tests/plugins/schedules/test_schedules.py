"""step, exponential, inverse-time, cosine and warmup: their laws, and the values that a user would work out by hand."""

import numpy
import pytest
from caviar.plugin import Schedule, scheduled
from caviar.testing import ScheduleContract
from caviar.testing.tools import bound
from caviar_plugins import SGD, Cosine, Exponential, InverseTime, Step, Warmup


def factors(schedule: Schedule, epochs: int, per_epoch: int = 1) -> list[float]:
    moments = numpy.arange(epochs * per_epoch) / per_epoch
    return [float(bound([schedule]).factor(numpy.full((1, 1), moment), epochs)[0, 0]) for moment in moments]


class TestStep(ScheduleContract):
    schedule = Step()

    def test_it_drops_after_every_so_many_epochs(self) -> None:
        assert factors(Step(every=2, decay=0.5), 6) == [1.0, 1.0, 0.5, 0.5, 0.25, 0.25]


class TestExponential(ScheduleContract):
    schedule = Exponential()

    def test_it_takes_the_same_factor_off_every_epoch(self) -> None:
        assert factors(Exponential(decay=0.5), 4) == [1.0, 0.5, 0.25, 0.125]


class TestInverseTime(ScheduleContract):
    schedule = InverseTime()

    def test_with_decay_1_the_tenth_epoch_has_a_tenth(self) -> None:
        assert factors(InverseTime(decay=1.0), 10) == pytest.approx([1 / (epoch + 1) for epoch in range(10)])


class TestCosine(ScheduleContract):
    schedule = Cosine()

    def test_it_begins_at_one_is_halfway_in_the_middle_and_never_falls_under_its_end(self) -> None:
        found = factors(Cosine(final=0.2), 10)
        assert found[0] == 1.0
        assert found[5] == pytest.approx(0.6)
        assert found == sorted(found, reverse=True)
        assert found[-1] > 0.2


class TestWarmup(ScheduleContract):
    schedule = Warmup(length=3)

    def test_it_rises_evenly_from_step_to_step_and_then_stays(self) -> None:
        assert factors(Warmup(length=2, start=0.0), 4, per_epoch=2) == [0.0, 0.25, 0.5, 0.75, 1.0, 1.0, 1.0, 1.0]

    def test_what_follows_begins_at_its_own_start_and_has_the_epochs_that_are_left(self) -> None:
        assert factors(Warmup(2, 0.5, Cosine()), 6)[2:] == pytest.approx(factors(Cosine(), 4))

    def test_what_follows_changes_by_the_epoch_if_it_says_so(self) -> None:
        assert factors(Warmup(1, 0.5, Exponential(0.5)), 3, per_epoch=2) == [0.5, 0.75, 1.0, 1.0, 0.5, 0.5]

    def test_a_training_shorter_than_the_warm_up_only_warms_up(self) -> None:
        assert factors(Warmup(length=5, start=0.0, then=Cosine()), 2) == [0.0, 0.2]


class TestWarmupThenExponential(ScheduleContract):
    schedule = Warmup(length=2, then=Exponential())


def test_each_member_follows_its_own_schedule() -> None:
    schedule = bound([Exponential(0.5), Exponential(0.1)])
    sgd = scheduled(bound([SGD(1.0), SGD(2.0)]), {"learning_rate": schedule}, numpy.full((2, 1), 2.0), 5)
    numpy.testing.assert_allclose(sgd.learning_rate, [[0.25], [0.02]])


@pytest.mark.parametrize("cls", [Step, Exponential, InverseTime, Cosine, Warmup])
def test_what_can_be_tuned_is_of_tier_3_and_has_a_range(cls: type[Schedule]) -> None:
    for name in cls.model_fields:
        if name != "then":
            facts = cls.facts(name)
            assert facts.tier == 3
            assert facts.search is not None
