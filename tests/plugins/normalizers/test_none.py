"""none."""

import numpy
from caviar.testing import NormalizerContract
from caviar_plugins import NoNormalizer


class TestNoNormalizer(NormalizerContract):
    normalizer = NoNormalizer()

    def test_it_changes_nothing(self) -> None:
        z = numpy.random.default_rng(0).normal(size=(2, 4, 3))
        assert NoNormalizer().forward(z, {}, {}, True)[0] is z
