"""constant."""

import numpy
from caviar_plugins import Constant


def test_the_factor_is_one_in_the_dtype_of_the_epochs() -> None:
    factor = Constant().factor(numpy.full((3, 1), 7, dtype=numpy.float32), 10)
    assert factor.dtype == numpy.float32
    assert factor.tolist() == [[1.0], [1.0], [1.0]]
