"""The finished plugin of docs/first-plugin.md: installed by pip into a fresh folder, tested there, searched by name."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT, blocks_of

SMALLER = ("--set", "trainer.epochs=1", "--set", "executor=inline")
SOURCE = ROOT / "docs" / "first_plugin"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the folder, its distribution installed beside it."""
    home = tmp_path_factory.mktemp("home") / "signum"
    shutil.copytree(SOURCE, home, ignore=shutil.ignore_patterns("__pycache__"))
    python(home, "pip", "install", "-q", "--no-index", "--no-build-isolation", "--no-deps", "--target", "../site", ".")
    shutil.rmtree(home / "signum")  # what is imported is what was installed
    return home


def python(home: Path, *words: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(home.parent / "site"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", *words]
    done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_passes_its_tests(home: Path) -> None:
    assert " passed" in python(home, "pytest", "-p", "no:cacheprovider")


def test_it_is_listed_with_its_owner(home: Path) -> None:
    listed = [line.split() for line in python(home, "caviar", "plugins").splitlines()]
    assert ["signum", "signum", "0.1.0"] in listed


def test_sixty_four_members_are_searched(home: Path) -> None:
    done = json.loads(python(home, "caviar", "run", "example.toml", "--json", *SMALLER))
    assert (done["finished"], done["failed"]) == (64, 0)
    assert set(done["best"]["values"]) == {"optimizer.learning_rate", "optimizer.momentum"}
    assert done["best"]["metrics"]["validation.accuracy"] > 0.9


@pytest.mark.parametrize("file", ["signum/__init__.py", "tests/test_signum.py"])
def test_the_page_shows_the_same_files(file: str) -> None:
    shown = [block.text for block in blocks_of(ROOT / "docs" / "first-plugin.md") if block.words == file]
    assert shown == [(SOURCE / file).read_text()]
