"""How near two results must be: digits relative to each value, and to what the inputs allow."""

from __future__ import annotations

from collections.abc import Mapping

import numpy
from caviar.plugin import Array

from tests.truth.cases import Case

TOLERANCE = {"float64": 1e-12, "float32": 1e-5}


def assert_equal(case: Case, found: Mapping[str, Array], expected: Mapping[str, Array]) -> None:
    """Our results against PyTorch's, name by name."""
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        rtol, atol = _tolerances(case, name)
        numpy.testing.assert_allclose(found[name], array, rtol=rtol, atol=atol, err_msg=f"{case.name}: {name}")


def _tolerances(case: Case, name: str) -> tuple[float, float]:
    if case.what == "network":
        return 1e-9, 1e-9
    if case.what == "normalizer":
        return _of_normalizer(case, name)
    return 1e-12, 1e-13


def _of_normalizer(case: Case, name: str) -> tuple[float, float]:
    """A rounding of z is as large as z, and the division by the deviation enlarges it."""
    z, plugin = case.arrays["z"], case.parts["plugin"]
    rtol = TOLERANCE[z.dtype.name]
    size = float(numpy.abs(z).max())
    axis = 1 if type(plugin).__name__ == "BatchNorm" else 2
    inverse = float((1 / numpy.sqrt(z.astype("float64").var(axis=axis) + plugin.epsilon)).max())
    blown = 1 + size * max(1.0, inverse)  # running values start at a variance of 1
    slope = float(numpy.abs(case.arrays["gradient"]).max())
    scales = {
        "mean": size,
        "variance": 1 + size**2,  # it starts at 1
        "d_beta": slope * z.shape[1],
        "d_gamma": slope * z.shape[1] * blown,
        "dz": slope * inverse * blown**2,
        # PyTorch's float32 variance is off by the square of what rounding does to the mean; ours is not.
        "prediction": blown**2 * (1 + (numpy.finfo(z.dtype).eps * blown) ** 2 / rtol),
    }
    return rtol, rtol * scales.get(name, blown)
