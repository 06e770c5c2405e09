"""SciPy's BLAS for compiled kernels, without the package around it."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from typing import Any

_NAME = "scipy.linalg.cython_blas"


def blas_address(name: str) -> int:
    """Where a BLAS routine such as "sgemm" begins in this process; arguments are Fortran's, by reference.

    Raises ImportError where SciPy cannot be used, KeyError where its BLAS has no such routine.
    """
    capsule = _functions()[name]
    name_of: Any = ctypes.PYFUNCTYPE(ctypes.c_char_p, ctypes.py_object)(("PyCapsule_GetName", ctypes.pythonapi))
    address_of: Any = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
        ("PyCapsule_GetPointer", ctypes.pythonapi)
    )
    return int(address_of(capsule, name_of(capsule)))


@cache
def _functions() -> dict[str, Any]:
    """The one extension module by itself: importing its package loads a hundred others, 0.1 s in every process."""
    import scipy

    spec = PathFinder.find_spec(_NAME, [f"{folder}/linalg" for folder in scipy.__path__])
    if _NAME in sys.modules or spec is None or spec.loader is None:  # an installation of another kind
        module = import_module(_NAME)
    else:
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        sys.modules.pop(_NAME, None)  # whoever imports SciPy's linalg gets it whole
    functions: dict[str, Any] = module.__pyx_capi__
    return functions
