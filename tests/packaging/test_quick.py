"""`pytest -m quick`: a subset that starts nothing, and still has something of every kind of plugin."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from caviar.registry.load import KINDS

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def quick() -> list[str]:
    """The node ids of the subset."""
    command = [sys.executable, "-m", "pytest", "-m", "quick", "--collect-only", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return [line for line in done.stdout.splitlines() if "::" in line]


def test_it_is_large_and_has_no_test_of_a_thorough_folder(quick: list[str]) -> None:
    assert len(quick) > 1000
    assert [
        each for each in quick if each.startswith(("tests/faults", "tests/docs", "tests/packaging", "benchmarks"))
    ] == []


def test_every_kind_of_plugin_that_needs_no_process_is_tried(quick: list[str]) -> None:
    folders = {each.split("/")[2] for each in quick if each.startswith("tests/plugins/") and each.count("/") > 2}
    plural = {
        kind: {"data": "data", "strategy": "strategies", "loss": "losses"}.get(kind, f"{kind}s") for kind in KINDS
    }
    assert {kind for kind, folder in plural.items() if folder not in folders} == {
        "executor",
        "trainer",
    }


def test_no_quick_test_is_of_a_module_that_starts_commands(quick: list[str]) -> None:
    files = {ROOT / each.partition("::")[0] for each in quick}
    assert [file for file in files if "\nimport subprocess" in file.read_text(encoding="utf-8")] == []
