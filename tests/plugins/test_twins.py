"""Compiled twins: what plain code gives, the same bits alone and in a population; NaN comes through."""

from __future__ import annotations

import sys
from typing import Any, Literal

import numpy
import pytest
from caviar import Array, Dataset, Pipeline, Population, Random, Split, Task, TrainerContext, Views, lay_out
from caviar.engine.bind import bind, bind_population
from caviar.engine.twins import Form, compiled, plain
from caviar_plugins import (
    GELU,
    L2,
    MLP,
    SGD,
    Adam,
    AdamW,
    BatchNorm,
    LayerNorm,
    LeakyReLU,
    NoNormalizer,
    NumPy,
    PopulationTrainer,
    ReLU,
    RMSprop,
    Sigmoid,
    SiLU,
    SoftmaxCrossEntropy,
    Tanh,
)
from hypothesis import given, settings
from hypothesis import strategies as some

pytest.importorskip("numba")

RATES = (0.003, 0.01, 0.05)
OPTIMIZERS: dict[str, Any] = {
    "adam": lambda rate, average: Adam(rate, beta1=average),
    "adamw": lambda rate, average: AdamW(rate, decay=average, beta1=average),
    "rmsprop": lambda rate, average: RMSprop(rate, beta2=average, momentum=average / 2),
    "sgd": lambda rate, average: SGD(rate, momentum=average),
    "nesterov": lambda rate, average: SGD(rate, momentum=average, nesterov=True),
}
ACTIVATIONS = (ReLU(), LeakyReLU(0.1), GELU(), SiLU(), Sigmoid(), Tanh())


def trained(form: Form, members: list[int], seed: int = 0, epochs: int = 2, **given: Any) -> dict[str, Array]:
    """The state after some epochs, with the metrics beside it."""
    population, data, context = prepared(form, members, seed, **given)
    trainer = population.parts["trainer"]
    with numpy.errstate(all="ignore"):
        state = trainer.start(population, data, context)
        step = trainer.advance(state, population, data, context, epochs)
    return {**step.state, "metrics": step.metrics.values}


def prepared(
    form: Form,
    members: list[int],
    seed: int,
    *,
    inputs: int = 5,
    units: tuple[int, ...] = (8, 6),
    classes: int = 3,
    batch: int = 16,
    rows: int = 70,
    dtype: Literal["float32", "float64"] = "float32",
    normalizer: Any = None,
    optimizer: str = "adam",
    rates: tuple[float, ...] = RATES,
    **model: Any,
) -> tuple[Population, Dataset, TrainerContext]:
    random = numpy.random.default_rng(seed)
    x = random.normal(0.3, 2.0, (rows, inputs)).astype(dtype)
    y = random.integers(0, classes, (rows, 1))
    task = Task("classification", ("y",), tuple(range(classes)))
    data = Dataset(x, y, y, Split(numpy.arange(rows - 9), numpy.arange(rows - 9, rows), numpy.arange(0)), task, "")
    pipelines = [
        Pipeline(
            model=MLP(units=units, **model),
            normalizer=normalizer or BatchNorm(averaging=0.8),
            optimizer=OPTIMIZERS[optimizer](rates[member], 0.8 + member / 20),
            regularizer=(L2(1e-3),),
            trainer=PopulationTrainer(batch_size=batch, dtype=dtype, loss=SoftmaxCrossEntropy(), clip=0.1 + member),
            transform=(),
            backend=NumPy(),
        )
        for member in members
    ]
    values: list[dict[str, Any]] = [{} for _ in members]
    bound = bind_population(members, pipelines, values, Random(seed), lambda array: array, form=form)
    return bound, data, TrainerContext(NumPy(), task, Random(seed), {}, lambda: None)


NORMALIZERS = (
    BatchNorm(),
    BatchNorm(corrected=True),
    BatchNorm(place="after-activation"),
    LayerNorm(),
    LayerNorm(place="after-activation"),
    NoNormalizer(),
)


@settings(max_examples=25, deadline=None)
@given(
    inputs=some.integers(1, 40),
    units=some.lists(some.integers(1, 70), min_size=0, max_size=3).map(tuple),
    classes=some.integers(2, 30),
    batch=some.integers(2, 65),
    dtype=some.sampled_from(["float32", "float64"]),
    normalizer=some.sampled_from(NORMALIZERS),
    activation=some.sampled_from(ACTIVATIONS),
    dropout=some.sampled_from([0.0, 0.4]),
    seed=some.integers(0, 1000),
)
def test_a_whole_step_is_that_of_the_plain_code(dtype: str, seed: int, **shape: Any) -> None:
    # One step: what rounds differently grows from there on, in whatever system. And one of plain descent: others
    # divide a gradient by its own size, even one that is nothing but rounding.
    if dtype == "float32":  # two rows, normalized, have gradients of little but rounding
        shape["batch"] = max(shape["batch"], 8)
    shape |= {"rows": shape["batch"] + 9, "optimizer": "sgd"}
    plainly, quickly = (trained(form, [0, 1, 2], seed, 1, dtype=dtype, **shape) for form in (plain, compiled))
    close = 1e-12 if dtype == "float64" else 1e-4
    for name in ("optimizer.velocity", "statistics", "metrics"):
        scale = numpy.abs(plainly[name]).max(initial=1e-3)
        numpy.testing.assert_allclose(quickly[name], plainly[name], rtol=close, atol=close * scale, err_msg=name)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_two_hundred_steps_stay_with_the_plain_code(optimizer: str) -> None:
    shape: dict[str, Any] = {"dtype": "float64", "epochs": 50, "dropout": 0.2, "optimizer": optimizer}
    plainly, quickly = (trained(form, [0, 1, 2], **shape) for form in (plain, compiled))
    for name, array in plainly.items():
        numpy.testing.assert_allclose(quickly[name], array, rtol=1e-9, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("normalizer", NORMALIZERS)
@pytest.mark.parametrize("dropout", [0.0, 0.3])
@pytest.mark.parametrize("units", [(8, 6), (64, 64), ()])
def test_a_member_has_the_same_bits_alone_and_among_others(normalizer: Any, dropout: float, units: Any) -> None:
    parts: dict[str, Any] = {"normalizer": normalizer, "dropout": dropout, "units": units}
    alone = [trained(compiled, [member], **parts) for member in (0, 1, 2)]
    for members in ([0, 1], [2, 0, 1]):
        together = trained(compiled, members, **parts)
        for place, member in enumerate(members):
            for name, array in together.items():
                numpy.testing.assert_array_equal(array[place], alone[member][name][0], err_msg=name)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_whatever_the_parts_a_member_has_the_same_bits_alone_and_among_others(activation: Any, optimizer: str) -> None:
    parts: dict[str, Any] = {"activation": activation, "optimizer": optimizer, "normalizer": LayerNorm()}
    together = trained(compiled, [0, 1, 2], **parts)
    for member in (0, 1, 2):
        for name, array in trained(compiled, [member], **parts).items():
            numpy.testing.assert_array_equal(array[0], together[name][member], err_msg=name)


@pytest.mark.parametrize("kind", [LayerNorm, LeakyReLU, SGD])
def test_any_part_may_be_plain_among_compiled_ones(kind: type[Any]) -> None:
    parts: dict[str, Any] = {"activation": LeakyReLU(), "optimizer": "sgd", "normalizer": LayerNorm()}

    def mixed(each: type[Any]) -> type[Any]:
        return plain(each) if each is kind else compiled(each)

    forms: tuple[Form, Form] = (plain, mixed)
    plainly, mostly = (trained(form, [0, 1, 2], dtype="float64", **parts) for form in forms)
    for name, array in plainly.items():
        numpy.testing.assert_allclose(mostly[name], array, rtol=1e-9, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("kind", [MLP, Adam, BatchNorm, SoftmaxCrossEntropy])
def test_a_plain_part_among_compiled_ones_changes_nothing_but_rounding(kind: type[Any]) -> None:
    def mixed(each: type[Any]) -> type[Any]:
        return plain(each) if each is kind else compiled(each)

    forms: tuple[Form, Form] = (plain, mixed)
    plainly, mostly = (trained(form, [0, 1, 2], dtype="float64") for form in forms)
    for name, array in plainly.items():
        numpy.testing.assert_allclose(mostly[name], array, rtol=1e-9, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_activations_agree_with_the_plain_code_at_the_ends_too(activation: Any, dtype: str) -> None:
    z = numpy.array([0.0, -0.0, 1e-6, -1e-6, 3.0, -3.0, 1e4, -1e4, numpy.inf, numpy.nan], dtype)[None, None]
    plainly, quickly = (bind([activation], dtype, lambda array: array, form) for form in (plain, compiled))
    with numpy.errstate(all="ignore"):
        passed = [(output, each.backward(z, kept)) for each in (plainly, quickly) for output, kept in [each.forward(z)]]
    for ours, theirs in zip(*passed, strict=True):
        numpy.testing.assert_allclose(theirs, ours, rtol=1e-5 if dtype == "float32" else 1e-12)


def test_layer_normalization_far_from_zero_keeps_the_digits_of_its_inputs() -> None:
    z = (1e6 + numpy.random.default_rng(0).normal(size=(2, 9, 64))).astype("float32")
    layer = bind([LayerNorm()] * 2, "float32", lambda array: array, compiled)
    layout = lay_out(layer.slots(64))
    parameters = Views(numpy.repeat(numpy.array([[1, 0]] * 2, "float32"), 64, axis=1), layout)
    apart = z.astype("float64") - z.mean(axis=2, keepdims=True, dtype="float64")
    expected = apart / numpy.sqrt((apart**2).mean(axis=2, keepdims=True) + 1e-5)
    found, _ = layer.forward(z, parameters, Views(numpy.empty((2, 0), "float32"), ()), True)
    numpy.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_what_inherits_from_a_bundled_plugin_does_not_get_its_twin() -> None:
    class Mine(Adam):
        pass

    assert compiled(Mine) is Mine
    assert compiled(Adam) is not Adam


@pytest.mark.parametrize("normalizer", NORMALIZERS)
def test_a_member_that_diverges_is_found_and_the_others_do_not_notice(normalizer: Any) -> None:
    rates = (0.01, 1e38, 0.02)
    found = trained(compiled, [0, 1, 2], normalizer=normalizer, rates=rates)
    assert not numpy.isfinite(found["metrics"][1]).all()
    for member in (0, 2):
        alone = trained(compiled, [member], normalizer=normalizer, rates=rates)
        numpy.testing.assert_array_equal(alone["parameters"][0], found["parameters"][member])


def test_every_kernel_has_one_compiled_form_for_a_dtype() -> None:
    from caviar_plugins import blas, kernels
    from caviar_plugins.activations import gelu_kernel, leaky_relu_kernel, sigmoid_kernel, silu_kernel
    from caviar_plugins.losses import softmax_cross_entropy_kernel
    from caviar_plugins.models import mlp_kernel, mlp_passes
    from caviar_plugins.normalizers import batchnorm_kernel, layernorm_kernel
    from caviar_plugins.optimizers import adam_kernel, adamw_kernel, rmsprop_kernel, sgd_kernel

    trained(compiled, [0, 1, 2])
    trained(compiled, [1], dropout=0.3)
    trained(compiled, [1], normalizer=NoNormalizer())
    for number, activation in enumerate(ACTIVATIONS):
        parts: dict[str, Any] = {"activation": activation, "optimizer": list(OPTIMIZERS)[number % len(OPTIMIZERS)]}
        trained(compiled, [0, 1, 2], normalizer=LayerNorm(), **parts)
    optimizers = (adam_kernel, adamw_kernel, rmsprop_kernel, sgd_kernel)
    activations = (gelu_kernel, leaky_relu_kernel, sigmoid_kernel, silu_kernel)
    others = (softmax_cross_entropy_kernel, mlp_kernel, batchnorm_kernel, layernorm_kernel)
    shared = (blas, kernels, mlp_passes)
    for module in (*optimizers, *activations, *others, *shared):
        for name, kernel in vars(module).items():
            forms = [form for form in getattr(kernel, "signatures", ()) if "float32" in str(form)]
            assert len(forms) <= 1, f"{module.__name__}.{name}: {forms}"


def test_without_numba_everything_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    from caviar.engine import twins

    twins._numba_works.cache_clear()
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "numba.core", None)
        assert twins.form_for(NumPy()) is plain
        assert compiled(Adam) is Adam
        assert twins.kernels_in_use(NumPy()) == "plain"
    twins._numba_works.cache_clear()
    assert twins.form_for(NumPy()) is compiled
