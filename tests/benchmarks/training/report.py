"""The page with all tables, with versions and machine."""

from __future__ import annotations

import os
import platform
from datetime import date
from importlib.metadata import version
from pathlib import Path

_PACKAGES = ("numpy", "scipy", "numba", "torch", "jax", "scikit-learn", "optuna")

# Measured kernel by kernel on 2026-11-22; to be renewed with them.
WHERE = """## Where the rest goes

Microseconds per step of one member beyond the fastest products, for the three networks:

| | 20-64-64-2 | 16-128-128-26 | 784-128-128-10 |
|---|---|---|---|
| normalize + ReLU forward, two layers | 2.2 | 7 | 3 |
| the same backward | 3.4 | 12.6 | 6.4 |
| Adam | 1.3 | 4.4 | 24 in cache, up to 48 from memory |
| loss and its gradient | 0.6 | 3.8 | 1.4 |
| products by SciPy's BLAS instead of the fastest, AVX2 / AVX-512 | 5 / 0 | 18 / 5 | 40 / 20 |
| calls from Python (30 us a step, shared by the members trained side by side) | 2 | 3 | 8 |

The table was put together from separate small measurements under load. Tried: NumPy's BLAS, one call per layer for
all members (newer, and faster with AVX2, but 20 calls a step instead of 4: 73 instead of 52 us for the small
network alone with AVX-512, other changes included); blocks of 32 columns, to stay in the first-level cache (the
loop is no longer vectorized: 10 times slower); another order of the sums in backward (8 % faster; left out, because
it would lose small variances around large means). With AVX-512 the products halve and the rest stays, so the ratio
to the floor grows while every step gets faster.
"""


def write(file: Path, sections: list[str]) -> None:
    head = [
        "# Speed of training",
        "",
        "Written by `python -m tests.benchmarks.training`. Every contender is a process of its own, all pinned to one",
        "core and measured in turn; times are processor time, because the machine may be shared, and ratios are taken",
        "within a round. A step contains loss, shuffling and reading the batch. *wide*: OpenBLAS told to use AVX-512",
        "(`OPENBLAS_CORETYPE`), as `pipe` does where OpenBLAS does not know the processor.",
        "",
        f"{date.today()}, {_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
        + f". Load when it ended: {os.getloadavg()[0]:.1f}.",
    ]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(head) + "\n\n" + "\n\n".join([*sections, WHERE]))


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()
