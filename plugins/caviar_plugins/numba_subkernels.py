"""Subkernels in numba: functions that only kernels call, of which no machine code is made alone."""

from __future__ import annotations

from typing import Any

import llvmlite.binding
from numba.core.caching import CompileResultCacheImpl
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler, CompileResult


class _SubkernelLibrary(JITCodeLibrary):  # type: ignore[misc, unused-ignore]
    """The code of a function that only kernels call, for them to link.

    LLVM optimizes it and generates its machine code once for each kernel that Python calls, as part of that kernel.
    Numba would do both for each called function, and again for each of its callers.
    """

    def _optimize_final_module(self) -> None:
        pass

    def _finalize_final_module(self) -> None:
        numbas: Any = self
        numbas._finalize_dynamic_globals()
        numbas._verify_declare_only_symbols()
        # Numba stores a function's environment in a variable, which some module of machine code must define.
        codegen: Any = self._codegen
        variables = [str(each) for each in self._final_module.global_variables if each.name.startswith(_ENVIRONMENT)]
        module = llvmlite.binding.parse_assembly("\n".join([str(codegen._create_empty_module(self.name)), *variables]))
        codegen._add_module(module)
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        """0: there is no machine code that could be called."""
        numbas: Any = self
        numbas._ensure_finalized()
        return 0

    def serialize_using_object_code(self) -> Any:
        numbas: Any = super()
        return numbas.serialize_using_bitcode()


_ENVIRONMENT = "_ZN08NumbaEnv"


class SubkernelCompiler(Compiler):  # type: ignore[misc, unused-ignore]
    """Numba's compiler, for a function that only kernels call."""

    def define_pipelines(self) -> Any:
        state: Any = self.state
        library: Any = _SubkernelLibrary
        state.library = library(state.targetctx.codegen(), state.func_id.func_qualname)
        numbas: Any = super()
        return numbas.define_pipelines()


class SubkernelResults(CompileResultCacheImpl):  # type: ignore[misc, unused-ignore]
    """Reads results from files, so that the library of a subkernel is again a `_SubkernelLibrary`."""

    def rebuild(self, target_context: Any, payload: Any) -> Any:
        (_, kind, _), *_ = payload
        result: Any = CompileResult
        return result._rebuild(_SubkernelContext(target_context) if kind == "bitcode" else target_context, *payload)


class _SubkernelContext:
    """Numba's target context, for reading a subkernel."""

    def __init__(self, context: Any) -> None:
        self._context = context

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def codegen(self) -> Any:
        return self

    def unserialize_library(self, state: Any) -> Any:
        """As numba's code generator does, but for a subkernel."""
        library: Any = _SubkernelLibrary
        name, _, bitcode = state
        made: Any = library(self._context.codegen(), name)
        made._final_module = llvmlite.binding.parse_bitcode(bitcode)
        made._finalize_final_module()
        return made
