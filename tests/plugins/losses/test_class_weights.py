"""Class weights of the losses of classification."""

import numpy
import pytest
from caviar import DataError, Task
from caviar.testing import LossContract
from caviar_plugins import SoftmaxCrossEntropy
from pydantic import ValidationError
from scipy.special import softmax
from sklearn.metrics import log_loss

WEIGHTS = (1.0, 2.0, 0.5, 4.0)


class TestSoftmaxCrossEntropyWithClassWeights(LossContract):
    loss = SoftmaxCrossEntropy(class_weights=WEIGHTS)

    def test_the_weighed_mean_is_scikit_learns_log_loss_with_sample_weights(self) -> None:
        output, target = self.outputs(3), self.target()
        values, weights = self.loss.forward(output, target)[0], self.loss.weigh(target)
        assert weights is not None
        rows = numpy.asarray(WEIGHTS)[target[:, 0]]
        for member in range(3):
            expected = log_loss(target[:, 0], softmax(output[member], axis=-1), labels=range(4), sample_weight=rows)
            numpy.testing.assert_allclose((values[member] * weights).sum() / weights.sum(), expected, rtol=1e-12)

    def test_equal_weights_change_nothing(self) -> None:
        output, target = self.outputs(2), self.target()
        plain, even = SoftmaxCrossEntropy(), SoftmaxCrossEntropy(class_weights=(3.0,) * 4)
        expected = plain.backward(plain.forward(output, target)[1])
        numpy.testing.assert_allclose(even.backward(even.forward(output, target)[1]), expected, rtol=1e-12)


def test_there_must_be_a_weight_for_every_class() -> None:
    with pytest.raises(DataError, match="2 weights for 3 classes; give one for each of 'a', 'b', 'c'"):
        SoftmaxCrossEntropy(class_weights=(1.0, 2.0)).outputs(Task("classification", ("y",), classes=("a", "b", "c")))


def test_weights_must_be_above_zero() -> None:
    with pytest.raises(ValidationError, match="must be above 0"):
        SoftmaxCrossEntropy(class_weights=(1.0, 0.0))
