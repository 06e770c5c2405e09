"""What a contender finds in its environment: one BLAS thread, none of a machine's presets that slow some of them."""

from __future__ import annotations

import os

ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}
# OpenBLAS told which kernels and cache sizes to use; Python told to compile every module anew in each process.
_PRESETS = ("OPENBLAS_", "PYTHONDONTWRITEBYTECODE")


def unbiased() -> dict[str, str]:
    """This process's environment as on a machine that presets nothing."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_PRESETS)} | ONE_THREAD
