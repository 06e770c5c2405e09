"""The laws of optimizers."""

from __future__ import annotations

from typing import ClassVar

import numpy

from caviar.interfaces.optimizer import Optimizer
from caviar.testing.stated import StatedInterface
from caviar.testing.tools import bound, fetched, other_libraries, spread
from caviar.values.arrays import Array, namespace
from caviar.values.slot import Initial, Slot, lay_out, size_of

LAYOUT = lay_out(
    [
        Slot("layer1.weight", (7, 5), "weight", Initial("normal", 1.0), 1),
        Slot("layer1.gamma", (1, 5), "scale", Initial("constant", 1.0), 1),
        Slot("layer1.beta", (1, 5), "shift", Initial("constant", 0.0), 1),
        Slot("output.weight", (5, 3), "weight", Initial("normal", 1.0), 2),
        Slot("output.bias", (1, 3), "bias", Initial("constant", 0.0), 2),
    ]
)
SIZE = size_of(LAYOUT)
MEMBERS = 16


class OptimizerContract(StatedInterface):
    """Set `optimizer`, with a learning rate that suits a quadratic of width 1; `steps` is how many it may take."""

    kind = "optimizer"
    optimizer: ClassVar[Optimizer]
    steps: ClassVar[int] = 2000

    def test_it_finds_the_bottom_of_a_bowl(self) -> None:
        parameters, curvature = _bowls(MEMBERS, "float64")
        before = _height(parameters, curvature)
        _descend(bound([self.optimizer] * MEMBERS), parameters, curvature, {}, 0, self.steps)
        assert (_height(parameters, curvature) < 0.01 * before).all()

    def test_its_state_has_a_leading_member_axis_and_keeps_its_form(self) -> None:
        for dtype in ("float32", "float64"):
            parameters, curvature = _bowls(3, dtype)
            optimizer = bound([self.optimizer] * 3, dtype)
            state = optimizer.init(parameters, LAYOUT)
            form = {name: (array.shape, array.dtype) for name, array in state.items()}
            assert all(shape[0] == 3 for shape, _ in form.values())
            _descend(optimizer, parameters, curvature, state, 0, 3)
            assert {name: (array.shape, array.dtype) for name, array in state.items()} == form
            assert parameters.dtype == dtype

    def test_numbers_of_its_state_have_the_dtype_of_the_parameters(self) -> None:
        for dtype in ("float32", "float64"):
            parameters, _ = _bowls(3, dtype)
            state = bound([self.optimizer] * 3, dtype).init(parameters, LAYOUT)
            found = {name: str(array.dtype) for name, array in state.items() if array.dtype.kind == "f"}
            assert found == dict.fromkeys(found, dtype)

    def test_it_changes_the_buffer_it_was_given(self) -> None:
        parameters, curvature = _bowls(2, "float32")
        before = parameters.copy()
        _descend(bound([self.optimizer] * 2, "float32"), parameters, curvature, {}, 0, 1)
        assert (parameters != before).any()

    def test_a_gradient_of_zero_keeps_parameters_finite(self) -> None:
        parameters, _ = _bowls(2, "float32")
        _descend(bound([self.optimizer] * 2, "float32"), parameters, numpy.zeros_like(parameters), {}, 0, 3)
        assert numpy.isfinite(parameters).all()

    def test_a_member_is_the_same_alone_and_in_a_population(self) -> None:
        optimizers = spread(self.optimizer, MEMBERS)
        together, curvature = _bowls(MEMBERS, "float32")
        alone = [together[[member]] for member in range(MEMBERS)]
        _descend(bound(optimizers, "float32"), together, curvature, {}, 0, 20)
        for member, parameters in enumerate(alone):
            optimizer = bound([optimizers[member]], "float32")
            _descend(optimizer, parameters, curvature[[member]], {}, 0, 20)
            numpy.testing.assert_array_equal(parameters[0], together[member])

    def test_survivors_do_not_notice_that_others_left(self) -> None:
        optimizers = spread(self.optimizer, MEMBERS)
        together, curvature = _bowls(MEMBERS, "float32")
        optimizer = bound(optimizers, "float32")
        state = _descend(optimizer, together, curvature, {}, 0, 5)
        left = [1, 4, 5, 11]
        few, few_state = together[left], {name: array[left] for name, array in state.items()}
        _descend(optimizer, together, curvature, state, 5, 10)
        _descend(bound([optimizers[i] for i in left], "float32"), few, curvature[left], few_state, 5, 10)
        numpy.testing.assert_array_equal(few, together[left])
        for name, array in few_state.items():
            numpy.testing.assert_array_equal(array, state[name][left])

    def test_it_runs_on_another_array_library(self) -> None:
        for xp in other_libraries():
            parameters, curvature = _bowls(2, "float64")
            foreign = xp.asarray(parameters.copy())
            _descend(bound([self.optimizer] * 2, "float64", xp.asarray), foreign, xp.asarray(curvature), {}, 0, 5)
            _descend(bound([self.optimizer] * 2), parameters, curvature, {}, 0, 5)
            numpy.testing.assert_allclose(fetched(foreign), parameters, rtol=1e-12)


def _bowls(members: int, dtype: str) -> tuple[Array, Array]:
    """Starting points about 1 away from the minimum at zero, and the curvature of each direction."""
    random = numpy.random.default_rng(1)
    parameters = random.uniform(0.5, 1.5, (members, SIZE)).astype(dtype)
    return parameters, random.uniform(0.2, 1.0, (members, SIZE)).astype(dtype)


def _height(parameters: Array, curvature: Array) -> Array:
    height: Array = 0.5 * (curvature * parameters**2).sum(axis=1)
    return height


def _descend(
    optimizer: Optimizer, parameters: Array, curvature: Array, state: dict[str, Array], first: int, last: int
) -> dict[str, Array]:
    """Takes steps first + 1 to last; an empty state is initialized."""
    xp = namespace(parameters)
    state = state or optimizer.init(parameters, LAYOUT)
    for step in range(first + 1, last + 1):
        steps = xp.full((parameters.shape[0], 1), step, dtype=parameters.dtype)
        optimizer.update(parameters, parameters * curvature, state, steps, LAYOUT)
    return state
