"""Every example pipeline is checked, and run scaled down."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest
from caviar import load
from caviar.cli.scaffold.examples import examples
from caviar.engine.study import run

FOLDER = Path(__file__).parents[2] / "pipelines"
SMALLER = ["trainer.epochs=1", "search.trials=2", "search.baselines=false", "reporter=[]", "executor=inline"]
BEST = {"digits": 0.8, "letter": 0.3, "penguins": 0.3, "conditional": 0.2, "grid": 0.5, "minimal": 0.3, "function": 0.4}
WORST = {"command": 6.0}  # of a loss


def fashion(folder: Path) -> Path:
    """A few rows in the form of the file that users bring."""
    random = numpy.random.default_rng(0)
    x = random.integers(0, 256, (300, 28, 28)).astype(numpy.uint8)
    y = numpy.arange(300) % 10
    numpy.savez(folder / "fashion.npz", X_train=x[:250], y_train=y[:250], X_test=x[250:], y_test=y[250:])
    return folder / "fashion.npz"


def housing(folder: Path) -> Path:
    """The same for housing: its header, words and a missing cell."""
    header = "longitude,total_rooms,total_bedrooms,ocean_proximity,median_house_value\n"
    rows = [f"-122.{n},{n % 40}.0,{n % 7 or ''},{('INLAND', 'NEAR BAY')[n % 2]},{n * 100.0}\n" for n in range(300)]
    (folder / "housing.csv").write_text(header + "".join(rows))
    return folder / "housing.csv"


BROUGHT = {"fashion": fashion, "housing": housing}


@pytest.mark.parametrize("name", examples())
def test_an_example_runs(name: str, tmp_path: Path) -> None:
    path = [f"data.path={BROUGHT[name](tmp_path)}"] if name in BROUGHT else []
    (file,) = FOLDER.glob(f"{name}.*")
    done = run(load(file, [*SMALLER, *path], trust=True), tmp_path)
    assert done.summary.best is not None
    found = done.summary.best.metrics[done.info.metric]
    assert found < WORST[name] if name in WORST else found > BEST.get(name, -1)


def test_each_example_begins_with_what_it_shows() -> None:
    assert all(about.endswith(".") and len(about) < 110 for about in examples().values())
