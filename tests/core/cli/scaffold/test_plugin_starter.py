"""`pipe init --plugin NAME --kind KIND`: what it writes is typed, formatted, passes its own tests and runs by name."""

from __future__ import annotations

import json
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
    path = os.pathsep.join(map(str, (*homes.values(), ROOT)))
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


RUN_ALL = """
import json
from pathlib import Path
from tests.commands import pipe

for file in sorted(Path.cwd().glob("*/example.toml")):
    epochs = 4 if "pruner" in str(file.parent) else 1
    settings = ("executor=inline", "search.trials=4", "search.baselines=false", f"trainer.epochs={epochs}")
    words = (word for setting in settings for word in ("--set", setting))
    done = pipe(file.parent, "run", "example.toml", "--json", *words)
    print(json.dumps([file.parent.name, done.returncode, done.stderr]))
"""


@pytest.fixture(scope="module")
def ran(homes: dict[str, Path]) -> dict[str, tuple[int, str]]:
    """Each starter's exit code and what it printed for people, all of them run by one process."""
    script = next(iter(homes.values())).with_name("run_all.py")
    script.write_text(RUN_ALL)
    done = python(homes, script.stem)
    assert done.returncode == 0, done.stderr
    return {name: (code, told) for name, code, told in map(json.loads, done.stdout.splitlines())}


@pytest.mark.parametrize("kind", starter_kinds())
def test_every_starters_pipeline_runs_by_the_plugins_name(
    kind: str, homes: dict[str, Path], ran: dict[str, tuple[int, str]]
) -> None:
    code, told = ran[f"my-{kind}"]
    assert code == 0, told
    # The digits' test rows are of other writers, so that their values differ from those of the validation rows.
    assert all(line.endswith("(parts-differ)") for line in told.splitlines() if "advice:" in line), told
    if kind == "reporter":
        outcome = homes[kind] / "runs" / "example" / "outcome.txt"
        assert outcome.read_text().startswith("finished: 4\nbest: trial ")


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
