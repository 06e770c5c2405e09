"""Predicting a file: new rows are prepared as the training rows were."""

from __future__ import annotations

from pathlib import Path

import pytest
from caviar import DataError, load
from caviar.engine.prediction import predict_file
from caviar.engine.study import run

TRAIN = "size,kind,zip,new,price\n" + "".join(
    f"{n},{('flat', 'house', '')[n % 3]},{n % 7:05},{('true', 'false')[n % 2]},{n * 10.5}\n" for n in range(60)
)
FILE = 'reporter = []\n[data]\npath = "t.csv"\ntarget = "price"\nwords = ["zip"]\n[trainer]\nepochs = 1\n'


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prices")
    (folder / "t.csv").write_text(TRAIN)
    (folder / "p.toml").write_text(FILE)
    run(load(folder / "p.toml"), folder)
    return folder / "p" / "models" / "best.safetensors"


def predicted(model: Path, folder: Path, rows: str) -> list[list[float]]:
    (folder / "new.csv").write_text("size,kind,zip,new\n" + rows)
    found: list[list[float]] = predict_file(model, folder / "new.csv")[1].tolist()
    return found


def test_unseen_words_and_missing_cells_are_predicted(model: Path, tmp_path: Path) -> None:
    assert len(predicted(model, tmp_path, "5,castle,00099,false\n,,,\nNA,flat,00001,true\n")) == 3


def test_a_rows_prediction_does_not_depend_on_what_the_others_look_like(model: Path, tmp_path: Path) -> None:
    rows = ["5,flat,00001,true\n", "7,,00003,\n", ",house,castle,false\n"]
    together = predicted(model, tmp_path, "".join(rows))
    assert together == [predicted(model, tmp_path, row)[0] for row in rows]


def test_words_where_numbers_were_are_told(model: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="column 'size' holds 'big'; the model was trained on numbers there"):
        predicted(model, tmp_path, "big,flat,00001,true\n")
