"""What a contender finds in its environment: none of a machine's presets that slow some of them."""

from __future__ import annotations

import os
import shutil

_THREADS = tuple(f"{library}_NUM_THREADS" for library in ("OMP", "OPENBLAS", "MKL"))
ONE_THREAD = dict.fromkeys(_THREADS, "1")
# OpenBLAS told which kernels and cache sizes to use; Python told to compile every module anew in each process.
_PRESETS = ("OPENBLAS_", "PYTHONDONTWRITEBYTECODE")


def unbiased() -> dict[str, str]:
    """This process's environment as on a machine that presets nothing, with one BLAS thread."""
    return unset() | ONE_THREAD


def unset() -> dict[str, str]:
    """This process's environment as on a machine that presets nothing: each library chooses its threads."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_PRESETS) and name not in _THREADS}


def pin(cores: int) -> None:
    """Keeps this process, and all that it starts, on so many cores."""
    mine = sorted(os.sched_getaffinity(0))
    if len(mine) < cores:
        raise SystemExit(f"{cores} cores are asked for; this process may use {len(mine)}")
    os.sched_setaffinity(0, mine[:cores])


def program(name: str) -> str:
    """The path of a Python or another program; a link stays one, because an environment is found by it."""
    found = shutil.which(name)
    if found is None:
        raise SystemExit(f"there is no program {name}")
    return os.path.abspath(found)
