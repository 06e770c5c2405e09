"""mlp: how many parameters it has with each normalizer."""

import pytest
from caviar.plugin import Inputs, Normalizer, lay_out, size_of
from caviar_plugins import MLP, BatchNorm, LayerNorm, NoNormalizer

WEIGHTS = 20 * 64 + 64 * 32 + 32 * 3
UNITS, OUTPUTS = 64 + 32, 3


@pytest.mark.parametrize(
    ("normalizer", "biases", "gamma_and_beta"),
    [
        (NoNormalizer(), UNITS, 0),
        (BatchNorm(), 0, 2 * UNITS),
        (BatchNorm(place="after-activation"), UNITS, 2 * UNITS),
        (LayerNorm(), UNITS, 2 * UNITS),
        (LayerNorm(place="after-activation"), UNITS, 2 * UNITS),
    ],
    ids=["none", "batchnorm before", "batchnorm after", "layernorm before", "layernorm after"],
)
def test_a_layer_has_no_bias_exactly_when_its_normalizer_cancels_it(
    normalizer: Normalizer, biases: int, gamma_and_beta: int
) -> None:
    parameters, _ = MLP(units=(64, 32)).layout(Inputs.block(20), OUTPUTS, normalizer)
    counts = {role: sum(slot.size for slot in parameters if slot.role == role) for role in ("weight", "bias")}
    assert counts == {"weight": WEIGHTS, "bias": biases + OUTPUTS}
    assert size_of(lay_out(parameters)) == WEIGHTS + biases + OUTPUTS + gamma_and_beta


@pytest.mark.parametrize(("normalizer", "values"), [(BatchNorm(), 2 * UNITS), (LayerNorm(), 0), (NoNormalizer(), 0)])
def test_running_values_are_no_parameters(normalizer: Normalizer, values: int) -> None:
    _, statistics = MLP(units=(64, 32)).layout(Inputs.block(20), OUTPUTS, normalizer)
    assert size_of(lay_out(statistics)) == values
    assert {slot.role for slot in statistics} <= {"statistic"}
