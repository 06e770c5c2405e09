"""What compiled kernels share: exponentials against NumPy's in longer numbers, arrays at a cache line."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from threading import Barrier, get_ident
from typing import Any, cast

import numpy
import pytest

pytest.importorskip("numba")

import numba
from caviar.plugin import CompileError, Stopped, watch_compiling
from caviar.support.numba_access import on_compiling
from caviar_plugins import kernel_lock
from caviar_plugins.kernels import Worthwhile, aligned, compile_meanwhile, compiled, subkernel
from caviar_plugins.kernels import exponentials as within_kernels
from numba.core import event
from numba.core.compiler_lock import global_compiler_lock


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


class Elsewhere:
    """Another process that compiles a kernel: it holds the lock, and lets go of it with the kernel on disk."""

    def __init__(self, kernel: Any, same: Any) -> None:
        self._same, cache, signature = same, kernel._cache, (numba.float64,)
        self._path = cache.files.file(cache.key(signature, kernel.targetctx)).with_suffix(".lock")
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT)
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def finish(self) -> None:
        self._path.unlink()
        os.close(self._file)
        assert self._same(1.0) == 7.0


def increased(x: Any) -> Any:
    return twice(x) + 5


def test_a_kernel_that_another_process_compiles_is_waited_for_and_loaded_and_the_time_is_compiling() -> None:
    kernel: Any = compiled(increased)
    kernel._cache.flush()
    elsewhere = Elsewhere(kernel, compiled(increased))
    told: list[str] = []
    on_compiling(told.append, lambda: told.append("end"))

    def meanwhile(signature: Any) -> None:
        assert told == [__name__]
        elsewhere.finish()

    kernel._cache.meanwhile = meanwhile
    assert kernel(2.0) == 9.0
    assert sum(kernel.stats.cache_hits.values()) == 1
    assert sum(kernel.stats.cache_misses.values()) == 0
    assert told[-1] == "end"
    assert list(Path(kernel._cache.cache_path).glob("*.lock")) == []


def test_a_kernel_whose_file_was_made_from_older_source_is_waited_for_too() -> None:
    kernel: Any = compiled(increased)
    assert cast("Any", compiled(increased))(1.0) == 7.0
    (file,) = kernel._cache.files.kept()
    rest = bytes(32) + file.read_bytes()[64:]
    file.write_bytes(sha256(rest).digest() + rest)
    elsewhere, waited = Elsewhere(kernel, compiled(increased)), list[Any]()

    def meanwhile(signature: Any) -> None:
        waited.append(signature)
        elsewhere.finish()

    kernel._cache.meanwhile = meanwhile
    assert kernel(2.0) == 9.0
    assert waited == [(numba.float64,)]
    assert sum(kernel.stats.cache_hits.values()) == 1


def test_while_another_process_compiles_a_kernel_this_one_compiles_a_part_of_it() -> None:
    kernel, part = cast("Any", compiled(increased)), cast("Any", subkernel(cast("Any", twice).py_func))
    kernel._cache.flush()
    elsewhere = Elsewhere(kernel, compiled(increased))

    def types(x: Any) -> tuple[Any, ...]:
        elsewhere.finish()
        return (x,)

    compile_meanwhile(kernel, part, types)
    assert kernel(2.0) == 9.0
    assert list(part.overloads) == [(numba.float64,)]


class Asked:
    """Who watches compiling and soon wants to stop: not when waiting begins, but once it has been told of it again."""

    def __init__(self) -> None:
        self._told = 0

    def __call__(self, going: bool) -> None:
        self._told += going
        if going and self._told == 3:
            raise Stopped


def test_the_wish_to_stop_is_seen_while_another_process_compiles_a_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_lock, "_PATIENCE", 3.0)  # after which this fails
    kernel: Any = compiled(increased)
    kernel._cache.flush()
    elsewhere = Elsewhere(kernel, compiled(increased))
    watch_compiling(Asked())
    try:
        with pytest.raises(Stopped):
            kernel(2.0)
    finally:
        watch_compiling(lambda going: None)
        elsewhere.finish()


def test_the_wish_to_stop_is_seen_while_another_thread_compiles_a_kernel() -> None:
    kernel: Any = compiled(increased)
    kernel._cache.flush()

    def stopped() -> None:
        watch_compiling(Asked())
        with pytest.raises(Stopped):
            kernel(2.0)

    with ThreadPoolExecutor(1) as thread, global_compiler_lock:
        thread.submit(stopped).result(timeout=10)


def test_of_two_threads_that_need_a_kernel_one_compiles_it_and_the_other_compiles_no_part_of_it() -> None:
    """The other would hold the part's lock and wait for numba's, which the first holds while it waits for the part."""
    kernel, part = cast("Any", compiled(increased)), cast("Any", twice)
    for each in (kernel, part):
        each._cache.flush()
    both, came = Barrier(2, timeout=60), set()

    class Meeting(event.Listener):  # type: ignore[misc, unused-ignore]
        """The thread that compiles the kernel goes on when the other counts as compiling, because it waits."""

        def on_start(self, event: Any) -> None:
            if event.data["dispatcher"].py_func is increased and get_ident() not in came:
                came.add(get_ident())
                both.wait()

        def on_end(self, event: Any) -> None:
            pass

    def types(x: Any) -> Any:
        raise AssertionError("a part is compiled")

    compile_meanwhile(kernel, part, types)
    listening: Any = event.install_listener
    with listening("numba:compile", Meeting()), ThreadPoolExecutor(2) as threads:
        assert list(threads.map(kernel, [2.0, 3.0])) == [9.0, 11.0]
    assert len(came) == 2
    assert sum(kernel.stats.cache_misses.values()) == 1


def test_a_kernel_that_fails_to_compile_leaves_no_lock() -> None:
    def wrong(x: Any) -> Any:
        return x.no_such_method()

    kernel: Any = compiled(wrong)
    for _ in range(2):
        with pytest.raises(CompileError):
            kernel(2.0)
    assert list(Path(kernel._cache.cache_path).glob("*.lock")) == []


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_part_of_the_networks_kernel_that_a_waiting_process_compiles_is_the_one_that_the_kernel_calls(
    dtype: Any,
) -> None:
    from caviar_plugins.models import mlp_kernel, mlp_passes

    flat, square, cube = (numpy.zeros((1,) * rank, dtype) for rank in (1, 2, 3))
    whole = numpy.zeros((1, 1), numpy.int64)
    keys, words = numpy.zeros(1, numpy.uint64), numpy.zeros(0, numpy.uint64)
    kernel: Any = compiled(cast("Any", mlp_kernel._differentiate).py_func)
    kernel._cache.flush()  # only compiling looks up its parts
    given = (square, whole, numpy.zeros((0, 8), numpy.int64), square[:0], square[:0], square[:0], cube, cube, cube)
    kernel(*given, keys, words, flat, square, flat.astype(f"i{flat.itemsize}"), square, flat, False)
    (signature,) = [each for each in kernel.signatures if each[0].dtype.name == dtype]
    part: Any = mlp_passes.backward
    assert mlp_kernel._backward_types(*signature) in part.overloads


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
