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

Microseconds of one member's step with AVX-512, kernel by kernel, numbers in cache, for the three networks:

| | 20-64-64-2 | 16-128-128-26 | 784-128-128-10 |
|---|---|---|---|
| products | 10.5 | 81 | 157 |
| normalize + ReLU forward, two layers | 1.3 | 3.3 | 1.8 |
| the same backward | 1.4 | 5.1 | 2.6 |
| Adam | 1.2 | 4.0 | 20, up to 46 where 16 members take turns |
| loss and its gradient | 0.3 | 3 | 1 |
| calls from Python (some 17 us a step, shared by the members trained side by side) | 1 | 2 | 8 |

Put together from small measurements under load. What made the difference to the first version (22.6, 150 and 314 us):

- Products in pieces. OpenBLAS works on small matrices as they lie and copies larger ones first; cut to the size of the
  small, 64x784 by 784x128 takes 55 instead of 77 us and 128x128 by 128x128 18 instead of 23. So a step can be quicker
  than the floor, whose products are whole. With AVX2 there are no such kernels and products stay whole.
- A product with the second factor turned is slow (3.6 instead of 2.3 us for 64x64): turning a copy first is quicker.
- Kernels that computed in float64 by accident: `float32 * 0` is float64 to numba. Backward takes half the time.
- Normalizing takes several rows at once, so that each sum is loaded and stored once for eight rows; mean and
  variance come from one pass around the mean of the first rows; backward computes again which units were above 0
  instead of reading it. A layer of 64 units, both ways: 2.8 us before, 1.3 now.
- Work arrays begin at a cache line: vectors that cross lines take 1.5 times as long.
- Forward, loss and backward of a member are one call, in arrays that stay in the second-level cache.
- Exponentials in vectors, in the loop; NumPy's needed a call of its own between two others.

Tried without gain: normalizing eight rows as one long row (1.7 times slower: the copies of scale and offset cost more
than they save), Adam on aligned arrays (3 %; it waits for memory), one gradient buffer for all members (10 % of Adam),
NumPy's newer BLAS (its functions are not public). With AVX2, 784-128-128-10 spends
nine tenths of a step in products.

The 64 trials on letter take 8.5 s of processor time in all. Before the first step lies 1.1 s, 0.7 of it the
coordinator's: the command, NumPy, numba and SciPy are imported and kernels read from disk, in three processes on two
cores. In a worker, training is 0.84 of what follows, AUC over 26 classes 0.04, the other evaluation 0.11; one of the
two waits 0.3 s at the end. Measured before as 9.2 s, 2.8 times as fast: that machine had preset OpenBLAS to AVX2, which
costs 5 s of processor time (what benchmarks start has no presets now), evaluation took 1.7 s more (one compiled pass,
one argmax for three metrics, one sort for all classes), and the last populations were as large as the first.
"""


def write(file: Path, sections: list[str]) -> None:
    head = [
        "# Speed of training",
        "",
        "Written by `python -m benchmarks.training`. Every contender is a process of its own, all pinned to one",
        "core and measured in turn; times are processor time, because the machine may be shared, and ratios are taken",
        "within a round. A step contains loss, shuffling and reading the batch. OpenBLAS uses its kernels for AVX-512,",
        "which it picks here; *AVX2*: it was set to use the older ones (`OPENBLAS_CORETYPE=Haswell`).",
        "",
        f"{date.today()}, {processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
        + f". Load when it ended: {os.getloadavg()[0]:.1f}.",
    ]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(head) + "\n\n" + "\n\n".join([*sections, WHERE]))


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()
