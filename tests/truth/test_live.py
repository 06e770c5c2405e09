"""Our numbers against PyTorch's, computed side by side on drawn shapes and constants."""

from __future__ import annotations

from typing import Any

import caviar_plugins as ours_plugins
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.truth import ours
from tests.truth.cases import Case, loss, networks, normalizer, optimizer, residual_networks
from tests.truth.compare import assert_equal

pytestmark = pytest.mark.peers
pytest.importorskip("torch", reason="the truth is PyTorch's: install '.[peers]'")

from tests.truth import pytorchs  # noqa: E402

SEEDS = st.integers(0, 2**32 - 1)
EPSILONS = st.floats(-10, -1).map(lambda power: 10**power)
AVERAGES = st.floats(0.0, 0.999)
CENTERS = st.sampled_from([0.0, 1.0, -30.0, 1e3, 1e6])
SPREADS = st.sampled_from([0.0, 1e-6, 1e-2, 1.0, 1e3])


def check(case: Case) -> None:
    expected = getattr(pytorchs, case.what)(case.parts, case.arrays)
    for form in ours.FORMS.values():
        assert_equal(case, getattr(ours, case.what)(case.parts, case.arrays, form), expected)


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.integers(2, 70), st.integers(1, 20), EPSILONS, AVERAGES, CENTERS, SPREADS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_batchnorm_is_batchnorm1d(
    dtype: str, seed: int, rows: int, units: int, epsilon: float, averaging: float, center: float, spread: float
) -> None:
    plugin = ours_plugins.BatchNorm(averaging=averaging, epsilon=epsilon)
    check(normalizer("drawn", plugin, seed, rows, units, dtype=dtype, center=center, spread=spread))


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.integers(1, 70), st.integers(1, 20), EPSILONS, CENTERS, SPREADS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_layernorm_is_layernorm(
    dtype: str, seed: int, rows: int, units: int, epsilon: float, center: float, spread: float
) -> None:
    plugin = ours_plugins.LayerNorm(epsilon=epsilon)
    check(normalizer("drawn", plugin, seed, rows, units, dtype=dtype, center=center, spread=spread))


RATES, CONSTANTS = st.floats(1e-4, 1.0), st.floats(0.1, 0.999)
OPTIMIZERS: dict[str, st.SearchStrategy[Any]] = {
    "sgd": st.builds(ours_plugins.SGD, RATES, CONSTANTS),
    # PyTorch refuses Nesterov's form without momentum; ours is plain descent then.
    "nesterov": st.builds(ours_plugins.SGD, RATES, st.floats(0.01, 0.999), st.just(True)),
    "rmsprop": st.builds(ours_plugins.RMSprop, RATES, CONSTANTS, CONSTANTS, EPSILONS),
    "adam": st.builds(ours_plugins.Adam, RATES, CONSTANTS, CONSTANTS, EPSILONS),
    "adamw": st.builds(ours_plugins.AdamW, RATES, st.floats(0.0, 1.0), CONSTANTS, CONSTANTS, EPSILONS),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_take_pytorchs_steps(name: str) -> None:
    @settings(max_examples=30, deadline=None)
    @given(OPTIMIZERS[name], SEEDS)
    def steps(plugin: Any, seed: int) -> None:
        check(optimizer(name, plugin, seed))

    steps()


WEIGHTS = st.floats(0.01, 100.0)
LOSSES: dict[str, st.SearchStrategy[Any]] = {
    "softmax": st.builds(ours_plugins.SoftmaxCrossEntropy),
    "softmax, class weights": st.builds(ours_plugins.SoftmaxCrossEntropy, st.tuples(WEIGHTS, WEIGHTS, WEIGHTS)),
    "softmax, smoothed": st.builds(ours_plugins.SoftmaxCrossEntropy, smoothing=st.floats(0.0, 0.9)),
    "binary": st.builds(ours_plugins.BinaryCrossEntropy),
    "binary, class weights": st.builds(ours_plugins.BinaryCrossEntropy, st.tuples(WEIGHTS, WEIGHTS)),
    "squared": st.builds(ours_plugins.Squared),
    "absolute": st.builds(ours_plugins.Absolute),
    "huber": st.builds(ours_plugins.Huber, st.floats(0.01, 10.0)),
}


@pytest.mark.parametrize("name", LOSSES)
def test_losses_and_their_gradients_are_pytorchs(name: str) -> None:
    @settings(max_examples=30, deadline=None)
    @given(LOSSES[name], SEEDS, st.integers(1, 40), st.sampled_from([0.1, 1.0, 100.0]))
    def values(plugin: Any, seed: int, rows: int, scale: float) -> None:
        check(loss(name, plugin, seed, rows, 1 if name.startswith("binary") else 3, scale))

    values()


NETWORKS = [*networks(seed=1), *residual_networks(seed=1)]


@pytest.mark.parametrize("case", NETWORKS, ids=lambda case: case.name)
def test_two_hundred_steps_of_a_whole_network_are_pytorchs(case: Case) -> None:
    check(case)
