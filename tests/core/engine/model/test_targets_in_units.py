"""Transformed targets: metrics, the saved model and its description give the units of the file."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest
from caviar import load
from caviar.cli.preview.preview import preview
from caviar.cli.preview.summary import summary
from caviar.engine.model.describe import describe
from caviar.engine.model.on_disk import best_file, open_model
from caviar.engine.model.prediction import predict_file
from caviar.engine.study import Run, run
from caviar.plugin import Array
from caviar.testing.described import prediction_of

FILE = """reporter = []
executor = "inline"
[data]
path = "p.csv"
target = "price"
test = 0.25
[trainer]
epochs = 4
[optimizer]
learning_rate = 0.02
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    generator, folder = numpy.random.default_rng(7), tmp_path_factory.mktemp("prices")
    area = generator.lognormal(4, 0.8, 600)
    price = 100 * area**1.8 * generator.lognormal(0, 0.4, 600)
    rows = [f"{a:.3f},{p:.2f}" for a, p in zip(area, price, strict=True)]
    (folder / "p.csv").write_text("area,price\n" + "\n".join(rows) + "\n")
    (folder / "p.toml").write_text(FILE)
    return folder


@pytest.fixture(scope="module")
def done(folder: Path) -> Run:
    return run(load(folder / "p.toml"), folder)


def test_check_foresees_the_logarithm_that_a_run_chooses_tells_and_records(folder: Path, done: Run) -> None:
    told = [line.strip() for line in summary(load(folder / "p.toml"))]
    assert any(line.startswith("models learn its logarithm (skewness") for line in told)
    assert any("the target 'price' is skewed (skewness" in note for note in done.info.notes)
    assert 'target_transform = "log"' in (folder / "p" / "pipeline.toml").read_text()


def test_a_head_foresees_the_mistakes_of_a_run(folder: Path) -> None:
    (folder / "n.csv").write_text((folder / "p.csv").read_text() + "3,-2.5\n")
    told = "data.target_transform: the target 'price' is as low as -2.5, and a logarithm needs numbers of 0 or more"
    pipeline = load(folder / "p.toml", ["data.path=" + str(folder / "n.csv"), "data.target_transform=log"])
    for foresee in (lambda: preview(pipeline), lambda: run(pipeline, folder / "n")):
        with pytest.raises(Exception, match=told):
            foresee()


def predicted(folder: Path, file: str) -> Array:
    """The predictions of all rows of a file."""
    return numpy.concatenate(list(predict_file(best_file(folder / "p"), folder / file)))


def test_metrics_and_predictions_are_prices(folder: Path, done: Run) -> None:
    assert done.model is not None
    found = predicted(folder, "p.csv")
    truth = numpy.loadtxt(folder / "p.csv", delimiter=",", skiprows=1)[:, 1]
    assert numpy.median(numpy.abs(found[:, 0] / truth - 1)) < 0.5
    mae = numpy.abs(found[:, 0] - truth).mean()
    assert done.model.metrics["test.mae"] == pytest.approx(mae, rel=0.5)


def test_the_saved_model_keeps_the_range_however_far_a_row_lies_outside(folder: Path, done: Run) -> None:
    (folder / "far.csv").write_text("area\n1e9\n0\n-1e9\n")
    model = open_model(best_file(folder / "p"))
    found = predicted(folder, "far.csv")
    (scale,) = model.first.preparation.task.scales
    assert scale.low is not None
    assert scale.high is not None
    assert 0 < scale.low <= found.min()
    assert found.max() == scale.high


def test_a_description_predicts_the_same(folder: Path, done: Run) -> None:
    model = open_model(best_file(folder / "p"))
    area = numpy.asarray([1.0, 50.0, 1e7])
    found = prediction_of(describe(model), {"area": area})
    (folder / "few.csv").write_text("area\n" + "\n".join(map(str, area.tolist())) + "\n")
    numpy.testing.assert_allclose(found, predicted(folder, "few.csv"), rtol=1e-4)


def test_the_resolved_file_resumes(folder: Path, done: Run) -> None:
    again = run(load(folder / "p" / "pipeline.toml"), folder)
    assert again.info.resumed == 1
