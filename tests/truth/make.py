"""Writes PyTorch's results for the committed cases: `python -m tests.truth.make`, in an environment with torch 2.13."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy
import torch
from caviar.plugin import Array
from safetensors.numpy import save_file

from tests.truth import pytorchs
from tests.truth.cases import committed


def main() -> None:
    """One file per kind of case; tensors are named `case/in/…` and `case/out/…`."""
    files: dict[str, dict[str, Array]] = defaultdict(dict)
    for case in committed():
        results = getattr(pytorchs, case.what)(case.parts, case.arrays)
        for side, arrays in (("in", case.arrays), ("out", results)):
            for name, array in arrays.items():
                files[case.what][f"{case.name}/{side}/{name}"] = numpy.ascontiguousarray(array)
    for what, tensors in files.items():
        path = Path(__file__).parent / f"{what}.safetensors"
        save_file(tensors, path, metadata={"made by": f"PyTorch {torch.__version__}"})
        print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
