"""Numeric identity: what a backend says that its bits depend on is part of it."""

import os
import subprocess
import sys

import pytest
from caviar.engine.identity import numeric_identity
from caviar_plugins import NumPy


class Card(NumPy):
    def identity(self) -> dict[str, str]:
        return {"devices": "one card", "cuda": "13000"}


def test_device_and_versions_of_a_backend_are_part_of_the_identity() -> None:
    here, there = numeric_identity("float32", NumPy()), numeric_identity("float32", Card())
    assert there == {**here, "backend": "card", "devices": "one card", "cuda": "13000"}


def test_compiled_kernels_for_another_processor_are_another_identity() -> None:
    pytest.importorskip("numba")
    code = (
        "from caviar.engine.identity import numeric_identity; from caviar_plugins import NumPy; "
        "print(numeric_identity('float32', NumPy())['kernels'])"
    )
    for changed in ({"NUMBA_CPU_NAME": "nehalem"}, {"NUMBA_CPU_FEATURES": "+sse4.2"}):
        done = subprocess.run(
            [sys.executable, "-c", code], env=os.environ | changed, capture_output=True, text=True, check=True
        )
        assert done.stdout.startswith("numba ")
        assert done.stdout.strip() != numeric_identity("float32", NumPy())["kernels"]
