"""`pipe split`: the rows of each part, so that another library can be trained and tested on the same rows."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy
import pandas
import pytest
from caviar import Pipeline, load
from caviar.cli.main import app
from caviar.engine.data.resolve import resolve_run
from caviar_plugins import Memory
from sklearn.linear_model import LogisticRegression
from typer.testing import CliRunner

FILE = """
[data]
path = "t.csv"
target = "kind"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A table in which two rows have no target, and a cell of one row is two lines long."""
    random = numpy.random.default_rng(0)
    rows = []
    for row in range(120):
        color, kind = "rgb"[row % 3], "ab"[int(random.random() < 0.05 + 0.9 * (row % 2))]
        color = '"r\nr"' if row == 10 else color
        rows.append(f"{row % 2},{random.normal():.3f},{color},w{row // 4},{kind if row not in (3, 50) else ''}")
    (tmp_path / "t.csv").write_text("odd,size,color,who,kind\n" + "\n".join(rows) + "\n")
    (tmp_path / "p.toml").write_text(FILE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(*words: str) -> list[dict[str, str]]:
    done = CliRunner().invoke(app, ["split", "p.toml", *words])
    assert done.exit_code == 0, done.output
    return list(csv.DictReader(io.StringIO(done.stdout)))


@pytest.mark.parametrize("fields", [{"test": "0.2"}, {"group": "who", "test": "0.25"}, {"time": "size", "test": "0.2"}])
def test_another_library_sees_the_rows_and_the_truth_that_caviar_sees(folder: Path, fields: dict[str, str]) -> None:
    chosen = [f"data.{key}={value}" for key, value in fields.items()]
    rows = written(*(word for each in chosen for word in ("--set", each)))
    work, _, _ = resolve_run(load("p.toml", chosen))
    dataset, classes = work.datasets[0], work.task.classes
    frame = pandas.read_csv(folder / "t.csv")
    place = {part: [int(row["row"]) - 1 for row in rows if row["part"] == part] for part in ("train", "test")}
    for part, ours in (("train", dataset.split.train), ("test", dataset.split.test)):
        theirs = frame.iloc[place[part]]
        assert [classes[int(code)] for code in dataset.truth[ours, 0]] == theirs["kind"].tolist()
    theirs = LogisticRegression().fit(frame.iloc[place["train"]][["odd", "size"]], frame.iloc[place["train"]]["kind"])
    predicted = theirs.predict(frame.iloc[place["test"]][["odd", "size"]])
    assert len(predicted) == len(dataset.split.test)
    assert (predicted == frame.iloc[place["test"]]["kind"]).mean() > 0.8
    splits = load("p.toml", chosen).split()
    assert (splits[0].train.tolist(), splits[0].test.tolist()) == (place["train"], place["test"])


def test_rows_have_their_number_and_their_line_in_the_file(folder: Path) -> None:
    rows = {int(row["row"]): int(row["line"]) for row in written()}
    assert len(rows) == 118
    assert (rows[1], rows[3], rows[5], rows[11], rows[12], rows[120]) == (2, 4, 6, 12, 14, 122)
    assert not {4, 51} & rows.keys()


def test_each_fold_has_a_column_and_a_row_that_it_does_not_use_is_empty(folder: Path) -> None:
    rows = written("--set", "data.time=size", "--set", "data.folds=3", "--set", "data.test=0.2")
    assert list(rows[0]) == ["row", "line", "fold_1", "fold_2", "fold_3"]
    folds = [[row[f"fold_{fold}"] for row in rows] for fold in (1, 2, 3)]
    assert all(cells.count("test") == 24 for cells in folds)
    assert folds[0].count("") == 0
    assert folds[2].count("") > folds[1].count("") > 0


def test_rows_of_two_files_name_their_file(folder: Path) -> None:
    (folder / "new.csv").write_text("odd,size,color,who,kind\n1,2.5,r,z,\n0,1.5,g,z,a\n")
    rows = written("--set", "data.test_path=new.csv")
    assert rows[-1] == {"file": "new.csv", "row": "2", "line": "3", "part": "test"}
    assert {row["file"] for row in rows[:-1]} == {"t.csv"}
    (split,) = load("p.toml", ["data.test_path=new.csv"]).split()
    assert split.test.tolist() == [1]


def test_a_file_may_be_written_and_what_it_holds_is_told(folder: Path) -> None:
    done = CliRunner().invoke(app, ["split", "p.toml", "--out", "rows.csv", "--set", "data.test=0.1"])
    assert done.exit_code == 0
    assert done.stderr == "rows.csv: 118 rows, 82 train, 24 validation, 12 test\n"
    assert len((folder / "rows.csv").read_text().splitlines()) == 119


def test_the_resolved_file_of_a_run_gives_the_rows_of_the_run(folder: Path) -> None:
    settings = ["data.group=who", "search.trials=1", "trainer.epochs=1", "executor=inline", "reporter=[]"]
    pipeline = load("p.toml", settings)
    pipeline.run(runs="runs")
    resolved = load(Path("runs/p/pipeline.toml"))
    assert resolved.data is not None
    assert resolved.data.group == "who"
    assert [each.validation.tolist() for each in resolved.split()] == [
        each.validation.tolist() for each in pipeline.split()
    ]


def test_frames_are_split_by_their_columns(folder: Path) -> None:
    frame = pandas.read_csv(folder / "t.csv").dropna()
    (split,) = Pipeline(data=Memory(group="who", test=0.2)).split(frame.drop(columns="kind"), frame["kind"])
    held = [set(frame["who"].iloc[part]) for part in (split.train, split.validation, split.test)]
    assert all(held)
    assert sum(map(len, held)) == len(set.union(*held))


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (["data.group=wo"], "--set: data.group: there is no column 'wo'; did you mean 'who'?"),
        (["data.time=color"], "--set: data.time: column 'color' holds words, which have no order in time; "),
        (["data.part=color"], "--set: data.part: column 'color' holds 'b', 'g', 'r', 'r\\nr'; write train, "),
    ],
)
def test_what_cannot_split_rows_is_reported_with_its_place(folder: Path, settings: list[str], expected: str) -> None:
    told: Any = [word for each in settings for word in ("--set", each)]
    done = CliRunner().invoke(app, ["split", "p.toml", *told])
    assert done.exit_code == 2
    assert done.stderr.startswith(expected)
