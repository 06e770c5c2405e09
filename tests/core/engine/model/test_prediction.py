"""Predicting a file: new rows are prepared as the training rows were."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import DataError, Pipeline, Search, load
from caviar.engine.model import prediction
from caviar.engine.model.prediction import Prediction, predict_file
from caviar.engine.study import run
from caviar.engine.training.job import Work
from caviar.plugin import Segment, Table
from caviar_plugins import MLP, NPZ, BatchNorm, Inline, LayerNorm, NoNormalizer, NumPy, PopulationTrainer

TRAIN = "size,kind,zip,new,price\n" + "".join(
    f"{n},{('flat', 'house', '')[n % 3]},{n % 7:05},{('true', 'false')[n % 2]},{n * 10.5}\n" for n in range(60)
)
FILE = """
reporter = []
executor = "inline"
search = { baselines = false, trials = 2 }
[data]
path = "t.csv"
target = "price"
columns.zip = "category"
[trainer]
epochs = 1
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prices")
    (folder / "t.csv").write_text(TRAIN)
    (folder / "p.toml").write_text(FILE)
    run(load(folder / "p.toml"), folder)
    return folder / "p" / "models" / "best.safetensors"


def predicted(model: Path, folder: Path, rows: str) -> list[list[float]]:
    (folder / "new.csv").write_text("size,kind,zip,new\n" + rows)
    found: list[list[float]] = numpy.concatenate(list(predict_file(model, folder / "new.csv"))).tolist()
    return found


def test_unseen_words_and_missing_cells_are_predicted(model: Path, tmp_path: Path) -> None:
    assert len(predicted(model, tmp_path, "5,castle,00099,false\n,,,\nNA,flat,00001,true\n")) == 3


def test_a_column_that_only_split_the_training_rows_may_be_there_or_not(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(TRAIN)
    (tmp_path / "p.toml").write_text(FILE.replace("[data]", '[data]\ngroup = "zip"'))
    run(load(tmp_path / "p.toml"), tmp_path)
    model = tmp_path / "p" / "models" / "best.safetensors"
    (tmp_path / "fewer.csv").write_text("size,kind,new\n5,flat,true\n")
    (tmp_path / "all.csv").write_text("size,kind,zip,new\n5,flat,00001,true\n")
    few, whole = (predict_file(model, tmp_path / name) for name in ("fewer.csv", "all.csv"))
    assert next(iter(few)).tolist() == next(iter(whole)).tolist()
    assert few.differences == whole.differences == ()


def test_a_rows_prediction_does_not_depend_on_what_the_others_look_like(model: Path, tmp_path: Path) -> None:
    rows = ["5,flat,00001,true\n", "7,,00003,\n", ",house,castle,false\n"]
    together = predicted(model, tmp_path, "".join(rows))
    assert together == [predicted(model, tmp_path, row)[0] for row in rows]


def test_words_where_numbers_were_are_reported(model: Path, tmp_path: Path) -> None:
    told = r"new\.csv:2: column 'size' holds 'big'; the model was trained on numbers such as 1234.5 there; correct it"
    with pytest.raises(DataError, match=told):
        predicted(model, tmp_path, "big,flat,00001,true\n")


def test_the_cell_that_is_no_number_is_named_not_the_first(model: Path, tmp_path: Path) -> None:
    told = r"new\.csv:4: column 'size' holds 'big'; the model was trained on numbers such as 1234.5 there; correct it"
    with pytest.raises(DataError, match=told):
        predicted(model, tmp_path, "3,flat,00001,true\n,flat,00001,true\nbig,flat,00001,true\nhuge,flat,00001,true\n")


def test_a_table_where_an_array_was_learned_is_reported_with_the_file(tmp_path: Path) -> None:
    small = "search = { baselines = false, trials = 1 }\nmodel.units = 4\ntrainer.epochs = 1\n"
    (tmp_path / "p.toml").write_text(f'reporter = []\ndata = "digits"\n{small}')
    run(load(tmp_path / "p.toml"), tmp_path)
    (tmp_path / "new.csv").write_text("a,b\n1,2\n")
    numpy.savez(tmp_path / "narrow.npz", X=numpy.zeros((3, 5)))
    model = tmp_path / "p" / "models" / "best.safetensors"
    with pytest.raises(DataError, match=r"new\.csv: the data lacks the array 'x'; .* one with 64 numbers a row"):
        list(predict_file(model, tmp_path / "new.csv"))
    with pytest.raises(DataError, match=r"narrow\.npz: rows of 'x' hold 5 numbers; the model was trained on 64"):
        list(predict_file(model, tmp_path / "narrow.npz"))


@pytest.mark.parametrize(
    ("normalizer", "inputs", "units", "classes"),
    [
        *((BatchNorm(), *sizes) for sizes in ((20, 64, 2), (7, 33, 3), (784, 128, 10))),
        *((each, 7, 33, 3) for each in (BatchNorm(place="after-activation"), LayerNorm(), NoNormalizer())),
    ],
)
def test_a_row_has_the_same_bits_in_any_cut_and_nearly_those_alone(
    normalizer: Any, inputs: int, units: int, classes: int
) -> None:
    random = numpy.random.default_rng(0)
    x, y = random.normal(size=(150, inputs)), random.integers(0, classes, 150)
    trainer, model = PopulationTrainer(epochs=2), MLP(units=(units, units))
    best = (
        Pipeline(
            model=model,
            normalizer=normalizer,
            trainer=trainer,
            executor=Inline(),
            reporter=(),
            search=Search(baselines=False),
        )
        .run(x, y)
        .best
    )
    assert best is not None
    together = best.probabilities(x)
    cut = numpy.concatenate([best.probabilities(part) for part in numpy.split(x, [2, 38, 101])])
    numpy.testing.assert_array_equal(cut, together)
    for row in (0, 63, 64, 149):
        numpy.testing.assert_allclose(best.probabilities(x[[row]])[0], together[row], rtol=0, atol=1e-6)
        assert best.predict(x[[row]])[0] == best.predict(x)[row]


def test_a_cell_without_a_value_that_nothing_fills_is_named(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(TRAIN)
    (tmp_path / "p.toml").write_text(FILE.replace("[data]", "transform = ['dates', 'one-hot', 'standardize']\n[data]"))
    run(load(tmp_path / "p.toml"), tmp_path)
    told = r"new\.csv:3: column 'size' has no value; give it one, or add the transform 'impute'"
    with pytest.raises(DataError, match=told):
        predicted(tmp_path / "p" / "models" / "best.safetensors", tmp_path, "5,flat,00001,true\n,flat,00001,true\n")


def test_a_mistake_leaves_no_scratch_files(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    (tmp_path / "new.csv").write_text("size,kind\n1,flat\n2,flat\n")
    with pytest.raises(DataError, match="lacks the columns 'zip', 'new'") as raised:
        list(predict_file(model, tmp_path / "new.csv"))
    assert (raised.tb is not None, list(scratch.iterdir())) == (True, []), "the traceback holds what was open"


def test_a_last_row_that_is_alone_in_its_part_keeps_its_bits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    random = numpy.random.default_rng(0)
    x, y = random.normal(size=(150, 784)), random.integers(0, 10, 150)
    trainer, net = PopulationTrainer(epochs=2), MLP(units=(128, 128))
    search, inline = Search(baselines=False), Inline()
    given = Pipeline(model=net, normalizer=LayerNorm(), trainer=trainer, executor=inline, reporter=(), search=search)
    best = given.run(x, y).best
    assert best is not None
    assert best._model is not None
    numpy.savez(tmp_path / "n.npz", X=x)
    for rows in (149, 1):
        monkeypatch.setattr(prediction, "_ROWS", rows)
        parts = list(Prediction(best._model, NPZ(path=tmp_path / "n.npz"), tmp_path / "n.npz"))
        assert len(parts[-1]) == 1
        assert numpy.concatenate(parts).tobytes() == best.probabilities(x).tobytes()


def test_that_there_are_no_rows_is_reported() -> None:
    x, y = numpy.random.default_rng(0).normal(size=(60, 4)), numpy.arange(60) % 3
    best = (
        Pipeline(trainer=PopulationTrainer(epochs=1), executor=Inline(), reporter=(), search=Search(baselines=False))
        .run(x, y)
        .best
    )
    assert best is not None
    with pytest.raises(DataError, match=r"^there are no rows to predict$"):
        best.predict(x[:0])


def test_programs_are_told_what_differs_once_unless_they_give_few_rows(caplog: pytest.LogCaptureFixture) -> None:
    x, y = numpy.random.default_rng(0).normal(size=(90, 4)), numpy.arange(90) % 3
    trainer, search = PopulationTrainer(epochs=1), Search(baselines=False)
    best = Pipeline(model=MLP(units=4), trainer=trainer, executor=Inline(), reporter=(), search=search).run(x, y).best
    assert best is not None
    caplog.clear()
    assert best.differences(x) == ()
    best.predict(x)
    assert caplog.messages == []
    (told,) = best.differences(x + 50)
    assert told.startswith("column 'x' lies above the training range, ")
    best.predict(x[:3] + 50)
    assert caplog.messages == []
    best.predict(x + 50)
    best.probabilities(x + 50)
    assert caplog.messages == [told]


@pytest.mark.parametrize("target", ["classes", "numbers"])
def test_a_folded_network_predicts_what_the_trained_one_does(target: str) -> None:
    random = numpy.random.default_rng(0)
    x = random.normal(size=(150, 5))
    y = (x[:, 0] > 0).astype(int) if target == "classes" else 100 + x @ [3.0, 1, 2, 0, 1]
    trainer, search = PopulationTrainer(epochs=4), Search(baselines=False)
    best = (
        Pipeline(normalizer=BatchNorm(), trainer=trainer, executor=Inline(), reporter=(), search=search).run(x, y).best
    )
    assert best is not None
    (model,) = best.members
    task, inputs = model.preparation.task, model.preparation.inputs(Table({"x": x}, ()), "float32")
    work = Work(model.pipeline, NumPy(), task, inputs=model.preparation.made)
    population = work.population(Segment((0,), ({},), 0, 0))
    weights = {name: array[None] for name, array in model.weights.items()}
    expected = population.parts["trainer"].predict(weights, population, inputs, work.context(lambda: None))[0]
    numpy.testing.assert_allclose(model.predict_inputs(inputs), expected, rtol=1e-5, atol=1e-6)
