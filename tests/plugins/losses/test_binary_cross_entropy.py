"""binary-cross-entropy."""

import numpy
import pytest
from caviar.plugin import DataError, Task
from caviar.testing import LossContract
from caviar_plugins import BinaryCrossEntropy, SoftmaxCrossEntropy
from sklearn.metrics import log_loss


class TestBinaryCrossEntropy(LossContract):
    loss = BinaryCrossEntropy()
    task = Task("classification", ("y",), classes=("no", "yes"))

    def test_its_mean_is_scikit_learns_log_loss_of_its_predictions(self) -> None:
        output, target = self.outputs(3), self.target()
        values, _ = self.loss.forward(output, target)
        for member, prediction in enumerate(self.loss.predict(output)):
            numpy.testing.assert_allclose(values[member].mean(), log_loss(target[:, 0], prediction), rtol=1e-12)

    def test_it_is_softmax_with_the_first_classs_output_held_at_zero(self) -> None:
        output, target = self.outputs(3), self.target()
        both = numpy.concatenate([numpy.zeros_like(output), output], axis=-1)
        expected = SoftmaxCrossEntropy().forward(both, target)[0]
        numpy.testing.assert_allclose(self.loss.forward(output, target)[0], expected, rtol=1e-12)
        numpy.testing.assert_allclose(self.loss.predict(output), SoftmaxCrossEntropy().predict(both), rtol=1e-12)

    def test_huge_outputs_neither_overflow_nor_lose_the_loss(self) -> None:
        output = numpy.array([[[1e4], [-1e4], [3e38]]], dtype=numpy.float32)
        values, cache = self.loss.forward(output, numpy.array([[0], [0], [1]]))
        assert values.tolist() == [[1e4, 0.0, 0.0]]
        numpy.testing.assert_allclose(self.loss.backward(cache)[0, :, 0], [1 / 3, 0.0, 0.0])

    def test_three_classes_are_refused(self) -> None:
        with pytest.raises(DataError, match="take 'softmax-cross-entropy'"):
            BinaryCrossEntropy().outputs(Task("classification", ("y",), classes=("a", "b", "c")))


class TestBinaryCrossEntropyWithClassWeights(LossContract):
    loss = BinaryCrossEntropy(class_weights=(1.0, 5.0))
    task = Task("classification", ("y",), classes=("no", "yes"))
