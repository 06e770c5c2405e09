"""Numeric identity: what the bits of a result depend on besides file, seed and data."""

from __future__ import annotations

import platform


def numeric_identity(dtype: str, backend: str) -> dict[str, str]:
    """Name -> version of everything that may change a bit: array library, BLAS kernel, dtype, processor family."""
    import numpy
    from threadpoolctl import threadpool_info

    identity = {
        "backend": backend,
        "dtype": dtype,
        "machine": platform.machine(),
        "numpy": numpy.__version__,
    }
    for library in threadpool_info():
        if library["user_api"] == "blas":
            identity[f"blas.{library['prefix']}"] = f"{library['version']} {library.get('architecture', '')}".strip()
    return identity
