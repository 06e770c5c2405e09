"""SciPy's BLAS alone: the right routine, its package neither imported nor harmed."""

import subprocess
import sys

import pytest

pytest.importorskip("scipy")

ALONE = """
import ctypes, sys
import numpy
from caviar import blas_address

where = blas_address("dnrm2")
assert "scipy.linalg" not in sys.modules and "scipy.linalg.cython_blas" not in sys.modules
values = numpy.array([3.0, 4.0])
of = ctypes.CFUNCTYPE(ctypes.c_double, *[ctypes.c_void_p] * 3)(where)
count, stride = ctypes.c_int(2), ctypes.c_int(1)
assert of(ctypes.byref(count), values.ctypes.data, ctypes.byref(stride)) == 5.0
"""

WHOLE = """
import scipy.linalg.cython_blas
from numba.extending import get_cython_function_address
assert scipy.linalg.cython_blas.__name__ == "scipy.linalg.cython_blas"
assert get_cython_function_address("scipy.linalg.cython_blas", "dnrm2") == where
"""

USED = """
import sys
from caviar.engine.identity import numeric_identity
from caviar_plugins import NumPy

identity = numeric_identity("float32", NumPy())
assert identity["kernels"].startswith("numba ") and "scipy.linalg" not in sys.modules
import scipy.linalg.cython_blas
assert numeric_identity("float32", NumPy()) == identity
"""


@pytest.mark.parametrize(
    "code",
    [
        ALONE,
        ALONE + WHOLE,
        "import scipy.linalg.cython_blas\n"
        + WHOLE.replace("== where", "== __import__('caviar').blas_address('dnrm2')"),
        USED,
    ],
)
def test_it_is_the_routine_without_its_package_and_the_same_as_with_it(code: str) -> None:
    pytest.importorskip("numba")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
