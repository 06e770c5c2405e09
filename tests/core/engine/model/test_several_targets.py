"""Several targets from one file: what is read, measured of each, told and predicted."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy
import pytest
from caviar import DataError, Mistakes, load, open_run
from caviar.cli.main import app
from caviar.cli.preview.preview import preview
from caviar.engine.data.resolve import resolve_run
from caviar.engine.model.on_disk import best_file, open_model
from caviar.engine.model.prediction import predict_file
from caviar.engine.study import Run, run
from sklearn.metrics import mean_absolute_error, r2_score
from typer.testing import CliRunner

FILE = """reporter = []
executor = "inline"
[data]
path = "t.csv"
target = ["price", "rooms"]
test = 0.3
[trainer]
epochs = 3
[optimizer]
learning_rate = 0.01
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    generator, folder = numpy.random.default_rng(2), tmp_path_factory.mktemp("two")
    a, b = generator.normal(size=(2, 400))
    price, rooms = numpy.exp(10 + a), numpy.clip(numpy.round(4 + b), 1, 9).astype(int)
    rows = [
        f"{a[n]:.4f},{'' if n == 7 else f'{price[n]:.2f}'},{b[n]:.4f},{'' if n in (7, 9) else rooms[n]}"
        for n in range(400)
    ]
    (folder / "t.csv").write_text("a,price,b,rooms\n" + "\n".join(rows) + "\n")
    (folder / "t.toml").write_text(FILE)
    return folder


@pytest.fixture(scope="module")
def done(folder: Path) -> Run:
    return run(load(folder / "t.toml"), folder)


def test_rows_without_one_of_them_are_left_out_and_counted(folder: Path, done: Run) -> None:
    assert any("2 rows are left out because one of the targets 'price', 'rooms'" in note for note in done.info.notes)
    seen = preview(load(folder / "t.toml"))
    assert seen is not None
    assert (seen.head.rows, seen.head.unlabelled, seen.outputs, seen.task) == (398, 2, 2, "regression")
    text = (folder / "t.csv").read_text().splitlines()
    text[8] = "1,2.5,3,4"
    (folder / "u.csv").write_text("\n".join(text) + "\n")
    refusing = load(folder / "t.toml", [f"data.path={folder / 'u.csv'}", "data.missing_target=refuse"])
    with pytest.raises(DataError, match=r"u\.csv:11: the target 'rooms' has no value"):
        preview(refusing)


def test_each_has_metrics_of_its_own_beside_their_mean(folder: Path, done: Run) -> None:
    assert done.model is not None
    found, data = done.model.metrics, resolve_run(load(folder / "t.toml"))[0].datasets[0]
    rows = data.split.test
    prediction = open_model(best_file(folder / "t")).first.predict_inputs(data.x[rows])
    for place, name in enumerate(("price", "rooms")):
        truth = data.truth[rows, place]
        assert found[f"test.r2:{name}"] == pytest.approx(r2_score(truth, prediction[:, place]))
        assert found[f"test.mae:{name}"] == pytest.approx(mean_absolute_error(truth, prediction[:, place]))
    for part in ("validation", "test"):
        both = (found[f"{part}.r2:price"], found[f"{part}.r2:rooms"])
        assert found[f"{part}.r2"] == pytest.approx(numpy.mean(both), rel=1e-5)


def test_each_is_kept_for_reports_in_the_units_of_its_column(folder: Path, done: Run) -> None:
    data = resolve_run(load(folder / "t.toml"))[0].datasets[0]
    evaluation = open_run(folder / "t").facts().evaluation
    assert evaluation is not None
    for part, rows in (("test", data.split.test), ("validation", data.split.validation)):
        prediction = open_model(best_file(folder / "t")).first.predict_inputs(data.x[rows])
        assert (*evaluation.errors[part],) == ("price", "rooms")
        for place, target in enumerate(("price", "rooms")):
            kept = numpy.asarray(evaluation.errors[part][target].points)
            expected = numpy.stack([data.truth[rows, place], prediction[:, place]], axis=1)
            numpy.testing.assert_allclose(kept, expected[numpy.lexsort(expected.T[::-1])], rtol=1e-6)


def test_each_is_transformed_by_itself_and_predicted_in_its_column(folder: Path, done: Run) -> None:
    assert 'target_transform = { price = "log", rooms = "none" }' in (folder / "t" / "pipeline.toml").read_text()
    out = folder / "out.csv"
    CliRunner().invoke(app, ["predict", str(folder / "t"), str(folder / "t.csv"), "--out", str(out)])
    with out.open() as file:
        header, *rows = csv.reader(file)
    assert header == ["price", "rooms"]
    assert len(rows) == 400
    (folder / "new.csv").write_text("b,a\n0.5,1.5\n")
    (found,) = predict_file(best_file(folder / "t"), folder / "new.csv")
    assert found.shape == (1, 2)


def test_classes_have_one_target(folder: Path) -> None:
    words = load(folder / "t.toml", ['data.columns.rooms="category"'])
    for foresee in (preview, resolve_run):
        with pytest.raises(DataError, match="classification needs one target column, not 2: 'price', 'rooms'"):
            foresee(words)


@pytest.mark.parametrize("target", ["[]", '["price", "price"]'])
def test_no_target_and_one_given_twice_are_mistakes(folder: Path, target: str) -> None:
    with pytest.raises(Mistakes, match=r"data\.target: must name at least one column, and none twice"):
        load(folder / "t.toml", [f"data.target={target}"])


def test_a_target_cannot_be_ignored(folder: Path) -> None:
    with pytest.raises(Mistakes, match="cannot ignore the target"):
        load(folder / "t.toml", ['data.columns.rooms="ignore"'])


def test_init_writes_several(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text((folder / "t.csv").read_text())
    given = ["init", str(tmp_path / "t.csv"), "--target", "price", "--target", "rooms"]
    told = CliRunner().invoke(app, given)
    assert "predicts 'price' and 'rooms'" in told.output
    assert load(tmp_path / "t.toml").data is not None
    assert 'target = ["price", "rooms"]' in (tmp_path / "t.toml").read_text()
    numpy.savez(tmp_path / "a.npz", X=numpy.zeros((9, 2)), y=numpy.arange(9.0))
    told = CliRunner().invoke(app, ["init", str(tmp_path / "a.npz"), "--target", "y", "--target", "z"])
    assert told.exit_code == 2
    assert "'npz' has one target; give --target once" in told.output
