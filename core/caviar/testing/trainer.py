"""The laws of trainers."""

from __future__ import annotations

from typing import ClassVar

import numpy

from caviar.config.declaration.pipeline import Pipeline
from caviar.interfaces.trainer import Trainer
from caviar.testing.stated import StatedInterface
from caviar.testing.tools import raises, skip
from caviar.testing.work import EVERY, Bench, FewNumbers, State, small_pipeline
from caviar.values.problem import Stopped


class TrainerContract(StatedInterface):
    """Set `trainer`, with at least three epochs, and `pipeline` if it needs other plugins or data."""

    kind = "trainer"
    trainer: ClassVar[Trainer]

    @property
    def pipeline(self) -> Pipeline:
        """The pipeline to train, without searched fields."""
        return small_pipeline(self.trainer)

    @property
    def regression(self) -> Pipeline | None:
        """The same for regression; None for a trainer that predicts classes only, or nothing."""
        if not self.trainer.needs_data:
            return None
        return self.pipeline.model_copy(update={"data": FewNumbers()})

    def test_every_array_of_the_state_begins_with_the_members(self) -> None:
        bench = Bench(self.pipeline)
        start, later = bench.start(EVERY), bench.advance(bench.start(EVERY), EVERY, 1).state
        assert start
        assert start.keys() <= later.keys()
        for state in (start, later):
            assert {name: array.shape[:1] for name, array in state.items()} == dict.fromkeys(state, (len(EVERY),))

    def test_an_advance_tells_of_every_member_and_epoch(self) -> None:
        bench = Bench(self.pipeline)
        first = bench.advance(bench.start(EVERY), EVERY, 1)
        rest = bench.advance(first.state, EVERY, bench.epochs)
        for step, begins, epochs in ((first, 1, 1), (rest, 2, bench.epochs - 1)):
            assert step.metrics.first == begins
            assert step.metrics.values.shape == (len(EVERY), epochs, len(step.metrics.names))
            assert step.metrics.values.dtype == numpy.float64
            assert bench.context.metric in step.metrics.names
            assert len(step.diverged) == len(EVERY)
            assert len(step.ended) in (0, len(EVERY))

    def test_an_interruption_after_any_epoch_changes_no_bit(self) -> None:
        bench = Bench(self.pipeline)
        straight = bench.advance(bench.start(EVERY), EVERY, bench.epochs)
        for epoch in range(1, bench.epochs):
            first = bench.advance(bench.start(EVERY), EVERY, epoch)
            second = bench.advance(bench.saved(first.state), EVERY, bench.epochs)
            _same(bench.fetched(second.state), bench.fetched(straight.state))
            values = numpy.concatenate([first.metrics.values, second.metrics.values], axis=1)
            numpy.testing.assert_array_equal(values, straight.metrics.values)

    def test_a_member_is_the_same_alone_and_in_a_population(self) -> None:
        bench = Bench(self.pipeline)
        together = bench.advance(bench.start(EVERY), EVERY, bench.epochs)
        weights = bench.weights(together.state, EVERY)
        for member in EVERY:
            alone = bench.advance(bench.start([member]), [member], bench.epochs)
            _same(bench.fetched(alone.state), bench.fetched(together.state, [member]))
            numpy.testing.assert_array_equal(alone.metrics.values[0], together.metrics.values[member])
            _same(bench.weights(alone.state, [member]), {name: array[[member]] for name, array in weights.items()})

    def test_members_that_are_parted_do_not_notice(self) -> None:
        bench = Bench(self.pipeline)
        together = bench.advance(bench.start(EVERY), EVERY, bench.epochs).state
        first = bench.advance(bench.start(EVERY), EVERY, 1).state
        for part in ([0, 2], [3, 1]):
            apart = bench.advance(bench.saved(first, part), part, bench.epochs).state
            _same(bench.fetched(apart), bench.fetched(together, part))

    def test_weights_begin_with_the_members(self) -> None:
        bench = Bench(self.pipeline)
        weights = bench.weights(bench.advance(bench.start(EVERY), EVERY, bench.epochs).state, EVERY)
        assert weights or not self.trainer.needs_data
        assert {name: len(array) for name, array in weights.items()} == dict.fromkeys(weights, len(EVERY))

    def test_weights_are_all_that_prediction_needs(self) -> None:
        if not self.trainer.needs_data:
            skip("it needs no data, so there is nothing to predict")
        bench = Bench(self.pipeline)
        weights = bench.weights(bench.advance(bench.start(EVERY), EVERY, bench.epochs).state, EVERY)
        task, x = bench.context.task, bench.rows
        together = bench.predict(weights, EVERY, x)
        assert together.shape == (len(EVERY), 7, len(task.classes) or len(task.targets))
        for member in EVERY:
            own = {name: array[[member]] for name, array in weights.items()}
            numpy.testing.assert_array_equal(bench.predict(own, [member], x)[0], together[member])
            numpy.testing.assert_allclose(bench.predictor(own, member)(x), together[member], rtol=1e-3, atol=1e-5)

    def test_numbers_are_predicted_in_the_units_of_their_targets(self) -> None:
        if self.regression is None:
            skip("it does not train regressions")
        bench = Bench(self.regression)
        weights = bench.weights(bench.advance(bench.start(EVERY), EVERY, bench.epochs).state, EVERY)
        predictions = bench.predict(weights, EVERY, bench.rows)
        scales = bench.context.task.scales
        center, scale = (numpy.asarray([getattr(each, name) for each in scales]) for name in ("center", "scale"))
        assert predictions.shape == (len(EVERY), len(bench.rows), len(center))
        assert (numpy.abs(predictions - center) < 30 * scale).all(), "far from every target"
        for member in EVERY:
            own = {name: array[[member]] for name, array in weights.items()}
            found = bench.predictor(own, member)(bench.rows)
            numpy.testing.assert_allclose(found, predictions[member], rtol=1e-3, atol=1e-3 * scale.min())

    def test_the_wish_to_stop_is_heard(self) -> None:
        bench = Bench(self.pipeline, _stop)
        state = bench.start(EVERY)
        with raises(Stopped):
            bench.advance(state, EVERY, 1)

    def test_only_floats_may_differ_within_a_population(self) -> None:
        def key(rate: float, units: int) -> str:
            values = {"optimizer.learning_rate": rate, "model.units": units}
            return self.trainer.fuse_key(values, {"optimizer.learning_rate"})

        assert key(0.1, 3) == key(0.1, 3)
        assert key(0.1, 3) != key(0.1, 4)


def _stop() -> None:
    raise Stopped


def _same(found: State, expected: State) -> None:
    """Equal in every bit and in dtype."""
    assert set(found) == set(expected)
    for name, array in expected.items():
        assert found[name].dtype == array.dtype, name
        numpy.testing.assert_array_equal(found[name], array, err_msg=name)
