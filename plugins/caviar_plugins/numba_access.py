"""Numba for the plugins: only this and `numba_subkernels` touch it, so what a new version breaks is fixed there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import llvmlite.binding
import numba
from caviar.plugin import CompileError, still_compiling
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils, event
from numba.core.caching import FunctionCache
from numba.core.compiler_lock import global_compiler_lock
from numba.core.errors import TypingError
from numba.core.serialize import dumps
from numba.extending import get_cython_function_address, intrinsic

from caviar_plugins.numba_subkernels import SubkernelCompiler, SubkernelResults

VERSION: str = numba.__version__
pickled: Callable[[Any], bytes] = dumps

_POLL = 0.02  # seconds between two stop checks of a waiting thread
_NOT_THE_REASON = ("Failed in nopython mode", "During:")  # lines of numba's messages that precede the reason


def make_kernel(function: Callable[..., Any], fastmath: set[str], from_python: bool) -> Any:
    """Returns a compiled function. Calling it raises CompileError if numba fails, whatever numba raises.

    With `from_python=False` it has no entry point for Python, where it raises TypeError, and no machine code of its
    own.
    """
    options: dict[str, Any] = {"error_model": "numpy", "nogil": True, "fastmath": fastmath}
    if not from_python:
        options["pipeline_class"] = SubkernelCompiler
    jit: Any = njit  # its types do not name all of its options
    kernel = jit(**options, no_cfunc_wrapper=True, no_cpython_wrapper=not from_python)(function)
    compile_for = kernel._compile_for_args

    def compile_or_tell(*args: Any, **keywords: Any) -> Any:
        try:
            return compile_for(*args, **keywords)
        except MemoryError:  # the machine's fault, not numba's
            raise
        except Exception as error:
            lines = [line for line in str(error).splitlines() if line and not line.startswith(_NOT_THE_REASON)]
            why = f"{type(error).__name__}: {lines[0] if lines else ''}"
            name = f"{function.__module__}.{function.__name__}"
            raise CompileError(f"numba {VERSION} cannot compile {name}: {why}") from error

    def refuse(*args: Any, **keywords: Any) -> Any:
        raise TypeError(f"{function.__qualname__} is called by kernels only; it cannot be called from Python")

    def add_form(form: Any) -> None:  # only to numba's typing: a call from Python would find no entry and crash
        kernel.overloads[tuple(form.signature.args)] = form

    kernel._compile_for_args = compile_or_tell if from_python else refuse
    if not from_python:
        kernel.add_overload = add_form
    return kernel


def take_turns(kernel: Any, turn: Callable[[Any, Any], AbstractContextManager[None]]) -> None:
    """Makes the kernel load or compile each missing overload inside `turn(signature, target)`."""
    compile_now = kernel.compile

    def compile_in_turn(signature: Any) -> Any:
        with _compiler_lock(kernel.py_func):
            if signature in kernel.overloads:  # another thread may have compiled it before this one had the lock
                return compile_now(signature)
            with turn(signature, kernel.targetctx):
                return compile_now(signature)

    kernel.compile = compile_in_turn


@contextmanager
def _compiler_lock(function: Any) -> Iterator[None]:
    """Holds the lock under which numba compiles in one thread at a time; waiting for it counts as compiling.

    It is taken before any lock of `turn`, whose holder needs this one: in the other order two threads would each wait
    for the other.
    """
    lock: Any = global_compiler_lock._lock  # its own `acquire` can only wait
    with ExitStack() as held:
        if lock.acquire(blocking=False):
            held.callback(lock.release)
        else:
            with said_to_compile(function):
                while not lock.acquire(timeout=_POLL):
                    still_compiling()
                held.callback(lock.release)
        yield


def said_to_compile(function: Any) -> AbstractContextManager[None]:
    """A context in which numba's listeners see a compilation of the function."""
    trigger: Any = event.trigger_event
    told: AbstractContextManager[None] = trigger(
        "numba:compile", data={"dispatcher": SimpleNamespace(py_func=function)}
    )
    return told


class NumbaCache(FunctionCache):  # type: ignore[misc, unused-ignore]
    """Numba's cache of one function, with other files: `files` loads and saves what numba would.

    Raises RuntimeError if numba finds no folder that it can write to.
    """

    _impl_class = SubkernelResults

    def __init__(self, function: Any, files: Callable[[Path, str, str], Any]) -> None:
        numbas: Any = super()
        numbas.__init__(function)
        made_from = f"{VERSION} {self._impl.locator.get_source_stamp()!r}"
        self.files = self._cache_file = files(Path(self.cache_path), self._impl.filename_base, made_from)

    def key(self, signature: Any, target: Any) -> Any:
        """The key by which numba's cache loads and saves."""
        numbas: Any = super()
        return numbas._index_key(signature, target.codegen())

    def load(self, signature: Any, target: Any) -> Any:
        """Loads as numba's cache does; may raise anything."""
        numbas: Any = super()
        return numbas.load_overload(signature, target)

    def save(self, signature: Any, compiled: Any) -> None:
        """Saves as numba's cache does; may raise anything."""
        numbas: Any = super()
        numbas.save_overload(signature, compiled)


for _name in ("sgemm", "dgemm"):
    # By name, because a compiled-in address would be wrong in the next process.
    llvmlite.binding.add_symbol(f"caviar_{_name}", get_cython_function_address("scipy.linalg.cython_blas", _name))


def _call_gemm(typing: Any, given: Any) -> Any:
    dtypes = {kind.dtype for kind in given if isinstance(kind, types.Array)}
    if dtypes not in ({types.float32}, {types.float64}):  # gemm would read beyond the end of the shorter numbers
        raise TypingError("gemm needs arrays of one dtype, float32 or float64")

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        byte, pointers = ir.IntType(8).as_pointer(), []
        for kind, value in zip(given, _build.unpack_tuple(builder, values[0]), strict=True):
            if isinstance(kind, types.Array):
                place = context.make_array(kind)(context, builder, value).data
            elif kind == types.int64:
                place = _build.alloca_once_value(builder, builder.trunc(value, ir.IntType(32)))
            else:
                place = _build.alloca_once_value(builder, value)
            pointers.append(builder.bitcast(place, byte))
        name = "caviar_sgemm" if types.float32 in dtypes else "caviar_dgemm"
        function = ir.FunctionType(ir.VoidType(), [byte] * len(pointers))
        builder.call(_build.get_or_insert_function(builder.module, function, name), pointers)
        return context.get_dummy_value()

    return types.void(given), code


gemm: Any = intrinsic(_call_gemm)
"""BLAS's gemm inside a kernel, of a tuple. Fortran takes all by reference: letters, 32-bit sizes, factors, and arrays,
from where they begin."""
_build: Any = cgutils
