"""What a contender finds in its environment: one BLAS thread, and nothing that picks a BLAS's kernels for it."""

from __future__ import annotations

import os

ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}
# A machine may preset kernels and cache sizes, to get equal bits everywhere at the price of speed.
_BLAS = "OPENBLAS_"


def unbiased() -> dict[str, str]:
    """This process's environment as on a machine that presets nothing."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_BLAS)} | ONE_THREAD
