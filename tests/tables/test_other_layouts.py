"""A model that was trained on one layout of a table predicts the same rows in another to the same bits, or refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from caviar import DataError, load
from caviar.cli.main import app
from caviar.engine.model.on_disk import best_file
from caviar.engine.model.prediction import predict_file
from caviar.engine.study import run
from typer.testing import CliRunner

FILES = Path(__file__).parent / "files"
COLUMNS = json.loads((FILES.parent / "truth" / "clean.csv.json").read_text())["columns"]
SAME = [
    file.name
    for file in sorted(FILES.iterdir())
    if json.loads((FILES.parent / "truth" / f"{file.name}.json").read_text())["columns"] == COLUMNS
]
SMALL = [
    "search.trials=1",
    "search.baselines=false",
    "trainer.epochs=1",
    "executor.use=inline",
    "model.units=4",
    "reporter=[]",
]


@pytest.mark.thorough
@pytest.mark.parametrize(
    "trained", ["clean.csv", "semicolon-comma.csv", pytest.param("sixteen-bits.csv", marks=pytest.mark.slow)]
)
def test_other_layouts_are_read_right(trained: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(SAME) > 12
    monkeypatch.chdir(tmp_path)
    (tmp_path / trained).write_bytes((FILES / trained).read_bytes())
    CliRunner().invoke(app, ["init", trained, "--target", "kind"])
    file = tmp_path / Path(trained).with_suffix(".toml")
    run(load(file, SMALL), tmp_path / "runs")
    model = best_file(tmp_path / "runs" / file.stem)
    (expected,) = predict_file(model, FILES / trained)
    for name in SAME:
        if (trained, name) == ("semicolon-comma.csv", "semicolon.csv"):  # between the same separators, another mark
            with pytest.raises(
                DataError, match=r"semicolon\.csv:2: column 'amount' holds '76717\.99'; .* decimal comma"
            ):
                list(predict_file(model, FILES / name))
            continue
        (found,) = predict_file(model, FILES / name)
        assert found.tobytes() == expected.tobytes(), name


def test_names_that_no_layout_shows_are_reported_with_those_that_are_there(tmp_path: Path) -> None:
    rows = "".join(f"{row},{row % 3},{'ab'[row % 2]}\n" for row in range(40))
    (tmp_path / "t.csv").write_text("u,v,y\n" + rows)
    (tmp_path / "p.toml").write_text('[data]\npath = "t.csv"\ntarget = "y"\n')
    run(load(tmp_path / "p.toml", SMALL), tmp_path)
    (tmp_path / "n.csv").write_text("weight;height\n1;2\n3;4\n")
    told = (
        r"n\.csv: the data lacks the columns 'u', 'v'; the model was trained on 'u', 'v', and the data has 'weight', "
    )
    with pytest.raises(DataError, match=told):
        list(predict_file(best_file(tmp_path / "p"), tmp_path / "n.csv"))
