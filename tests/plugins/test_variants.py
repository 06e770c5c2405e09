"""Compiled variants give what plain code gives, and are chosen where they can run."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy
import pytest
from caviar import Pipeline
from caviar.engine.data.resolve import resolve_run
from caviar.engine.training.bind import bind
from caviar.engine.training.variants import VariantChoice, compiled, plain
from caviar.plugin import Segment, TrialState, Views, lay_out
from caviar.text.once import say_anew
from caviar_plugins import (
    AUC,
    F1,
    MLP,
    SELU,
    SGD,
    Accuracy,
    Adam,
    BalancedAccuracy,
    BatchNorm,
    Digits,
    LayerNorm,
    LeakyReLU,
    Mish,
    NoNormalizer,
    NumPy,
    Periodic,
    PopulationTrainer,
    SoftmaxCrossEntropy,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from tests.plugins.variants import ACTIVATIONS, NORMALIZERS, OPTIMIZERS, trained

pytest.importorskip("numba")


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
    nudged = trained(plain, [0, 1, 2], seed, 1, dtype=dtype, nudged=True, **shape)
    close = 1e-12 if dtype == "float64" else 1e-4
    for name in ("optimizer.velocity", "statistics", "metrics"):
        scale = numpy.abs(plainly[name]).max(initial=1e-3)
        # Normalized rows that are nearly equal magnify rounding: where the last digit of the input decides, no result
        # is the right one. Hypothesis draws others, and fails where it finds too few.
        assume(4 * numpy.abs(nudged[name] - plainly[name]).max(initial=0) <= close * scale)
        numpy.testing.assert_allclose(quickly[name], plainly[name], rtol=close, atol=close * scale, err_msg=name)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_two_hundred_steps_stay_with_the_plain_code(optimizer: str) -> None:
    shape: dict[str, Any] = {"dtype": "float64", "epochs": 50, "dropout": 0.2, "optimizer": optimizer}
    plainly, quickly = (trained(form, [0, 1, 2], **shape) for form in (plain, compiled))
    for name, array in plainly.items():
        numpy.testing.assert_allclose(quickly[name], array, rtol=1e-9, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("kind", [LayerNorm, LeakyReLU, SGD])
def test_any_part_may_be_plain_among_compiled_ones(kind: type[Any]) -> None:
    parts: dict[str, Any] = {"activation": LeakyReLU(), "optimizer": "sgd", "normalizer": LayerNorm()}

    def mixed(each: type[Any]) -> type[Any]:
        return plain(each) if each is kind else compiled(each)

    forms: tuple[VariantChoice, VariantChoice] = (plain, mixed)
    plainly, mostly = (trained(form, [0, 1, 2], dtype="float64", **parts) for form in forms)
    for name, array in plainly.items():
        numpy.testing.assert_allclose(mostly[name], array, rtol=1e-9, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("kind", [MLP, Adam, BatchNorm, SoftmaxCrossEntropy])
def test_a_plain_part_among_compiled_ones_changes_nothing_but_rounding(kind: type[Any]) -> None:
    def mixed(each: type[Any]) -> type[Any]:
        return plain(each) if each is kind else compiled(each)

    forms: tuple[VariantChoice, VariantChoice] = (plain, mixed)
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


def test_every_kernel_has_one_compiled_form_for_a_dtype(monkeypatch: pytest.MonkeyPatch) -> None:
    from caviar_plugins import blas, kernels
    from caviar_plugins.activations import gelu_kernel, leaky_relu_kernel, sigmoid_kernel, silu_kernel
    from caviar_plugins.embeddings import periodic_kernel
    from caviar_plugins.losses import softmax_cross_entropy_kernel
    from caviar_plugins.metrics import auc_kernel, counts_kernel
    from caviar_plugins.models import mlp_general, mlp_kernel, mlp_passes, mlp_prediction
    from caviar_plugins.normalizers import batchnorm_kernel, layernorm_kernel
    from caviar_plugins.optimizers import adam_kernel, adamw_kernel, rmsprop_kernel, sgd_kernel

    trained(compiled, [0, 1, 2])
    trained(compiled, [1], dropout=0.3)
    trained(compiled, [1], normalizer=NoNormalizer())
    for number, activation in enumerate(ACTIVATIONS):
        parts: dict[str, Any] = {"activation": activation, "optimizer": list(OPTIMIZERS)[number % len(OPTIMIZERS)]}
        for normalizer in (LayerNorm(), BatchNorm()):
            trained(compiled, [0, 1, 2], normalizer=normalizer, **parts)
    trained(compiled, [1], dropout=0.3, activation=SELU(), embedding=(Periodic(),))
    trained(compiled, [0, 1], activation=Mish(), front_scale=True, normalizer=NoNormalizer())
    optimizers = (adam_kernel, adamw_kernel, rmsprop_kernel, sgd_kernel)
    activations = (gelu_kernel, leaky_relu_kernel, sigmoid_kernel, silu_kernel)
    others = (
        softmax_cross_entropy_kernel,
        mlp_kernel,
        mlp_general,
        periodic_kernel,
        batchnorm_kernel,
        layernorm_kernel,
    )
    shared = (blas, kernels, mlp_passes, mlp_prediction)
    metrics = (auc_kernel, counts_kernel)
    for module in metrics:  # so few rows are not worth compiling for
        monkeypatch.setattr(module, "_worthwhile", lambda values: True)
    for prediction in (numpy.zeros((2, 9, 3), "float32"), numpy.zeros((2, 3, 9), "float32").swapaxes(1, 2)):
        for metric in (AUC, Accuracy, BalancedAccuracy, F1):
            compiled(metric)().measure(prediction, numpy.arange(9)[:, None] % 3)
    for module in (*optimizers, *activations, *others, *shared, *metrics):
        used = 0
        for name, kernel in vars(module).items():
            forms = [form for form in getattr(kernel, "signatures", ()) if "float32" in str(form)]
            assert len(forms) <= 1, f"{module.__name__}.{name}: {forms}"
            used += len(forms)
        assert used or module in shared, f"nothing of {module.__name__} was compiled, so nothing was tested"


def test_without_numba_everything_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    from caviar.engine.training import variants as variants

    variants._numba_works.cache_clear()
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "numba.core", None)
        assert variants.variant_for(NumPy()) is plain
        assert compiled(Adam) is Adam
        assert variants.kernels_in_use(NumPy()) == "plain"
    variants._numba_works.cache_clear()
    assert variants.variant_for(NumPy()) is compiled


def test_where_numba_may_not_compile_everything_is_plain_and_one_line_says_why(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from caviar.engine.training import variants as variants
    from numba.core import config

    say_anew()
    variants._numba_works.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(config, "DISABLE_JIT", True)
        assert compiled(Adam) is Adam
        assert variants.kernels_in_use(NumPy()) == "plain"
    variants._numba_works.cache_clear()
    assert [line.split(":")[0] for line in caplog.messages] == ["NUMBA_DISABLE_JIT is set"]


class CannotImport(SGD):
    """Its compiled form's module raises something else than ImportError."""

    variants: ClassVar[Mapping[str, str]] = {"numpy": "tests.plugins.no_class_in_here:Missing"}


class FallsBack(SGD):
    """As SGD, with a compiled form that cannot be compiled."""

    variants: ClassVar[Mapping[str, str]] = {"numpy": "tests.plugins.cannot_compile:CannotCompile"}


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Any:
    from caviar.engine.training import variants as variants

    say_anew()
    monkeypatch.setattr(variants, "_failed", set())
    return caplog


@pytest.mark.parametrize("error", [AttributeError, ImportError, RuntimeError])
def test_a_compiled_form_that_cannot_be_imported_is_left_out_and_one_line_says_so(
    said: Any, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(name: str) -> Any:
        raise error("numba has no 'cgutils'")

    monkeypatch.setattr("caviar.engine.training.variants.import_module", broken)
    assert [compiled(CannotImport), compiled(CannotImport)] == [CannotImport, CannotImport]
    (line,) = said.messages
    assert line.startswith("tests.plugins.no_class_in_here: its compiled variant cannot be used")


def test_a_segment_whose_kernel_cannot_be_compiled_is_trained_by_plain_code_and_one_line_says_so(said: Any) -> None:
    pipeline = Pipeline(data=Digits(), trainer=PopulationTrainer(epochs=1), reporter=())
    plainly, fallen = (
        resolve_run(pipeline.model_copy(update={"optimizer": kind(learning_rate=0.1)}))[0] for kind in (SGD, FallsBack)
    )
    segment = Segment((0,), ({},), 0, 1)
    outcome = fallen.perform(segment, lambda epoch: None, lambda: None)
    (found,) = outcome.members
    (line,) = [line for line in said.messages if "cannot be used" in line]
    assert "tests.plugins.cannot_compile: its compiled variant cannot be used (numba" in line
    (expected,) = plainly.perform(segment, lambda epoch: None, lambda: None).members
    assert found.state is expected.state is TrialState.FINISHED
    assert outcome.identity is not None
    forms = {name: form for name, form in outcome.identity.items() if name not in fallen.identity}
    assert forms["kernels of tests.plugins.cannot_compile"] == "plain"
    assert forms["kernels of caviar_plugins.models.mlp_kernel"] == "compiled"
