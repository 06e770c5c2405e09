"""adamw."""

import numpy
from caviar.testing import OptimizerContract
from caviar.testing.optimizer import LAYOUT, SIZE
from caviar.testing.tools import bound
from caviar_plugins import Adam, AdamW


class TestAdamW(OptimizerContract):
    optimizer = AdamW(learning_rate=0.01, decay=0.1)

    def test_only_weights_decay(self) -> None:
        adamw, parameters = bound([AdamW(learning_rate=0.5, decay=0.1)]), numpy.ones((1, SIZE))
        adamw.update(parameters, numpy.zeros((1, SIZE)), adamw.init(parameters, LAYOUT), numpy.ones((1, 1)), LAYOUT)
        for slot in LAYOUT:
            assert (parameters[:, slot.start : slot.stop] == (0.95 if slot.role == "weight" else 1.0)).all()

    def test_without_decay_it_is_adam(self) -> None:
        random, buffers = numpy.random.default_rng(0), [numpy.ones((1, SIZE)), numpy.ones((1, SIZE))]
        optimizers = [bound([each]) for each in (Adam(0.1), AdamW(0.1, decay=0.0))]
        states = [each.init(buffer, LAYOUT) for each, buffer in zip(optimizers, buffers, strict=True)]
        for step in range(1, 10):
            gradients = random.normal(size=(1, SIZE))
            for optimizer, buffer, state in zip(optimizers, buffers, states, strict=True):
                optimizer.update(buffer, gradients.copy(), state, numpy.full((1, 1), float(step)), LAYOUT)
        numpy.testing.assert_allclose(buffers[0], buffers[1], rtol=1e-12)
