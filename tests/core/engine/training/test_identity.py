"""Numeric identity: what a backend and NumPy say that their bits depend on is part of it."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar.engine.training.identity import numeric_identity
from caviar_plugins import NumPy
from threadpoolctl import threadpool_info


class Card(NumPy):
    def identity(self) -> dict[str, str]:
        return {"devices": "one card", "cuda": "13000"}


def test_device_and_versions_of_a_backend_are_part_of_the_identity() -> None:
    here, there = numeric_identity("float32", NumPy()), numeric_identity("float32", Card())
    assert there == {**here, "backend": "card", "devices": "one card", "cuda": "13000"}


def test_compiled_kernels_for_another_processor_are_another_identity() -> None:
    pytest.importorskip("numba")
    code = (
        "from caviar.engine.training.identity import numeric_identity; from caviar_plugins import NumPy; "
        "print(numeric_identity('float32', NumPy())['kernels'])"
    )
    for changed in ({"NUMBA_CPU_NAME": "nehalem"}, {"NUMBA_CPU_FEATURES": "+sse4.2"}):
        done = subprocess.run(
            [sys.executable, "-c", code], env=os.environ | changed, capture_output=True, text=True, check=True
        )
        assert done.stdout.startswith("numba ")
        assert done.stdout.strip() != numeric_identity("float32", NumPy())["kernels"]


def test_numpy_with_fewer_instruction_sets_is_another_identity() -> None:
    here = numeric_identity("float32", NumPy())
    config: Any = numpy.show_config(mode="dicts")
    found = config["SIMD Extensions"].get("found")
    if not found:
        pytest.skip("NumPy uses no instruction set here that could be switched off")
    code = (
        "import json; from caviar.engine.training.identity import numeric_identity; from caviar_plugins import NumPy; "
        "print(json.dumps(numeric_identity('float32', NumPy())))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"NPY_DISABLE_CPU_FEATURES": " ".join(found)},
        capture_output=True,
        text=True,
        check=True,
    )
    there = json.loads(done.stdout)
    assert {name for name in here if here[name] != there[name]} == {"simd"}
    assert there["simd"] == " ".join(config["SIMD Extensions"]["baseline"])


OTHER_BLAS = """
import ctypes, json, os, shutil, sys
from pathlib import Path
import numpy
from threadpoolctl import threadpool_info
from caviar.engine.training.identity import numeric_identity
from caviar_plugins import NumPy
(file,) = (each["filepath"] for each in threadpool_info() if each["user_api"] == "blas")
place = Path(sys.argv[1], "libscipy_openblas_other.so")
place.parent.mkdir(parents=True)
shutil.copy(file, place)
before = os.environ.pop("OPENBLAS_CORETYPE", None)
os.environ["OPENBLAS_CORETYPE"] = "Nehalem"
ctypes.CDLL(place)
del os.environ["OPENBLAS_CORETYPE"]
os.environ |= {} if before is None else {"OPENBLAS_CORETYPE": before}
assert any(each.get("architecture") == "Nehalem" for each in threadpool_info())
print(json.dumps(numeric_identity("float32", NumPy())))
"""


@pytest.mark.parametrize("folder", ["lib/python3/site-packages/other.libs", "lib"], ids=["package", "environment"])
def test_a_blas_that_neither_numpy_nor_scipy_uses_is_no_part_of_the_identity(tmp_path: Path, folder: str) -> None:
    brought = [each for each in threadpool_info() if each["user_api"] == "blas" and "numpy.libs" in each["filepath"]]
    if platform.machine() != "x86_64" or not brought or brought[0]["internal_api"] != "openblas":
        pytest.skip("needs an OpenBLAS for x86 that NumPy brings, to be loaded once more for another processor")
    done = subprocess.run([sys.executable, "-c", OTHER_BLAS, tmp_path / folder], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == numeric_identity("float32", NumPy())
