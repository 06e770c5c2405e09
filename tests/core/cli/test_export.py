"""`pipe export`: what it writes, what it prints, and what it refuses."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import open_run

from tests.commands import pipe

FILE = """
name = "my-run"
reporter = []
executor = "inline"
model.units = { int = [4, 8] }
trainer.epochs = 2
search = { trials = 3, baselines = false }
data = { path = "rows.csv", target = "y", columns = { day = "date" } }
"""
ESTIMATOR = """
name = "tree"
reporter = []
executor = "inline"
trainer = { use = "sklearn", estimator = "DecisionTreeClassifier" }
search = { trials = 1, baselines = false }
data = { path = "rows.csv", target = "y" }
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the run "my-run"."""
    folder = tmp_path_factory.mktemp("home")
    rows = [f"{n % 7},{('rome', 'bern', '')[n % 3]},2021-03-{1 + n % 28:02},{'ab'[n % 2]}" for n in range(90)]
    (folder / "rows.csv").write_text("\n".join(["size,town,day,y", *rows]))
    (folder / "p.toml").write_text(FILE)
    assert pipe(folder, "run", "p.toml").returncode == 0
    return folder


def test_the_file_has_the_runs_name_and_what_is_printed_predicts_with_it(home: Path, tmp_path: Path) -> None:
    done = pipe(tmp_path, "export", str(home / "runs/my-run"), "--to", "numpy")
    best = open_run(home / "runs/my-run").model()
    assert (done.returncode, done.stderr) == (0, "")
    first, *others = done.stdout.splitlines()
    assert first.startswith(f"my_run_numpy.py: the model of trial {best.trial}, ")
    assert others == [
        "  reads words: town",
        "  reads dates: day",
        "  reads numbers: size",
        "  predicts y: a, b",
        "",
        "    from my_run_numpy import predict",
        "    predict(rows)  # columns by name: a dict of lists, or a data frame",
    ]
    rows: dict[str, Any] = {"size": [3, None], "town": ["rome", "oslo"], "day": ["2021-03-04", None]}
    predict = runpy.run_path(str(tmp_path / "my_run_numpy.py"))["predict"]
    given = {name: numpy.array(cells, dtype=object) for name, cells in rows.items()}
    given["day"] = given["day"].astype("datetime64[s]")
    assert predict(rows).tolist() == best.predict(Frame(given)).tolist()


class Frame:
    """As little of a data frame as Caviar asks for."""

    def __init__(self, columns: dict[str, Any]) -> None:
        self.columns = columns

    def __getitem__(self, name: str) -> Any:
        return self.columns[name]


@pytest.mark.parametrize("name", ["numpy", "torch", "safetensors"])
def test_what_is_printed_fits_any_path(name: str, home: Path, tmp_path: Path) -> None:
    out = tmp_path / "a model.2"
    done = pipe(tmp_path, "export", str(home / "runs/my-run"), "--to", name, "--out", str(out))
    assert done.stdout.startswith(f"{out}: the model of trial ")
    used = done.stdout.partition("\n\n")[2]
    assert str(out) in used
    compile("\n".join(line.strip() for line in used.splitlines()), "usage", "exec")
    if name == "numpy":
        names: dict[str, Any] = {"rows": {"size": [1], "town": ["bern"], "day": ["2021-03-02"]}}
        exec("\n".join(line.strip() for line in used.splitlines()), names)


def test_another_trial_is_exported_by_its_number(home: Path, tmp_path: Path) -> None:
    best = open_run(home / "runs/my-run").model().trial
    for trial in range(3):
        done = pipe(tmp_path, "export", str(home / "runs/my-run"), "--to", "numpy", "--model", str(trial))
        assert f"the model of trial {trial}, " in done.stdout
        assert f"the network of trial {trial}." in (tmp_path / "my_run_numpy.py").read_text()
    pipe(tmp_path, "export", str(home / "runs/my-run"), "--to", "numpy", "--model", "best")
    assert f"the network of trial {best}." in (tmp_path / "my_run_numpy.py").read_text()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--to", "nump"], "unknown exporter 'nump'; did you mean 'numpy'?"),
        (["--to", "numpy", "--model", "first"], "'first' is no model; give best, ensemble, or a trial's number"),
        (["--to", "numpy", "--model", "7"], "there is no trial 7; "),
        (["--to", "numpy", "--model", "ensemble"], "ensemble.safetensors: missing; `pipe run` writes it at its end"),
        (["--to", "numpy", "--out", "no/m.py"], "no: there is no such folder; make it, or give another path"),
        (["--to", "numpy", "--out", "/dev/null"], "/dev/null: not a regular file"),
        ([], "Missing option '--to'"),
    ],
)
def test_a_mistake_is_told(words: list[str], told: str, home: Path, tmp_path: Path) -> None:
    done = pipe(tmp_path, "export", str(home / "runs/my-run"), *words)
    assert done.returncode == 2
    assert told in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_estimator_of_scikit_learn_says_who_can_export_it(home: Path, tmp_path: Path) -> None:
    for package in ("sklearn", "skops"):
        pytest.importorskip(package, reason="it is about scikit-learn: install '.[sklearn,skops]'")
    (home / "tree.toml").write_text(ESTIMATOR)
    assert pipe(home, "run", "tree.toml").returncode == 0
    done = pipe(tmp_path, "export", str(home / "runs/tree"), "--to", "numpy")
    assert done.returncode == 2
    assert done.stderr.startswith("trainer 'sklearn' cannot be exported: its model is scikit-learn's DecisionTree")
    assert "skl2onnx" in done.stderr
    assert list(tmp_path.iterdir()) == []
