"""The newest numba that is installed here has been tried: its internals, which kernels use, change without notice."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import pytest
from caviar.support.numba_access import NEWEST_TRIED

TRY = (
    "tests/plugins/test_variants.py, test_variants_bits.py, test_blas.py, test_kernels.py, tests/faults/"
    "test_kernel_cache.py and the benchmarks of training; then raise NEWEST_TRIED in "
    "core/caviar/support/numba_access.py"
)


def test_the_installed_numba_is_not_newer_than_the_newest_tried() -> None:
    try:
        installed = version("numba")
    except PackageNotFoundError:
        pytest.skip("numba is not installed: there is no version to compare")
    minor = tuple(map(int, installed.split(".")[:2]))
    assert minor <= NEWEST_TRIED, f"numba {installed} is newer than {NEWEST_TRIED}, the newest tried: run {TRY}"
