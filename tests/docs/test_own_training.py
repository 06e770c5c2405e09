"""docs/own-training: each file is searched where its library is installed, and its changed lines are counted."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from difflib import SequenceMatcher
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT

FOLDER = ROOT / "docs" / "own-training"
SEARCHED = {
    "mnist_searched": "torch",
    "mnist_resumed": "torch",
    "keras_digits": "keras",
    "jax_digits": "optax",
    "xgboost_digits": "xgboost",
    "transformers_digits": "transformers",
}
PEERS = {"mnist_optuna": "optuna", "mnist_optuna_resumed": "optuna", "mnist_ray": "ray", "mnist_neps": "neps"}


def changed(file: str, plain: str = "mnist.py") -> int:
    """The lines by which a file differs: those added, and of those replaced the longer side; not the first, a title."""
    one, other = ((FOLDER / name).read_text(encoding="utf-8").splitlines()[1:] for name in (plain, file))
    codes = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    return sum(max(b - a, d - c) for kind, a, b, c, d in codes if kind != "equal")


def test_the_loop_that_everyone_copies_is_searched_with_at_most_ten_changed_lines() -> None:
    assert changed("mnist_searched.py") <= 10
    new = set((FOLDER / "mnist_searched.py").read_text().splitlines()) - set(
        (FOLDER / "mnist.py").read_text().splitlines()
    )
    assert [line for line in new if re.search(r"state|checkpoint|report|should_prune|load|save", line)] == []


@pytest.mark.parametrize("page", ["own-training/index.md", "coming-from.md"])
def test_the_pages_give_the_lines_that_are_changed(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| .*\[`(mnist_\w+\.py)`\].*?\| (\d+) ", text, re.M))
    assert {"mnist_searched.py", "mnist_resumed.py", "mnist_optuna.py", "mnist_optuna_resumed.py"} <= {*told}
    assert told == {file: str(changed(file)) for file in told}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for file in FOLDER.glob("*.py"):
        shutil.copy(file, tmp_path)
    return tmp_path


def run(folder: Path, *words: str) -> str:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "KERAS_BACKEND": "torch"}
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, stdout=-1, stderr=-2, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.mark.peers
@pytest.mark.slow  # minutes
@pytest.mark.parametrize("name", SEARCHED)
def test_a_loop_is_searched_and_goes_on_from_its_state_as_if_it_had_not_paused(name: str, folder: Path) -> None:
    if find_spec(SEARCHED[name]) is None:
        pytest.skip(f"{SEARCHED[name]} is not installed")
    told = run(folder, "-m", "caviar", "check", f"{name}.py")
    assert ("yields no state" in told) == (name == "mnist_searched"), told
    assert "differ" not in told
    few = (
        "--set",
        "search.trials=3",
        "--set",
        "trainer.epochs=3",
        "--set",
        "search.pruner=hyperband",
        "--workers",
        "1",
    )
    told = run(folder, "-m", "caviar", "run", f"{name}.py", *few, "--json")
    found = json.loads(told[told.index('{"') :].splitlines()[0])
    assert found["failed"] == 0, told
    assert found["finished"] > 0


@pytest.mark.peers
@pytest.mark.slow
@pytest.mark.parametrize("name", PEERS)
def test_a_peers_loop_runs(name: str, folder: Path) -> None:
    if find_spec(PEERS[name]) is None:
        pytest.skip(f"{PEERS[name]} is not installed")
    run(folder, f"{name}.py")
