"""Products inside kernels against NumPy's, whole and in pieces."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

pytest.importorskip("numba")

from caviar.plugin import CompileError
from caviar_plugins import blas
from caviar_plugins.kernels import compiled


@compiled
def multiply(a: Any, b: Any, out: Any, quick: bool) -> None:
    blas.multiply(a, b, out, quick)


@compiled
def multiply_turned(a: Any, b: Any, out: Any, quick: bool) -> None:
    blas.multiply_turned(a, b, out, quick)


@compiled
def multiply_by_turned(a: Any, b: Any, out: Any, spare: Any, quick: bool) -> None:
    blas.multiply_by_turned(a, b, out, spare, quick)


# Below, between and above the sizes at which products are cut in pieces; 130 and 65 leave short pieces at the ends.
SHAPES = ((1, 1, 1), (64, 20, 64), (128, 128, 128), (130, 65, 197), (64, 784, 128), (256, 256, 256))


@settings(max_examples=40, deadline=None)
@given(
    shape=some.sampled_from(SHAPES) | some.tuples(some.integers(1, 150), some.integers(1, 150), some.integers(1, 150)),
    dtype=some.sampled_from(["float32", "float64"]),
    quick=some.booleans(),
)
def test_products_are_numpys(shape: tuple[int, int, int], dtype: Any, quick: bool) -> None:
    rows, inner, columns = shape
    random = numpy.random.default_rng(0)
    a, b = random.normal(size=(rows, inner)).astype(dtype), random.normal(size=(inner, columns)).astype(dtype)
    d = random.normal(size=(rows, columns)).astype(dtype)
    z, db, da = numpy.full_like(d, numpy.nan), numpy.full_like(b, numpy.nan), numpy.full_like(a, numpy.nan)
    multiply(a, b, z, quick)
    multiply_turned(a, d, db, quick)
    multiply_by_turned(d, b, da, numpy.empty(b.size, dtype), quick)
    close = 1e-4 if dtype == "float32" else 1e-12
    for found, (left, right) in ((z, (a, b)), (db, (a.T, d)), (da, (d, b.T))):
        exact = left.astype("float64") @ right.astype("float64")
        numpy.testing.assert_allclose(found, exact, rtol=close, atol=close * numpy.sqrt(left.shape[1]))


def test_what_stood_in_the_output_does_not_count() -> None:
    a, b = numpy.ones((130, 197), "float32"), numpy.ones((197, 65), "float32")
    found = numpy.full((130, 65), numpy.nan, "float32")
    multiply(a, b, found, True)
    numpy.testing.assert_array_equal(found, 197)


@pytest.mark.parametrize(("left", "right"), [("float64", "float32"), ("float32", "float64"), ("int64", "int64")])
def test_arrays_of_another_dtype_are_refused(left: str, right: str) -> None:
    a, b = numpy.ones((2, 3), left), numpy.ones((3, 2), right)
    with pytest.raises(CompileError, match="multiply") as caught:
        multiply(a, b, numpy.empty((2, 2), left), False)
    assert "arrays of one dtype, float32 or float64" in str(caught.value.__cause__)
