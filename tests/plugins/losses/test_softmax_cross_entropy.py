"""softmax-cross-entropy."""

import numpy
from caviar.testing import LossContract
from caviar_plugins import SoftmaxCrossEntropy
from scipy.special import log_softmax, softmax
from sklearn.metrics import log_loss


class TestSoftmaxCrossEntropy(LossContract):
    loss = SoftmaxCrossEntropy()

    def test_its_mean_is_scikit_learns_log_loss(self) -> None:
        output, target = self.outputs(3), self.target()
        values, _ = self.loss.forward(output, target)
        for member in range(3):
            expected = log_loss(target[:, 0], softmax(output[member], axis=-1), labels=range(4))
            numpy.testing.assert_allclose(values[member].mean(), expected, rtol=1e-12)

    def test_probabilities_are_scipys_softmax(self) -> None:
        output = self.outputs(3)
        numpy.testing.assert_allclose(self.loss.predict(output), softmax(output, axis=-1), rtol=1e-12)

    def test_huge_outputs_neither_overflow_nor_lose_the_loss(self) -> None:
        output = numpy.array([[[1e4, 0.0, -1e4], [-3e38, 3e38, 0.0]]], dtype=numpy.float32)
        target = numpy.array([[1], [1]])
        values, cache = self.loss.forward(output[:, :1], target[:1])
        assert values[0, 0] == -log_softmax(output[0, 0].astype(float))[1] == 1e4
        numpy.testing.assert_array_equal(self.loss.backward(cache), [[[1.0, -1.0, 0.0]]])
        with numpy.errstate(over="ignore"):
            assert self.loss.forward(output[:, 1:], target[1:])[0][0, 0] == 0
