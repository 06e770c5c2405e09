"""relu."""

import numpy
import pytest
from caviar.testing import ActivationContract
from caviar_plugins import ReLU


class TestReLU(ActivationContract):
    activation = ReLU()

    def test_nothing_below_zero_the_identity_above(self) -> None:
        output, _ = ReLU().forward(numpy.array([[[-2.0, -0.0, 0.0, 3.0]]]))
        assert output.tolist() == [[[0.0, 0.0, 0.0, 3.0]]]

    def test_weights_begin_with_the_variance_of_he_and_others(self) -> None:
        initial = ReLU().initial(200, 10)
        assert initial.how == "normal"
        assert initial.size**2 == pytest.approx(2 / 200)

    def test_deep_layers_keep_their_signal(self) -> None:
        random = numpy.random.default_rng(0)
        a = random.normal(size=(1, 500, 400))
        for _ in range(20):
            a, _ = ReLU().forward(a @ random.normal(0, ReLU().initial(400, 400).size, (1, 400, 400)))
        assert 0.2 < (a**2).mean() < 5
