"""numpy."""

import numpy
from caviar.testing import BackendContract
from caviar_plugins import NumPy


class TestNumPy(BackendContract):
    backend = NumPy()

    def test_it_is_always_there_and_moves_nothing(self) -> None:
        array = numpy.ones(3)
        assert self.backend.missing() is None
        assert self.backend.send(array) is self.backend.fetch(array) is array
