"""cupy: what is told where it cannot be used, and that nobody loads it for nothing. tests/gpu has what needs a GPU."""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from caviar import Mistakes, Pipeline, load
from caviar.cli.main import app
from caviar.engine.data.resolve import backend_of
from caviar.registry.extras import install_line
from caviar.registry.index import own_distribution
from caviar.testing import BackendContract
from caviar_plugins import CuPy, NumPy
from typer.testing import CliRunner

FILE = 'data = "digits"\ntrainer.epochs = 1\n'


class TestCuPy(BackendContract):
    backend = CuPy()


@pytest.fixture
def without_driver() -> None:
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return
    pytest.skip("there is an NVIDIA driver here")


def pipe(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command where a CuPy is installed that nobody may import."""
    (folder / "cupy").mkdir()
    (folder / "cupy" / "__init__.py").write_text("raise SystemExit('imported')")
    found = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    command = [sys.executable, "-m", "caviar", *words]
    environment = os.environ | {"PYTHONPATH": found}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


def test_a_file_that_asks_for_it_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "p.toml").write_text(FILE + 'backend = "cupy"\n')
    monkeypatch.setattr("caviar.registry.load.find_spec", lambda name: None)
    with pytest.raises(Mistakes, match=r"p\.toml:3: backend: .* it needs 'cupy'; pip install 'caviar-ml\[cuda12\]'$"):
        load(tmp_path / "p.toml")


def test_the_list_of_plugins_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("caviar.registry.load.find_spec", lambda name: None)
    told = CliRunner().invoke(app, ["plugins"]).output
    assert re.search(r"\n  cupy +caviar-ml \S+  comes with pip install 'caviar-ml\[cuda12\]'\n", told)


def test_cupy_is_found_in_the_extra_of_its_cuda_version() -> None:
    assert install_line(own_distribution(), "cupy") == "pip install 'caviar-ml[cuda12]'"


def test_checking_a_file_that_asks_for_it_does_not_import_it(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(FILE + 'backend = "cupy"\n')
    done = pipe(tmp_path, "check", "p.toml", "--quiet")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.usefixtures("without_driver")
@pytest.mark.parametrize(
    ("words", "place"), [([], "p.toml:3"), (["--set", "backend=cupy"], "--set"), (["--set", "seed=2"], "p.toml:3")]
)
def test_where_there_is_no_gpu_the_line_that_wants_one_is_reported(
    words: list[str], place: str, tmp_path: Path
) -> None:
    (tmp_path / "p.toml").write_text(FILE + 'backend = "cupy"\n')
    done = pipe(tmp_path, "run", "p.toml", "--quiet", *words)
    told = 'there is no NVIDIA driver here; install one, or leave the backend to "auto", which then takes NumPy'
    assert (done.returncode, done.stderr) == (2, f"{place}: backend: {told}\n")


@pytest.mark.usefixtures("without_driver")
def test_auto_takes_numpy_there_and_does_not_import_cupy_to_know(tmp_path: Path) -> None:
    assert isinstance(backend_of(Pipeline()), NumPy)
    (tmp_path / "p.toml").write_text(FILE + "reporter = []\n")
    done = pipe(tmp_path, "run", "p.toml", "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
