"""`pipe init --plugin NAME --kind KIND`: what it writes is typed, formatted, passes its own tests and runs by name."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from caviar.cli.scaffold.plugin_starter import NoPlugin, begin, starter_kinds
from caviar.registry.load import KINDS

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A distribution of each kind, with what an installer would note of it beside its package."""
    folder = tmp_path_factory.mktemp("starters")
    homes = {}
    for kind in starter_kinds():
        name = f"my-{kind}"
        begin(name, folder, kind)
        homes[kind] = folder / name
        noted = homes[kind] / f"my_{kind}-0.1.0.dist-info"
        noted.mkdir()
        (noted / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1.0\n")
        cls = f"My{kind.capitalize()}"
        (noted / "entry_points.txt").write_text(f"[caviar.{kind}]\n{name} = my_{kind}:{cls}\n")
    return homes


def python(homes: dict[str, Path], *words: str) -> subprocess.CompletedProcess[str]:
    """A module in a process that finds all of them, in the folder above them."""
    path = os.pathsep.join(map(str, homes.values()))
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    folder = next(iter(homes.values())).parent
    command = [sys.executable, "-m", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)


def test_the_kinds_that_people_write_have_a_starter() -> None:
    assert set(KINDS) - set(starter_kinds()) == {"backend", "executor", "store", "trainer"}


def test_every_starter_passes_its_own_tests(homes: dict[str, Path]) -> None:
    files = sorted(str(file) for home in homes.values() for file in home.glob("tests/test_*.py"))
    assert len(files) == len(homes)
    done = python(
        homes, "pytest", "-q", "-rs", "-W", "error", "-p", "no:cacheprovider", "--import-mode=importlib", *files
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = done.stdout.splitlines()[-1]
    assert int(told.split(" passed")[0].split()[-1]) > 8 * len(homes), told


@pytest.mark.parametrize("kind", starter_kinds())
def test_every_starters_pipeline_runs_by_the_plugins_name(kind: str, homes: dict[str, Path], tmp_path: Path) -> None:
    only = {kind: homes[kind]}
    smaller = ("--set", "search.trials=4", "--set", "trainer.epochs=4" if kind == "pruner" else "trainer.epochs=1")
    words = ("--runs", str(tmp_path), "--set", "executor=inline", "--json")
    done = python(only, "caviar", "run", str(homes[kind] / "example.toml"), *words, *smaller)
    assert done.returncode == 0, done.stderr
    assert "advice:" not in done.stderr
    if kind == "reporter":
        assert (tmp_path / "example" / "outcome.txt").read_text().startswith("finished: 4\nbest: trial ")


def test_every_starter_is_formatted_and_typed(homes: dict[str, Path]) -> None:
    for home in homes.values():
        for words in (("check",), ("format", "--check")):
            command = [sys.executable, "-m", "ruff", *words, "--line-length", "120", "."]
            done = subprocess.run(command, cwd=home, capture_output=True, text=True, timeout=60)
            assert done.returncode == 0, done.stdout + done.stderr
    modules = [word for kind in homes for word in ("-p", f"my_{kind}")]
    path = os.pathsep.join(str(ROOT / each) for each in ("core", "plugins"))
    environment = {**os.environ, "MYPYPATH": os.pathsep.join([path, *map(str, homes.values())])}
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(ROOT / ".mypy_cache" / "typing"), *modules]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (
            "store",
            r"no starter for a plugin of kind 'store'; copy tests/seams/json_lines\.py of Caviar's repository, a store "
            r"in one file, and test yours with caviar\.testing\.StoreContract",
        ),
        (
            "trainer",
            r"no starter for a plugin of kind 'trainer'; copy .*\.py, and test yours with "
            r"caviar\.testing\.TrainerContract",
        ),
        ("optimiser", "there is no kind 'optimiser'; did you mean 'optimizer'"),
        ("zzz", r"there is no kind 'zzz'; available: activation, [a-z, -]*, transform$"),
    ],
)
def test_a_kind_without_a_starter_is_reported_with_what_to_copy(kind: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(NoPlugin, match=told):
        begin("mine", tmp_path, kind)
    assert list(tmp_path.iterdir()) == []
