"""parametric: a learned share of another activation."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest
from caviar.engine.training.variants import VariantChoice, compiled, plain
from caviar.plugin import Views
from caviar.testing import ActivationContract
from caviar_plugins import SELU, BatchNorm, Mish, NoNormalizer, Parametric, Tanh

from tests.plugins.variants import prepared


class TestParametric(ActivationContract):
    activation = Parametric(Mish())


Z = numpy.random.default_rng(0).normal(0.0, 2.0, (2, 9, 5))


def test_with_alpha_one_it_is_the_other_activation_with_zero_the_identity_and_between_a_mixture() -> None:
    for alpha, expected in ((1.0, Mish().forward(Z)[0]), (0.0, Z), (0.25, 0.75 * Z + 0.25 * Mish().forward(Z)[0])):
        found, _ = Parametric(Mish()).forward_with(Z, {"alpha": numpy.full((2, 1, 5), alpha)})
        numpy.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


def test_weights_begin_as_those_of_the_other_activation() -> None:
    assert Parametric(SELU()).initial(200, 100) == SELU().initial(200, 100)
    assert Parametric(Tanh()).initial(200, 100) == Tanh().initial(200, 100)


@pytest.mark.parametrize("form", [plain, compiled])
@pytest.mark.parametrize("normalizer", [NoNormalizer(), BatchNorm()])
def test_each_unit_learns_its_share_at_a_tenth_of_the_learning_rate(form: VariantChoice, normalizer: object) -> None:
    shares = {}
    for rate in (0.1, 1.0):
        population, data, context = prepared(
            form, [0, 1, 2], 0, batch=10**6, optimizer="sgd", activation=Parametric(rate=rate), normalizer=normalizer
        )
        trainer = population.parts["trainer"]
        state = trainer.start(population, data, context)
        layout, _ = trainer._layouts(population, context)
        names = [slot.name for slot in layout if slot.name.endswith("alpha")]
        assert names == ["layer1.alpha", "layer2.alpha"]
        views = Views(state["parameters"], layout)
        assert all((views[name] == 1).all() for name in names)
        trainer.advance(state, population, data, context, 1)
        shares[rate] = numpy.concatenate([views[name].reshape(3, -1) - 1 for name in names], axis=1)
        assert len(numpy.unique(shares[rate])) > 30
    numpy.testing.assert_allclose(shares[0.1], 0.1 * shares[1.0], rtol=1e-2, atol=1e-7)


def test_a_predictor_of_one_model_uses_the_learned_shares() -> None:
    population, data, context = prepared(compiled, [0], 0, activation=Parametric())
    trainer = population.parts["trainer"]
    weights = trainer.finish(trainer.start(population, data, context), population, data, context).weights
    learned = {name: numpy.full_like(each, -0.5) if name.endswith("alpha") else each for name, each in weights.items()}
    expected = trainer.predict(learned, population, data.x, context)[0]
    assert numpy.abs(expected - trainer.predict(weights, population, data.x, context)[0]).max() > 0.01
    found = trainer.predictor(learned, population, context)(data.x)
    numpy.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def test_a_file_names_the_other_activation(tmp_path: Path) -> None:
    from caviar.config.load import load

    file = tmp_path / "p.toml"
    file.write_text('data = "digits"\n[model]\nactivation = { use = "parametric", of = "mish" }\n')
    assert load(str(file)).model.activation == Parametric(Mish())
