"""What plugins of others return and raise: told as theirs, with the line of their own file, at the cost of a trial."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from caviar import TrialState, load
from caviar.engine.training.bind import bind
from caviar.engine.training.checked import checked
from caviar.engine.training.variants import variant_for
from caviar.registry.index import PluginError
from caviar_plugins import Adam, NumPy, Sigmoid

from tests.core.engine.search.searching import search

Put = Callable[[str, str], Path]

PIPELINE = """
data = { path = "blobs.npz" }
executor = "inline"
reporter = []
model = { units = 4 }
trainer = { epochs = 2, batch_size = 32, loss = "auto" }
search.baselines = false
search.trials = 1
"""


def reason(put: Put, setting: str, plugins: str) -> str:
    """Why the one trial failed."""
    (trial,) = search(put(PIPELINE, plugins), "runs", setting).summary.trials
    assert trial.state is TrialState.FAILED
    assert trial.reason is not None
    return trial.reason


ACTIVATION = """
import caviar
class Odd(caviar.Activation):
    def forward(self, z):
        return {forward}
    def backward(self, gradient, cache):
        return {backward}
"""


@pytest.mark.parametrize(
    ("forward", "backward", "line", "told"),
    [
        ("None", "gradient", 4, r"forward\(\) returned None instead of an array of shape \(1, 32, 4\) and a cache"),
        (
            "z",
            "gradient",
            4,
            r"forward\(\) returned an array of shape \(1, 32, 4\) and type float32 instead of .* cache",
        ),
        (
            "(z[:, :1], 0)",
            "gradient",
            4,
            r"forward\(\) returned a tuple of 2 instead of .*; the first was .*\(1, 1, 4\).*",
        ),
        (
            "(z, 0)",
            "gradient[:, :1]",
            6,
            r"backward\(\) returned an array of shape \(1, 1, 4\) and type float32 instead of an array of shape "
            r"\(1, 32, 4\)",
        ),
        ("(z, 0)", "None", 6, r"backward\(\) returned None instead of an array of shape \(1, 32, 4\)"),
        ("(z, 1 / 0)", "gradient", 5, "ZeroDivisionError: division by zero"),
    ],
)
def test_an_activation_is_reported_as_such_and_does_not_broadcast(
    put: Put, forward: str, backward: str, line: int, told: str
) -> None:
    found = reason(put, "model.activation=odd", ACTIVATION.format(forward=forward, backward=backward))
    assert re.fullmatch(rf"activation 'odd' of plugins\.py \w+ failed: {told} at \S+/plugins\.py:{line}", found)


OPTIMIZER = """
import caviar, numpy
class Odd(caviar.Optimizer):
    def init(self, parameters, layout):
        return {init}
    def update(self, parameters, gradients, state, step, layout):
        {update}
"""


@pytest.mark.parametrize(
    ("init", "update", "told"),
    [
        ("None", "...", r"init\(\) returned None instead of a dict of arrays at \S+/plugins\.py:4"),
        (
            "{'m': numpy.zeros(3)}",
            "...",
            r"init\(\) returned .*; 'm' was an array of shape \(3,\).* at \S+/plugins\.py:4",
        ),
        ("{'m': 3}", "...", r"init\(\) returned .*; 'm' was an object of type int at \S+/plugins\.py:4"),
        ("{}", "self.kept = 1", r"AttributeError: Odd\.kept cannot be set: .* at \S+/plugins\.py:7"),
        ("{}", "import nothing_like_it", r"ModuleNotFoundError: .* at \S+/plugins\.py:7"),
        ("{}", "raise RuntimeError('bad \\udcff \\x1b[31m')", r"RuntimeError: bad \\udcff \\x1b\[31m at \S+:7"),
    ],
)
def test_an_optimizer_is_reported_by_the_line_of_its_own_file(put: Put, init: str, update: str, told: str) -> None:
    plugins = OPTIMIZER.replace("{init}", init).replace("{update}", update)
    found = reason(put, "optimizer.use=odd", plugins)
    assert re.fullmatch(rf"optimizer 'odd' of plugins\.py \w+ failed: {told}", found)


def test_a_subclass_is_blamed_by_its_own_file_though_a_bundled_class_raises(put: Put) -> None:
    plugins = """
import caviar_plugins
class Odd(caviar_plugins.Adam):
    def update(self, parameters, gradients, state, step, layout):
        super().update(parameters, gradients[:, :2], state, step, layout)
"""
    found = reason(put, "optimizer.use=odd", plugins)
    assert re.fullmatch(r"optimizer 'odd' of plugins\.py \w+ failed: ValueError: .* at \S+/plugins\.py:5", found)


def test_a_message_that_cannot_be_read_or_is_endless_costs_a_trial_alone(put: Put) -> None:
    plugins = """
import caviar_plugins
class Unreadable(Exception):
    def __str__(self):
        raise RuntimeError("str")
class Odd(caviar_plugins.Adam):
    def update(self, *those):
        raise Unreadable
class Long(caviar_plugins.Adam):
    def update(self, *those):
        raise ValueError("x" * 10_000_000)
"""
    told = "failed: Unreadable: its message cannot be read: RuntimeError at"
    assert told in reason(put, "optimizer.use=odd", plugins)
    (trial,) = search(put(PIPELINE, plugins), "again", "optimizer.use=long").summary.trials
    assert len(trial.reason or "") < 800


LOSS = """
import caviar_plugins
class Odd(caviar_plugins.SoftmaxCrossEntropy):
    def forward(self, output, target):
        {do}
        return {forward}
    def backward(self, cache):
        return {backward}
"""


@pytest.mark.parametrize(
    ("do", "forward", "backward", "told"),
    [
        (
            "output -= 1",
            "super().forward(output, target)",
            "super().backward(cache)",
            r"ValueError: .*read-only at .*:5",
        ),
        (
            "target[...] = 0",
            "super().forward(output, target)",
            "super().backward(cache)",
            r"ValueError: .*read-only at .*:5",
        ),
        ("...", "super().forward(output, target)[0]", "0", r"forward\(\) returned an array .* and a cache at .*:4"),
        (
            "...",
            "super().forward(output, target)",
            "0",
            r"backward\(\) returned .*int instead of .*\(1, 32, 3\) at .*:7",
        ),
    ],
)
def test_a_loss_cannot_change_what_is_measured_later(put: Put, do: str, forward: str, backward: str, told: str) -> None:
    plugins = LOSS.format(do=do, forward=forward, backward=backward)
    found = reason(put, "trainer.loss=odd", plugins)
    assert re.fullmatch(rf"loss 'odd' of plugins\.py \w+ failed: {told}", found)


def test_subclasses_that_keep_to_their_interfaces_train_as_the_bundled_classes_do(put: Put) -> None:
    plugins = """
import caviar_plugins as c
class MyAdam(c.Adam): ...
class MyLoss(c.SoftmaxCrossEntropy): ...
class MyActivation(c.Tanh): ...
class MyNormalizer(c.LayerNorm): ...
class MyTrainer(c.PopulationTrainer): ...
class MyModel(c.MLP): ...
"""
    file = put(PIPELINE.replace("model = ", "normalizer = 'layernorm'\nmodel = "), plugins)
    activation = "model.activation=tanh"
    (theirs,) = search(file, "a", activation).summary.trials
    own = [f"{kind}.use=my{name}" for kind, name in (("optimizer", "adam"), ("trainer", "trainer"), ("model", "model"))]
    (ours,) = search(
        file, "b", *own, "normalizer.use=mynormalizer", "model.activation=myactivation", "trainer.loss=myloss"
    ).summary.trials
    assert ours.state is TrialState.FINISHED, ours.reason
    assert dict(ours.metrics) == pytest.approx(dict(theirs.metrics), rel=1e-4)  # kernels round otherwise


def test_bundled_plugins_are_bound_as_they_are() -> None:
    form = variant_for(NumPy())
    for kind in (Adam, Sigmoid):
        assert checked(form)(kind) is form(kind)
        assert type(bind([kind()], "float32", lambda array: array, checked(form))) is form(kind)


@pytest.mark.parametrize("rungs", ["1 / 0", "None", "'ab'", "(1.0,)"])
def test_a_pruner_without_rungs_is_reported(put: Put, rungs: str) -> None:
    plugins = f"""
import caviar_plugins
class Odd(caviar_plugins.SuccessiveHalving):
    def rungs(self, epochs, trial):
        return {rungs}
"""
    file = put(PIPELINE + 'search.pruner = "odd"', plugins)
    with pytest.raises(PluginError, match=r"pruner 'odd' of plugins\.py \w+ failed: .* at \S+/plugins\.py:[45]$"):
        search(file, "runs")


@pytest.mark.parametrize("value", ["1 / 0 + u", "u * float('nan')", "u[:0]", "None"])
def test_a_sampler_that_gives_no_number_is_reported(put: Put, value: str) -> None:
    plugins = f"""
import caviar
class Odd(caviar.Sampler):
    low: float
    high: float
    def from_unit(self, u):
        if len(u) == 1:
            return {value}
        return self.low + u * (self.high - self.low)
    def to_unit(self, value):
        return (value - self.low) / (self.high - self.low)
"""
    file = put(PIPELINE + "optimizer.learning_rate = { odd = [0.1, 0.2] }", plugins)
    with pytest.raises(PluginError, match=r"sampler 'odd' of plugins\.py \w+ failed: .* at \S+/plugins\.py:[68]$"):
        search(file, "runs")


def test_a_transform_cannot_change_the_columns_it_is_given(put: Put) -> None:
    plugins = """
import caviar
class Odd(caviar.Transform):
    def fit(self, table):
        return {}
    def apply(self, table, learned):
        for column in table.columns.values():
            column -= 1
        return table
"""
    file = put(PIPELINE + 'transform = ["odd"]', plugins)
    with pytest.raises(
        PluginError, match=r"transform 'odd' of .* failed: ValueError: .*read-only at \S+/plugins\.py:8"
    ):
        search(file, "runs")


def test_a_class_of_a_program_whose_methods_do_not_fit_is_reported_before_anything_is_trained(put: Put) -> None:
    class Typo(Adam):
        def init(self, parameters):  # type: ignore[no-untyped-def, override]
            return {}

    file = put(PIPELINE, "")
    pipeline = load(file).model_copy(update={"optimizer": Typo()})
    with pytest.raises(
        Exception, match=r"optimizer: optimizer 'typo' cannot be used: Typo has init\(parameters\), but"
    ):
        pipeline.run()
