"""What compiled kernels share: exponentials against NumPy's in longer numbers, arrays at a cache line."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any, cast

import numpy
import pytest

pytest.importorskip("numba")

from caviar_plugins.kernels import Worthwhile, aligned, compiled, subkernel
from caviar_plugins.kernels import exponentials as within_kernels


@compiled
def exponentials(x: Any, spare: Any) -> None:
    within_kernels(x, spare)


@subkernel
def twice(x: Any) -> Any:
    return x + x


def doubled(x: Any) -> Any:
    return twice(x)


@subkernel
def four_times(x: Any) -> Any:
    return twice(twice(x))


def shifted(x: Any) -> Any:
    return four_times(x) + 1


def forms(kernel: Any) -> list[Any]:
    return list(kernel.overloads.values())


def test_of_a_subkernel_no_machine_code_is_made_and_what_it_calls_is_not_optimized_into_it() -> None:
    for each in (twice, four_times):
        cast("Any", each)._cache.flush()
    kernel: Any = compiled(shifted)
    kernel._cache.flush()
    assert kernel(2.5) == 11.0
    (own,), (inner,) = forms(kernel), forms(four_times)
    assert own.library.get_pointer_to_function(own.fndesc.llvm_cpython_wrapper_name)
    assert not inner.library.get_pointer_to_function(inner.fndesc.llvm_func_name)
    code = str(inner.library.get_function(inner.fndesc.llvm_func_name))
    assert "call" in code
    assert "twice" in code


def test_a_kernel_is_compiled_around_a_subkernel_that_was_kept_on_disk() -> None:
    assert cast("Any", compiled(shifted))(2.5) == 11.0  # its files exist now
    again: Any = subkernel(cast("Any", four_times).py_func)

    def other(x: Any) -> Any:
        return again(x) + 2

    assert cast("Any", compiled(other))(2.5) == 12.0
    assert sum(again.stats.cache_hits.values()) == 1
    (form,) = forms(again)
    assert not form.library.get_pointer_to_function(form.fndesc.llvm_func_name)


def test_a_kernel_is_worth_compiling_once_its_plain_form_has_done_enough() -> None:
    kernel: Any = compiled(doubled)
    kernel._cache.flush()
    worthwhile = Worthwhile(kernel, values=10)
    assert [worthwhile(5), worthwhile(5), worthwhile(1)] == [False, False, True]


def test_a_kernel_that_is_compiled_or_kept_on_disk_is_used_at_once() -> None:
    here: Any = compiled(doubled)
    here._cache.flush()
    assert here(2.0) == 4.0
    for kernel in (here, compiled(doubled)):  # the second has only its file
        assert Worthwhile(kernel, values=10)(1)
    here._cache.flush()
    assert not Worthwhile(compiled(doubled), values=10)(1)


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
        "import numpy; from caviar_plugins.losses.softmax_cross_entropy_kernel import CompiledSoftmaxCrossEntropy; "
        "print(CompiledSoftmaxCrossEntropy().predict(numpy.zeros((1, 1, 2))))"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "[[[0.5 0.5]]]\n"), done.stderr
