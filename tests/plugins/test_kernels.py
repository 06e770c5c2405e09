"""What compiled kernels share: exponentials against NumPy's in longer numbers, arrays at a cache line."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import numpy
import pytest

pytest.importorskip("numba")

from caviar_plugins.kernels import aligned, exponentials


@pytest.mark.parametrize(("dtype", "lowest"), [("float32", -87.0), ("float64", -707.0)])
def test_exponentials_are_within_two_units_in_the_last_place(dtype: Any, lowest: float) -> None:
    x = numpy.concatenate([numpy.linspace(lowest, 0, 100_001), -numpy.logspace(-40, 0, 999), [-0.0]]).astype(dtype)
    expected = numpy.exp(x.astype(numpy.longdouble))
    found = x.copy()
    exponentials(found, numpy.empty(len(x), f"i{x.itemsize}"))
    assert (abs(found - expected) / numpy.spacing(expected.astype(dtype))).max() < 2
    assert found[-1] == 1


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_exponentials_of_what_is_too_small_are_nearly_nothing_and_nan_stays(dtype: Any) -> None:
    x = numpy.array([-1e30, -numpy.inf, numpy.nan, -1.0], dtype)
    exponentials(x, numpy.empty(4, f"i{x.itemsize}"))
    assert (x[:2] >= 0).all()
    assert (x[:2] < 1e-37).all()
    assert numpy.isnan(x[2])
    assert x[3] == pytest.approx(numpy.exp(-1.0), rel=1e-6)


@pytest.mark.parametrize("shape", [(1,), (7,), (3, 5), (64, 64)])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int32"])
def test_an_aligned_array_begins_at_a_cache_line(shape: tuple[int, ...], dtype: str) -> None:
    array = aligned(shape, dtype)
    assert array.ctypes.data % 64 == 0
    assert array.shape == shape
    assert array.dtype == dtype
    assert array.flags.c_contiguous
    assert array.flags.writeable


def test_where_no_folder_can_be_written_to_kernels_are_compiled_in_each_process() -> None:
    # What numba is left with there: a folder that nobody has named.
    environment = os.environ | {"NUMBA_CACHE_LOCATOR_CLASSES": "UserProvidedCacheLocator"}
    environment.pop("NUMBA_CACHE_DIR", None)
    code = (
        "import numpy; from caviar_plugins.kernels import exponentials; "
        "x = numpy.zeros(3); exponentials(x, x.astype('i8')); print(x)"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "[1. 1. 1.]\n"), done.stderr
