"""A damaged, full or unusable kernel cache: kernels are compiled anew, one line says so, no trial notices."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("numba")

KERNELS = """
import logging

logging.basicConfig(format="%(message)s")

import numpy
from caviar_plugins.kernels import compiled, subkernel, summing

@subkernel
def scale(x, factor):
    for i in range(len(x)):
        x[i] *= factor

@summing
def total(x):
    return x.sum()

@compiled
def doubled(x):
    scale(x, 2.0)
    return total(x)

if __name__ == "__main__":
    print(doubled(numpy.arange(9.0)))
"""

Damage = Callable[[bytearray], bytes]


def bit(place: float, content: bytearray) -> bytes:
    """One bit flipped, so far into the file."""
    content[int(place * (len(content) - 1))] ^= 16
    return bytes(content)


DAMAGES: dict[str, Damage] = {
    "empty, as after a power loss": lambda content: b"",
    "cut in half": lambda content: bytes(content[: len(content) // 2]),
    "one byte short": lambda content: bytes(content[:-1]),
    "zeros": lambda content: bytes(len(content)),
    "garbage": lambda content: b"once upon a time, " * 100,
    "something appended": lambda content: bytes(content + b"more"),
    "a bit of the checksum": partial(bit, 0),
    "a bit of the code": partial(bit, 0.5),
    "a bit of its end": partial(bit, 1),
}
DAMAGED = "compiled kernels there are damaged or cannot be read; they are compiled anew and replaced"
FULL = "compiled kernels cannot be kept there (File too large); every process compiles its own"
NOWHERE = "compiled kernels cannot be kept: no folder can be written to; every process compiles its own"


def damage(folder: Path, how: Damage) -> int:
    """Damages all compiled kernels below a folder; how many there were."""
    files = list(folder.rglob("*.kernel"))
    for file in files:
        file.write_bytes(how(bytearray(file.read_bytes())))
    return len(files)


def are_sound(folder: Path) -> bool:
    """Whether all three kernels are kept, with the right checksums."""
    contents = [file.read_bytes() for file in folder.rglob("*.kernel")]
    return [sha256(each[32:]).digest() == each[:32] for each in contents] == [True] * 3


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a module whose kernels are compiled and kept beside it."""
    folder = tmp_path_factory.mktemp("compiled")
    (folder / "kernels.py").write_text(KERNELS)
    assert compute(folder / "kernels.py") == []
    return folder


@pytest.fixture
def kernels(compiled: Path, tmp_path: Path) -> Path:
    """A copy of that module."""
    return shutil.copytree(compiled, tmp_path / "copy") / "kernels.py"


RUN = "import runpy, sys\nfor file in sys.argv[1:]: runpy.run_path(file, run_name='__main__')"


def compute(*kernels: Path, limit: int | None = None, **environment: str) -> list[str]:
    """Runs the kernels in a process of their own, where no file may be larger than `limit`; what it said."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    size = limit or resource.RLIM_INFINITY
    done = subprocess.run(
        [sys.executable, "-c", RUN, *map(str, kernels)],
        env=inherited | environment,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY)),
    )
    assert (done.returncode, done.stdout) == (0, "72.0\n" * len(kernels)), done.stderr
    return done.stderr.splitlines()


@pytest.fixture(scope="module")
def damaged(compiled: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Path], list[str]]:
    """A copy of that module for each damage, and what was said as all ran in one process, which loads numba once."""
    home = tmp_path_factory.mktemp("damaged")
    folders = {how: shutil.copytree(compiled, home / f"copy{number}") for number, how in enumerate(DAMAGES)}
    for how, folder in folders.items():
        assert damage(folder, DAMAGES[how]) == 3
    return folders, compute(*(folder / "kernels.py" for folder in folders.values()))


@pytest.mark.parametrize("how", DAMAGES)
def test_damaged_kernels_are_compiled_anew_and_replaced_and_one_line_says_so(
    damaged: tuple[dict[str, Path], list[str]], how: str
) -> None:
    folders, said = damaged
    (line,) = (line for line in said if line.startswith(f"{folders[how]}: "))
    assert line.startswith(f"{folders[how]}: {DAMAGED}")
    assert len(said) == len(DAMAGES)
    assert are_sound(folders[how])


def test_a_kernel_compiled_from_other_source_is_replaced_without_a_word(kernels: Path) -> None:
    before = {file: file.read_bytes() for file in kernels.parent.rglob("*.kernel")}
    kernels.write_text(KERNELS.replace("x[i] *= factor", "x[i] = x[i] * factor"))
    assert compute(kernels) == []
    after = {file: file.read_bytes() for file in kernels.parent.rglob("*.kernel")}
    assert before.keys() == after.keys()
    assert not before.items() & after.items()


def test_where_kernels_do_not_fit_on_the_disk_they_are_used_all_the_same_and_one_line_says_so(kernels: Path) -> None:
    shutil.rmtree(kernels.parent / "__pycache__")
    (line,) = compute(kernels, limit=2000)
    assert line.startswith(f"{kernels.parent}: {FULL}")
    assert list(kernels.parent.rglob("*.kernel*")) == []


def test_where_no_folder_can_be_written_to_one_line_says_so(kernels: Path) -> None:
    (line,) = compute(kernels, NUMBA_CACHE_LOCATOR_CLASSES="UserProvidedCacheLocator", NUMBA_CACHE_DIR="/proc/none")
    assert line.startswith(NOWHERE)


def test_a_cache_can_be_emptied(kernels: Path) -> None:
    code = "import kernels; kernels.doubled(kernels.numpy.arange(3.0)); kernels.doubled.recompile()"
    damage(kernels.parent, DAMAGES["garbage"])
    subprocess.run([sys.executable, "-c", code], cwd=kernels.parent, check=True, capture_output=True)
    assert are_sound(kernels.parent)


PIPELINE = """
name = "p"
data = "digits"
executor = "inline"
[model]
units = { int = [4, 9] }
[trainer]
epochs = 1
batch_size = 512
[search]
baselines = false
trials = 3
"""


def run(folder: Path, into: str, **environment: str) -> tuple[list[str], list[Any]]:
    """Runs the pipeline anew; what its reporter said of kernels, and its results without times."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    caviar = [sys.executable, "-m", "caviar"]
    words = ["run", "p.toml", "--runs", into]
    done = subprocess.run(
        [*caviar, *words], cwd=folder, env=inherited | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told = subprocess.run(
        [*caviar, "results", f"{into}/p", "--json"], cwd=folder, capture_output=True, text=True, check=True
    )
    trials = json.loads(told.stdout)["trials"]
    lines = [line.removeprefix("p: ") for line in done.stderr.splitlines() if "kernels" in line]
    said = [line for line in lines if not line.startswith("compiling kernels for this machine")]
    return said, [{name: value for name, value in trial.items() if name != "seconds"} for trial in trials]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a pipeline, and its results in a run with a sound cache."""
    folder = tmp_path_factory.mktemp("cache")
    (folder / "p.toml").write_text(PIPELINE)
    (folder / "sound").mkdir()
    said, results = run(folder, "first", NUMBA_CACHE_DIR=str(folder / "sound"))
    assert said == []
    assert {trial["state"] for trial in results} == {"finished"}
    (folder / "results.json").write_text(json.dumps(results))
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("how", DAMAGES)
def test_a_run_with_a_damaged_cache_has_the_results_of_one_with_a_sound_one(folder: Path, how: str) -> None:
    assert damage(folder / "sound", DAMAGES[how]) > 5
    said, results = run(folder, "_".join(how.split()), NUMBA_CACHE_DIR=str(folder / "sound"))
    assert [DAMAGED in line and str(folder / "sound") in line for line in said] == [True]
    assert results == json.loads((folder / "results.json").read_text())


@pytest.mark.slow
@pytest.mark.parametrize("size", ["200k", "8m"])
def test_a_run_with_a_full_cache_has_the_results_of_one_with_a_sound_one(folder: Path, size: str) -> None:
    disk = folder / size
    disk.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", disk]).returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        (disk / "ballast").write_bytes(bytes(150_000))
        said, results = run(folder, f"full-{size}", NUMBA_CACHE_DIR=str(disk))
    finally:
        subprocess.run(["umount", disk], check=True)
    assert all("cannot be kept there (No space left on device)" in line for line in said)
    assert len(said) == (size == "200k")
    assert results == json.loads((folder / "results.json").read_text())


def test_a_run_without_compiling_says_so_and_no_trial_fails(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(PIPELINE)
    said, results = run(tmp_path, "plain", NUMBA_DISABLE_JIT="1")
    assert [line.split(":")[0] for line in said] == ["NUMBA_DISABLE_JIT is set"]
    assert {trial["state"] for trial in results} == {"finished"}
