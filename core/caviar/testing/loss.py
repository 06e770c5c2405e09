"""The laws of losses."""

from __future__ import annotations

from typing import ClassVar

import numpy

from caviar.interfaces.loss import Loss
from caviar.testing.described import HEADS, computed
from caviar.testing.stated import StatedInterface
from caviar.testing.tools import bound, close, described, fetched, other_libraries, slopes, spread
from caviar.values.arrays import Array
from caviar.values.target_scale import TargetScale
from caviar.values.task import Task

ROWS, MEMBERS = 9, 16
TASKS = {
    "classification": Task("classification", ("y",), classes=("a", "b", "c", "d")),
    "regression": Task("regression", ("a", "b"), scales=(TargetScale(), TargetScale(center=1.0, scale=2.0))),
}


class LossContract(StatedInterface):
    """Set `loss`, and `task` if it needs another one than four classes or two targets."""

    kind = "loss"
    loss: ClassVar[Loss]

    @property
    def task(self) -> Task:
        """The task to be learned."""
        return TASKS[self.loss.task]

    def outputs(self, members: int, dtype: str = "float64", seed: int = 0) -> Array:
        """Outputs as a model might give them."""
        width = self.loss.outputs(self.task)
        return numpy.random.default_rng(seed).normal(0.0, 2.0, (members, ROWS, width)).astype(dtype)

    def target(self, dtype: str = "float64") -> Array:
        """Targets for the loss's task: codes, or numbers."""
        random, task = numpy.random.default_rng(5), self.task
        if task.kind == "classification":
            return random.integers(len(task.classes), size=(ROWS, 1))
        return random.normal(size=(ROWS, len(task.targets))).astype(dtype)

    def test_its_gradient_is_that_of_the_mean_over_rows(self) -> None:
        loss, output, target = bound([self.loss] * 2), self.outputs(2), self.target()
        _, cache = loss.forward(output, target)
        gradient = loss.backward(cache)
        weights = loss.weigh(target)
        shares = numpy.full(ROWS, 1 / ROWS) if weights is None else weights / weights.sum()
        # Members do not meet: the gradient of the sum of their means holds each one's own.
        close(gradient, slopes(lambda: float((loss.forward(output, target)[0] * shares).sum()), output))

    def test_its_description_computes_what_predict_computes(self) -> None:
        loss, output = bound([self.loss]), self.outputs(1)
        with described():
            operation = loss.description()
        numpy.testing.assert_allclose(computed(HEADS, operation, output[0]), loss.predict(output)[0], rtol=1e-12)

    def test_it_gives_one_loss_per_row_in_the_same_dtype(self) -> None:
        for dtype in ("float32", "float64"):
            values, cache = bound([self.loss] * 2, dtype).forward(self.outputs(2, dtype), self.target(dtype))
            assert values.shape == (2, ROWS)
            assert values.dtype == bound([self.loss] * 2, dtype).backward(cache).dtype == dtype

    def test_a_member_is_the_same_alone_and_in_a_population(self) -> None:
        members, output, target = spread(self.loss, MEMBERS), self.outputs(MEMBERS, "float32"), self.target("float32")
        values, cache = bound(members, "float32").forward(output, target)
        gradients = bound(members, "float32").backward(cache)
        for member in range(MEMBERS):
            loss = bound([members[member]], "float32")
            alone, cache = loss.forward(output[[member]], target)
            numpy.testing.assert_array_equal(alone[0], values[member])
            numpy.testing.assert_array_equal(loss.backward(cache)[0], gradients[member])

    def test_a_row_does_not_depend_on_the_others(self) -> None:
        loss, output, target = bound([self.loss] * 2), self.outputs(2), self.target()
        values, _ = loss.forward(output, target)
        few, _ = loss.forward(output[:, 3:5], target[3:5])
        numpy.testing.assert_allclose(few, values[:, 3:5], rtol=1e-12)

    def sure(self, size: float, dtype: str) -> Array:
        """Outputs that predict the target, with the given strength: those of a confident and correct model."""
        target, width = self.target(dtype), self.loss.outputs(self.task)
        if self.task.kind == "regression":
            return numpy.broadcast_to(target, (1, *target.shape)).copy()
        likely = target == (1 if width == 1 else numpy.arange(width))
        return numpy.where(likely, size, -size).astype(dtype)[None]

    def test_huge_outputs_and_sure_ones_give_finite_losses_and_slopes(self) -> None:
        for dtype in ("float32", "float64"):
            loss, target = bound([self.loss], dtype), self.target(dtype)
            huge = 1000 * numpy.sign(self.outputs(1, dtype))
            for output in (huge, *(sign * self.sure(size, dtype) for size in (1000, 40) for sign in (1, -1))):
                with numpy.errstate(all="ignore"):
                    values, cache = loss.forward(output, target)
                    gradient, prediction = loss.backward(cache), loss.predict(output)
                assert numpy.isfinite(values).all()
                assert numpy.isfinite(gradient).all()
                assert numpy.isfinite(prediction).all()

    def test_predictions_fit_the_task(self) -> None:
        task, prediction = self.task, bound([self.loss] * 2).predict(self.outputs(2))
        if task.kind == "classification":
            assert prediction.shape == (2, ROWS, len(task.classes))
            numpy.testing.assert_allclose(prediction.sum(axis=-1), 1.0, rtol=1e-12)
            assert (prediction >= 0).all()
        else:
            assert prediction.shape == (2, ROWS, len(task.targets))

    def test_it_runs_on_another_array_library(self) -> None:
        for xp in other_libraries():
            loss, foreign = bound([self.loss] * 2), bound([self.loss] * 2, "float64", xp.asarray)
            values, cache = foreign.forward(xp.asarray(self.outputs(2)), xp.asarray(self.target()))
            gradient, prediction = foreign.backward(cache), foreign.predict(xp.asarray(self.outputs(2)))
            expected, cache = loss.forward(self.outputs(2), self.target())
            numpy.testing.assert_allclose(fetched(values), expected, rtol=1e-12)
            numpy.testing.assert_allclose(fetched(gradient), loss.backward(cache), rtol=1e-12)
            numpy.testing.assert_allclose(fetched(prediction), loss.predict(self.outputs(2)), rtol=1e-12)
