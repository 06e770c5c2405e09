"""The laws of regularizers."""

from __future__ import annotations

from typing import ClassVar

import numpy

from caviar.interfaces.regularizer import Regularizer
from caviar.testing.optimizer import LAYOUT, SIZE
from caviar.testing.stated import StatedInterface
from caviar.testing.tools import bound, fetched, other_libraries, spread
from caviar.values.arrays import Array

MEMBERS = 16


class RegularizerContract(StatedInterface):
    """Set `regularizer`."""

    kind = "regularizer"
    regularizer: ClassVar[Regularizer]

    def buffers(self, members: int, dtype: str = "float64") -> tuple[Array, Array]:
        """Parameters and gradients, all values different."""
        random = numpy.random.default_rng(0)
        parameters = random.normal(size=(members, SIZE)).astype(dtype)
        return parameters, random.normal(size=(members, SIZE)).astype(dtype)

    def test_it_adds_to_the_gradients_it_was_given_and_leaves_parameters(self) -> None:
        for dtype in ("float32", "float64"):
            parameters, gradients = self.buffers(2, dtype)
            bound([self.regularizer] * 2, dtype).add(parameters, gradients, LAYOUT)
            before, untouched = self.buffers(2, dtype)
            numpy.testing.assert_array_equal(parameters, before)
            assert (gradients != untouched).any()

    def test_what_it_adds_does_not_depend_on_the_gradients(self) -> None:
        parameters, gradients = self.buffers(2)
        added = numpy.zeros_like(gradients)
        for each in (gradients, added):
            bound([self.regularizer] * 2).add(parameters, each, LAYOUT)
        numpy.testing.assert_allclose(gradients - self.buffers(2)[1], added, atol=1e-12)

    def test_a_member_is_the_same_alone_and_in_a_population(self) -> None:
        members = spread(self.regularizer, MEMBERS)
        parameters, gradients = self.buffers(MEMBERS, "float32")
        alone = [gradients[[member]] for member in range(MEMBERS)]
        bound(members, "float32").add(parameters, gradients, LAYOUT)
        for member, own in enumerate(alone):
            bound([members[member]], "float32").add(parameters[[member]], own, LAYOUT)
            numpy.testing.assert_array_equal(own[0], gradients[member])

    def test_it_runs_on_another_array_library(self) -> None:
        for xp in other_libraries():
            parameters, gradients = self.buffers(2)
            foreign = xp.asarray(gradients.copy())
            bound([self.regularizer] * 2, "float64", xp.asarray).add(xp.asarray(parameters), foreign, LAYOUT)
            bound([self.regularizer] * 2).add(parameters, gradients, LAYOUT)
            numpy.testing.assert_allclose(fetched(foreign), gradients, rtol=1e-12)
