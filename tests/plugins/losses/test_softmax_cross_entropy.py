"""softmax-cross-entropy."""

import numpy
import pytest
from caviar.testing import LossContract
from caviar.testing.tools import bound
from caviar_plugins import SoftmaxCrossEntropy
from caviar_plugins.losses.softmax_cross_entropy_kernel import CompiledSoftmaxCrossEntropy
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


class TestSmoothing(LossContract):
    loss = SoftmaxCrossEntropy(smoothing=0.1)

    def test_a_row_counts_as_in_the_paper(self) -> None:
        output, target = self.outputs(2), self.target()
        log_p = log_softmax(output, axis=-1)
        wanted = numpy.full((len(target), 4), 0.1 / 4)
        wanted[numpy.arange(len(target)), target[:, 0]] += 0.9
        losses, cache = bound([self.loss] * 2).forward(output, target)
        numpy.testing.assert_allclose(losses, -(wanted * log_p).sum(axis=-1), rtol=1e-12)
        expected = (numpy.exp(log_p) - wanted) / len(target)
        numpy.testing.assert_allclose(bound([self.loss] * 2).backward(cache), expected, rtol=1e-10, atol=1e-15)

    @pytest.mark.parametrize("form", [SoftmaxCrossEntropy, CompiledSoftmaxCrossEntropy])
    def test_a_member_without_it_keeps_its_bits_beside_one_with_it(self, form: type[SoftmaxCrossEntropy]) -> None:
        output, target = self.outputs(2, "float32"), self.target()
        mixed, alone = bound([form(), form(smoothing=0.3)], "float32"), bound([form()], "float32")
        together, cache = mixed.forward(output, target)
        single, own = alone.forward(output[:1], target)
        numpy.testing.assert_array_equal(together[0], single[0])
        numpy.testing.assert_array_equal(mixed.backward(cache)[0], alone.backward(own)[0])
