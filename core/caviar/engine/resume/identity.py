"""Numeric identity: what the bits of a result depend on besides file, seed and data."""

from __future__ import annotations

import platform
from typing import Any

from caviar.interfaces.backend import Backend
from caviar.registry.load import name_of


def numeric_identity(dtype: str, backend: Backend) -> dict[str, str]:
    """Name -> version of everything that may change a bit: array library, its SIMD and BLAS kernels, dtype, device."""
    import numpy

    from caviar.engine.training.variants import kernels_in_use

    kernels = kernels_in_use(backend)  # before BLAS libraries are listed: loads one
    from threadpoolctl import threadpool_info

    identity = {
        "backend": name_of(type(backend)),
        "dtype": dtype,
        "kernels": kernels,
        "machine": platform.machine(),
        "numpy": numpy.__version__,
        "simd": _simd(),
        **backend.identity(),
    }
    blas = set()
    for library in threadpool_info():
        if library["user_api"] == "blas":
            found = f"{library['prefix']} {library['version']} {library.get('architecture', '')}".strip()
            blas.add(found)
    identity["blas"] = ", ".join(sorted(blas))  # NumPy and SciPy bring one each
    return identity


def _simd() -> str:
    """The instruction sets that NumPy's own loops use: those of this processor that NPY_…_CPU_FEATURES leaves on."""
    import numpy

    config: Any = numpy.show_config(mode="dicts")
    sets = config["SIMD Extensions"]
    return " ".join([*sets.get("baseline", ()), *sets.get("found", ())])
