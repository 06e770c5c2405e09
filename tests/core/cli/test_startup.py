"""What commands import: seconds are lost one import at a time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"numpy", "pydantic", "rich", "pluggy", "numba", "scipy", "cupy", "pandas", "pyarrow", "polars"}


def imported(*arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "caviar", *arguments], capture_output=True, text=True, check=True
    )
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_imports_nothing_heavy(argument: str) -> None:
    assert not imported(argument) & HEAVY


@pytest.mark.parametrize("command", ["run", "check", "fill", "init", "plugins", "results", "predict", "schema"])
def test_help_of_a_command_imports_no_more_than_typer_does(command: str) -> None:
    assert not imported(command, "--help") & (HEAVY - {"pydantic"})  # typer itself reads parameters with pydantic


def test_check_imports_no_numerical_library(tmp_path: Path) -> None:
    (tmp_path / "good.toml").write_text(
        'data = "digits"\nnormalizer = "batchnorm"\ntransform = ["standardize"]\n'
        "[model]\nunits = { log-int = [32, 256], step = 32 }\nlayers = { int = [1, 3] }\n"
        "dropout = { uniform = [0, 0.5] }\n"
        "[optimizer]\nlearning_rate = { log = [1e-4, 1.0] }\nbeta1 = { beta = [0.8, 0.99] }\n"
        "[trainer]\nbatch_size = { choice = [64, 128] }\n"
        "[[search.points]]\noptimizer.learning_rate = 0.01\n"
    )
    found = imported("check", str(tmp_path / "good.toml"))
    assert "pydantic" in found
    assert not found & (HEAVY - {"pydantic", "pluggy"})


def test_neither_does_looking_at_the_head_of_a_table(tmp_path: Path) -> None:
    (tmp_path / "my.csv").write_text("a,b,y\n" + "1,x,2.5\n,y,3\n" * 900)
    (tmp_path / "my.toml").write_text(
        'normalizer = "batchnorm"\n[data]\npath = "my.csv"\ntarget = "y"\n[model]\nunits = { log-int = [8, 64] }\n'
    )
    assert not imported("check", str(tmp_path / "my.toml")) & (HEAVY - {"pydantic", "pluggy"})
    assert not imported("fill", str(tmp_path / "my.toml")) & (HEAVY - {"pydantic", "pluggy"})
    (tmp_path / "my.toml").unlink()
    assert not imported("init", str(tmp_path / "my.csv")) & (HEAVY - {"pydantic", "pluggy"})
