"""`pipe doctor`: what is sound is called sound, what is not is named with what to do, and repaired without a loss."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from caviar_plugins import SQLite

from tests.commands import pipe

FILE = """
data = { path = "rows.csv", target = "y" }
reporter = []
executor = "inline"
model.units = { int = [2, 60] }
optimizer.learning_rate = { log = [1e-3, 1e-1] }
trainer = { epochs = 3, batch_size = 32 }
search = { baselines = false, trials = 12, round = 4, strategy = "coarse-to-fine", pruner = "successive-halving" }
store.keep = 4
"""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a file, its data and its run."""
    home = tmp_path_factory.mktemp("sound")
    rows = (f"{number % 7},{number * number % 11},{'ab'[number * 3 % 5 % 2]}" for number in range(90))
    (home / "rows.csv").write_text("\n".join(["u,v,y", *rows]))
    (home / "p.toml").write_text(FILE)
    assert pipe(home, "run", "p.toml", "--quiet").returncode == 0
    return home


@pytest.fixture
def home(sound: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(sound, tmp_path / "home")


def doctor(home: Path, *words: str) -> tuple[int, dict[str, str]]:
    """The exit code, and of each part what is told of it."""
    done = pipe(home, "doctor", "runs/p", *words)
    assert done.stderr == ""
    lines = [line for line in done.stdout.splitlines() if not line.startswith(("study: ", "set aside: ", "--repair "))]
    told = {name: line[len(name) :].strip() for line in lines for name in [line.partition("  ")[0].strip()]}
    return done.returncode, told


def results(home: Path) -> list[Any]:
    trials = json.loads(pipe(home, "results", "runs/p", "--json").stdout)["trials"]
    return [{name: value for name, value in trial.items() if name != "seconds"} for trial in trials]


def contents(home: Path) -> dict[str, bytes]:
    run = home / "runs" / "p"
    return {str(file.relative_to(run)): file.read_bytes() for file in run.rglob("*") if file.is_file()}


def change(home: Path, statement: str) -> None:
    with closing(sqlite3.connect(home / "runs/p/study.sqlite", isolation_level=None)) as connection:
        connection.execute(statement)


def test_of_a_sound_run_all_is_sound_and_nothing_is_written(home: Path) -> None:
    before = contents(home)
    code, told = doctor(home, "--repair")
    assert code == 0
    assert list(told) == ["pipeline.toml", "study", "weights", "best model", "retest files", "evaluation"]
    assert all(state.startswith("sound") for state in told.values())
    assert contents(home) == before


def lost_rows(home: Path) -> None:
    change(home, "UPDATE trial SET seconds = seconds + 1 WHERE number IN (1, 2, 6)")


def lost_curve(home: Path) -> None:
    change(home, "UPDATE curve SET \"values\" = replace(\"values\", '0', '1') WHERE trial = 5")


def lost_first_page(home: Path) -> None:
    with (home / "runs/p/study.sqlite").open("r+b") as file:
        file.write(bytes(4096))


@pytest.mark.parametrize(
    ("harm", "left"),
    [(lost_rows, 9), (lost_curve, 11), (lost_first_page, 12)],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_a_damaged_study_is_recovered_as_far_as_it_reads_and_the_rest_is_trained_again_to_the_same_bits(
    home: Path, harm: Callable[[Path], None], left: int
) -> None:
    whole, weights = results(home), {name: each for name, each in contents(home).items() if "trial-" in name}
    harm(home)
    damaged = contents(home)["study.sqlite"]
    code, told = doctor(home)
    assert (code, f"repair recovers {left} trials" in told["study"]) == (1, True)
    assert contents(home)["study.sqlite"] == damaged
    assert "`pipe doctor runs/p` says what is left" in pipe(home, "results", "runs/p").stderr
    code, told = doctor(home, "--repair")
    assert (code, told["study"].startswith(f"sound, {left} trials")) == (0, True)
    assert contents(home)["study.sqlite.damaged-1"] == damaged
    assert pipe(home, "run", "p.toml", "--quiet").returncode == 0
    assert results(home) == whole
    assert {name: each for name, each in contents(home).items() if "trial-" in name} == weights


def test_a_study_of_which_nothing_reads_is_set_aside_and_searched_again(home: Path) -> None:
    whole = results(home)
    change(home, "UPDATE study SET fingerprint = 'another'")
    code, told = doctor(home)
    assert (code, "nothing can be recovered" in told["study"]) == (1, True)
    doctor(home, "--repair")
    assert "study.sqlite.damaged-1" in contents(home)
    assert pipe(home, "run", "p.toml", "--quiet").returncode == 0
    assert results(home) == whole


def test_of_a_study_that_was_deleted_it_is_said_what_starts_one_and_that_the_model_is_sound(home: Path) -> None:
    for file in (home / "runs/p").glob("study.sqlite*"):
        file.unlink()
    code, told = doctor(home)
    assert code == 1
    assert told["study"].startswith("there is no study")
    assert "`pipe run` of its pipeline starts one" in told["study"]
    assert told["best model"].startswith("sound")


def test_a_study_whose_rows_are_all_damaged_is_not_said_to_be_recovered(home: Path) -> None:
    whole = results(home)
    change(home, "UPDATE trial SET seconds = seconds + 1")
    code, told = doctor(home)
    assert (code, "no trial can be recovered" in told["study"]) == (1, True)
    assert "study: no trials recovered" in pipe(home, "doctor", "runs/p", "--repair").stdout
    assert pipe(home, "run", "p.toml", "--quiet").returncode == 0
    assert results(home) == whole


def test_weights_and_models_that_are_damaged_or_missing_are_named_set_aside_and_made_again(home: Path) -> None:
    run = home / "runs/p"
    assert pipe(home, "run", "p.toml", "--quiet").returncode == 0  # the files name their folder
    before, (first, second, *_) = contents(home), sorted((run / "models").glob("trial-*"))
    first.write_bytes(first.read_bytes()[:-1])
    second.unlink()
    (run / "models" / "best.safetensors").write_bytes(b"x")
    (run / "pipeline.toml").unlink()
    code, told = doctor(home)
    assert code == 1
    assert told["weights"].startswith("1 not as it was written, 1 missing of 4 (trial ")
    assert told["best model"].startswith("damaged or not a model: ")
    assert told["pipeline.toml"].startswith("missing")
    code, told = doctor(home, "--repair")
    assert (code, told["weights"].startswith("2 missing of 4")) == (1, True)
    assert (run / f"models/{first.name}.damaged-1").exists()
    assert (run / "models/best.safetensors.damaged-1").read_bytes() == b"x"
    assert contents(home)["pipeline.toml"] == before["pipeline.toml"]
    assert pipe(home, "run", "p.toml", "--quiet").returncode == 0
    assert contents(home)["models/best.safetensors"] == before["models/best.safetensors"]


def test_leftovers_of_a_crash_are_told_and_are_no_damage(home: Path) -> None:
    (home / "runs/p/models/trial-3-0123456789abcdef.safetensors").write_bytes(b"")
    (home / "runs/p/models/best.safetensors.part").write_bytes(b"")
    code, told = doctor(home)
    assert code == 0
    assert told["leftovers"].startswith("2 of a process that was killed: models/best.safetensors.part, models/trial-3")


def test_a_run_that_goes_on_is_not_repaired(home: Path) -> None:
    next((home / "runs/p/models").glob("trial-*")).unlink()
    with SQLite().open(home / "runs/p"):
        code, told = doctor(home)
        assert (code, told["in use"].startswith("by process ")) == (0, True)
        assert "weights" not in told
        lost_rows(home)
        done = pipe(home, "doctor", "runs/p", "--repair")
    assert (done.returncode, "in use by process " in done.stderr) == (1, True)
    assert "study.sqlite.damaged-1" not in contents(home)


def test_a_folder_without_a_run_is_told_as_such(home: Path) -> None:
    for folder in ("runs", "nowhere"):
        done = pipe(home, "doctor", folder)
        assert (done.returncode, done.stderr.startswith(f"{folder}: no run here; ")) == (2, True)
