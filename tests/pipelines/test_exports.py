"""What is exported of the example pipelines predicts 1,000 messy rows as `pipe predict` does, to 1e-5."""

from __future__ import annotations

import csv
import random
import runpy
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy
import pytest
from caviar import Problem, TrainedModel, open_run
from caviar.cli.scaffold.examples import examples
from caviar_plugins import Digits

from tests.commands import pipe
from tests.pipelines.test_pipelines import BROUGHT, FOLDER, SMALLER

Rows: TypeAlias = dict[str, list[Any]]
ROWS = 1000
FLAGS = {"yes": 1.0, "no": 0.0}
"""What `pipe predict` makes of the cells of a column of flags."""
NETWORKS = sorted({*examples()} - {"function", "command"})  # these bring trainings of their own
COMPOSED = {
    # An ensemble of networks with embeddings and their own kinds of parameters, dates, words of many levels.
    "ensemble": """
        recipe = "tabular"
        data = { path = "rows.csv", target = "y", target_transform = "quantile", columns = { new = "flag" } }
        model = { embedding = [{ use = "periodic", sigma = 0.5 }, { use = "vectors", size = 2, above = 2 }] }
        optimizer.learning_rate = { log = [1e-3, 3e-2] }
        trainer = { epochs = 8, batch_size = 32 }
        search = { trials = 6, ensemble = 6, baselines = false }
    """,
    # Each fold has medians, words and scales of its own.
    "folds": """
        model = { units = 8, activation = "parametric" }
        trainer.epochs = 3
        search.baselines = false
        [data]
        path = "rows.csv"
        target = "big"
        folds = 3
        threshold = "f1"
        columns = { y = "ignore", new = "flag" }
    """,
    "quantile": """
        data = { path = "rows.csv", target = "y", columns = { new = "flag" } }
        transform = ["dates", "impute", "one-hot", "quantile"]
        normalizer = "layernorm"
        model = { units = 8, activation = "mish" }
        trainer.epochs = 3
        search.baselines = false
    """,
}


@dataclass(frozen=True)
class Case:
    """A model of a run, the rows as programs hold them, and what `pipe predict` prints of them: numbers, and labels."""

    model: TrainedModel
    rows: Mapping[str, Any]
    numbers: Any
    labels: list[str]


def table(count: int, seed: int) -> Rows:
    """Numbers, words, flags and dates, some missing, and two targets."""
    draw = random.Random(seed)
    rows: Rows = {name: [] for name in ("size", "town", "new", "when", "far", "big", "y")}
    for _ in range(count):
        size, far, town = (
            round(draw.gauss(5, 3), 3),
            draw.randint(0, 9000),
            draw.choice(["oslo", "rome", "bern", "wien"]),
        )
        y = 100 + 4 * size * (far / 1000) + 30 * (town == "rome") + draw.gauss(0, 10)
        rows["size"].append(None if draw.random() < 0.1 else size)
        rows["town"].append(None if draw.random() < 0.1 else town)
        rows["new"].append(draw.choice(["yes", "no"]))
        rows["when"].append(f"20{draw.randint(10, 29)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}")
        rows["far"].append(far)
        rows["big"].append("large" if y > 180 else "small")
        rows["y"].append(round(y, 3))
    return rows


def write(file: Path, rows: Mapping[str, list[Any]]) -> None:
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(rows)
        writer.writerows(["" if cell is None else cell for cell in row] for row in zip(*rows.values(), strict=True))


def messy(rows: Mapping[str, list[Any]]) -> Rows:
    """1,000 of the rows, their columns reversed, with gaps, unknown words, far values and another column."""
    draw, count = random.Random(7), len(next(iter(rows.values())))
    chosen = [draw.randrange(count) for _ in range(ROWS)]
    found: Rows = {"note": [f"row {number}" for number in range(ROWS)]}
    for name in reversed([*rows]):
        cells = [rows[name][place] for place in chosen]
        are_words = any(isinstance(cell, str) and not cell[:1].isdigit() for cell in cells) and name != "new"
        for number in range(0, ROWS, 9):
            cells[number] = None
        for number in range(4, ROWS, 9):
            cell = cells[number]
            cells[number] = "atlantis" if are_words else cell * 3 if isinstance(cell, (int, float)) else cell
        found[name] = cells
    return found


def table_case(folder: Path, run: str, file: Path) -> Case:
    """A run on a table: its own rows, made messy, are predicted."""
    with file.open(newline="") as text:
        read = list(csv.reader(text))
    columns = {name: [as_cell(row[place]) for row in read[1:]] for place, name in enumerate(read[0])}
    rows = messy(columns)
    write(folder / "new.csv", rows)
    return case(folder, run, folder / "new.csv", rows | {"new": [FLAGS.get(cell) for cell in rows.get("new", ())]})


def blocks(name: str) -> Any:
    """1,000 images, or other blocks, like those of the training rows; some brighter than any of them."""
    if name == "fashion":
        x = numpy.random.default_rng(3).integers(0, 256, (ROWS, 28, 28))
    elif name == "letter":
        with numpy.load(FOLDER / "data" / "letter.npz") as archive:
            x = archive["X"][-ROWS:]
    else:
        x = Digits().read().columns["x"][-ROWS:]
    bright = numpy.where(numpy.arange(ROWS) % 7, 1.0, 1.5)
    return x * bright.reshape(ROWS, *[1] * (x.ndim - 1))


def as_cell(text: str) -> Any:
    try:
        return float(text) if text else None
    except ValueError:
        return text


def case(folder: Path, run: str, new: Path, rows: Mapping[str, Any]) -> Case:
    stored = open_run(folder / "runs" / run)
    model = stored.ensemble() or stored.model()
    printed = pipe(folder, "predict", f"runs/{run}", str(new))
    assert printed.returncode == 0, printed.stderr
    lines = list(csv.reader(printed.stdout.splitlines()))[1:]
    assert len(lines) == ROWS
    classes = 1 if model.classes else 0
    numbers = numpy.asarray([[float(cell) for cell in line[classes:]] for line in lines])
    return Case(model, rows, numbers, [line[0] for line in lines] if classes else [])


@pytest.fixture(scope="module", params=[*NETWORKS, *COMPOSED])
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A run of an example, scaled down, or of a composed file."""
    name, folder = request.param, tmp_path_factory.mktemp(request.param)
    settings = [word for setting in SMALLER for word in ("--set", setting)]
    if name in COMPOSED:
        write(folder / "rows.csv", table(600, seed=1))
        text = "\n".join(line.strip() for line in COMPOSED[name].splitlines())
        (folder / f"{name}.toml").write_text(f'executor = "inline"\nreporter = []\n{text}')
        file, settings = folder / f"{name}.toml", []
    else:
        file = FOLDER / f"{name}.toml"
    if name in BROUGHT:
        settings += ["--set", f"data.path={BROUGHT[name](folder)}"]
    done = pipe(folder, "run", str(file), *settings)
    assert done.returncode == 0, done.stderr
    if name == "ensemble":
        composed = open_run(folder / "runs" / name).ensemble()
        assert composed is not None
        assert len(composed.members) > 1
    data = open_run(folder / "runs" / name).pipeline.data
    path = getattr(data, "path", None)
    if path is not None and path.suffix == ".csv":
        return table_case(folder, name, path)
    x = blocks(name)
    numpy.savez(folder / "new.npz", X=x, unused=numpy.arange(ROWS))
    return case(folder, name, folder / "new.npz", {"x": x})


def test_numpy_predicts_what_pipe_predict_does(trained: Case, tmp_path: Path) -> None:
    trained.model.export("numpy", tmp_path / "model.py")
    names = runpy.run_path(str(tmp_path / "model.py"))
    numbers = names["probabilities" if trained.labels else "predict"](trained.rows)
    compare(trained, numbers, names["predict"](trained.rows).tolist())


@pytest.mark.peers
def test_torch_predicts_what_pipe_predict_does(trained: Case, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the files are PyTorch's: install '.[peers]'")
    trained.model.export("torch", tmp_path / "model.py")
    model = runpy.run_path(str(tmp_path / "model.py"))["Model"]()
    compare(trained, model(trained.rows).detach().numpy(), model.predict(trained.rows))


@pytest.mark.peers
def test_onnx_predicts_what_pipe_predict_does(trained: Case, tmp_path: Path) -> None:
    onnxruntime: Any = pytest.importorskip("onnxruntime", reason="it runs the files: install '.[peers]'")
    trained.model.export("onnx", tmp_path / "model.onnx")
    session, given = onnxruntime.InferenceSession(str(tmp_path / "model.onnx")), {}
    for each in session.get_inputs():
        cells = trained.rows[each.name]
        if each.type == "tensor(string)":
            given[each.name] = numpy.array(["" if cell is None else str(cell) for cell in cells], dtype=object)
        elif isinstance(cells, list) and any(isinstance(cell, str) for cell in cells):
            dates = numpy.array([cell or "NaT" for cell in cells], dtype="datetime64[s]")
            given[each.name] = numpy.where(numpy.isnat(dates), numpy.nan, dates.astype(numpy.int64))
        else:
            given[each.name] = numpy.array(cells, dtype=numpy.float64)  # None becomes NaN
    found = session.run(None, given)
    compare(trained, found[-1], found[0].tolist())


def compare(trained: Case, numbers: Any, labels: list[Any]) -> None:
    numpy.testing.assert_allclose(numpy.asarray(numbers).reshape(trained.numbers.shape), trained.numbers, 1e-5, 1e-5)
    if trained.labels:
        assert [str(label) for label in labels] == trained.labels


def test_a_function_has_no_model_that_could_be_exported(tmp_path: Path) -> None:
    settings = [word for setting in ("search.trials=2", "trainer.epochs=1") for word in ("--set", setting)]
    assert pipe(tmp_path, "run", str(FOLDER / "function.py"), *settings, "--quiet").returncode == 0
    with pytest.raises(Problem, match="predicts nothing"):
        open_run(tmp_path / "runs/function", FOLDER / "function.py").model().export("numpy", tmp_path / "model.py")
