"""The sources of CUDA kernels, without a GPU: NVIDIA's compilers take every one of them."""

from __future__ import annotations

import re
import subprocess
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from shutil import which

import caviar_plugins
import pytest
from caviar_plugins.cuda import Kernel

ARCHITECTURE = "75"  # the oldest that CUDA 13 knows


def kernels() -> dict[str, Kernel]:
    """Every kernel of the bundled plugins, by name."""
    names = [each.name for each in walk_packages(caviar_plugins.__path__, "caviar_plugins.")]
    modules = [import_module(name) for name in names if name.endswith("_gpu")]
    found = [each for module in modules for each in vars(module).values() if isinstance(each, Kernel)]
    return {kernel.name: kernel for kernel in found}


@pytest.mark.parametrize("real", ["float", "double"])
@pytest.mark.parametrize("name", kernels())
def test_nvidias_compiler_takes_the_source_and_finds_the_kernel(name: str, real: str, tmp_path: Path) -> None:
    source = kernels()[name].source
    compiled = by_nvrtc(source, real) or by_nvcc(source, real, tmp_path)
    if compiled is None:
        pytest.skip("neither NVRTC (pip install cupy-cuda12x nvidia-cuda-nvrtc-cu12) nor nvcc is here")
    assert f".entry {name}(" in compiled
    in_double = set(re.findall(r"\b(?:add|sub|mul|fma|div|sqrt)\.(?:\w+\.)*f64", compiled))
    assert bool(in_double) == (real == "double"), in_double


def test_kernels_have_names_of_their_own() -> None:
    assert len(kernels()) >= 8
    for name, kernel in kernels().items():
        assert f"__global__ void {name}(" in kernel.source


def by_nvrtc(source: str, real: str) -> str | None:
    """The assembly that CuPy's own compiler makes; None where it is not here."""
    try:
        from cupy.cuda import nvrtc

        program = nvrtc.createProgram(source, "kernel.cu", [], [])
    except (ImportError, RuntimeError):
        return None
    try:
        nvrtc.compileProgram(program, [f"-arch=compute_{ARCHITECTURE}", f"-DREAL={real}"])
    except nvrtc.NVRTCError:
        pytest.fail(nvrtc.getProgramLog(program))
    made: bytes = nvrtc.getPTX(program)
    return made.decode()


def by_nvcc(source: str, real: str, folder: Path) -> str | None:
    """The assembly that the CUDA toolkit makes; None where it is not here."""
    if which("nvcc") is None:
        return None
    (folder / "kernel.cu").write_text(source)
    command = ["nvcc", "--ptx", f"-arch=compute_{ARCHITECTURE}", f"-DREAL={real}", "kernel.cu"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return (folder / "kernel.ptx").read_text()
