"""A program's Pipeline with a recipe, whose task its rows decide."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import Mistakes, Pipeline, Search, load
from caviar.interfaces.data import DataError
from caviar_plugins import (
    MLP,
    NPZ,
    SELU,
    Adam,
    AdamW,
    CosLog4,
    Inline,
    Mish,
    PopulationTrainer,
    Robust,
    SoftmaxCrossEntropy,
)

from tests.commands import pipe

X = numpy.random.default_rng(1).normal(size=(60, 2))
SMALL: dict[str, Any] = {
    "model": MLP(units=4),
    "trainer": PopulationTrainer(epochs=1),
    "executor": Inline(),
    "search": Search(trials=1, baselines=False),
    "reporter": (),
}
HEADLESS = """
import numpy
from caviar import Data
from caviar.plugin import ColumnHead, Head, Table

class Headless(Data):
    def read(self):
        return Table({"x": numpy.arange(90.0) % 7, "y": numpy.arange(90.0)}, ("y",))
"""
HEAD = """
    def head(self):
        x, y = ColumnHead("x", "numbers"), ColumnHead("y", "numbers", distinct=3, whole=True)
        return Head((x,), (y,), 90, seen=3)
"""


@pytest.mark.parametrize(
    ("y", "activation", "loss"),
    [(X[:, 0], Mish(), None), (X[:, 0] > 0, SELU(), SoftmaxCrossEntropy(smoothing=0.1))],
)
def test_the_rows_of_run_decide_which_values_are_taken(y: Any, activation: Any, loss: Any, tmp_path: Path) -> None:
    Pipeline(recipe="realmlp", **SMALL).run(X, y, runs=tmp_path)
    found = load(tmp_path / "pipeline" / "pipeline.toml", ['data="digits"'])
    assert isinstance(found.model, MLP)
    assert (found.model.layers, found.model.units, found.model.activation) == (3, 4, activation)
    assert (found.schedule["learning_rate"], found.trainer.epochs) == (CosLog4(), 1)
    if loss is not None:
        assert found.trainer.loss == loss  # type: ignore[attr-defined]


def test_what_the_program_gives_overrules_it() -> None:
    data = NPZ(Path("t.npz"), target="y", task="regression")
    text = Pipeline(recipe="realmlp", data=data, optimizer=AdamW(decay=0.1)).to_toml()
    assert "recipe" not in text
    assert "decay = 0.1\nbeta1 = 0.9\nbeta2 = 0.95\n" in text
    assert 'use = "adam"\n' in Pipeline(recipe="realmlp", data=data, optimizer=Adam()).to_toml()


def test_a_recipe_of_both_tasks_needs_no_data() -> None:
    assert 'use = "batchnorm"' in Pipeline(recipe="course").to_toml()


def test_without_data_the_task_is_unknown() -> None:
    with pytest.raises(Mistakes, match=r"recipe: 'realmlp' depends on the task, and there is no data yet; give "):
        Pipeline(recipe="realmlp").to_toml()


def test_an_unknown_recipe_is_reported_when_it_is_needed() -> None:
    with pytest.raises(Mistakes, match=r"^pipeline: recipe: unknown recipe 'cours'; did you mean 'course'\?$"):
        Pipeline(recipe="cours").run(X, X[:, 0])


def test_rows_that_are_not_what_the_head_of_the_file_looks_like_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own.py").write_text(HEADLESS + HEAD)
    Path("p.toml").write_text('recipe = "realmlp"\ndata = "headless"\nexecutor = "inline"\n')
    done = pipe(tmp_path, "run", "p.toml", "--quiet", "--code", "own.py")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        2,
        "p.toml:1: recipe: the head of the data looks like classification, for which the recipe's values were taken, "
        'but all rows make it regression; write task = "regression" in [data]',
    )


def test_rows_of_another_task_than_the_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.toml").write_text('recipe = "realmlp"\ndata = "digits"\nexecutor = "inline"\n')
    with pytest.raises(Exception, match=r'write task = "regression" in \[data\]'):
        load("p.toml").run(X, X[:, 0])


def test_data_without_a_head_needs_a_task_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.toml").write_text('recipe = "realmlp"\ndata = "headless"\n')
    Path("own.py").write_text(HEADLESS)
    told = r"^the recipe 'realmlp' has values for classes and for numbers, .*; write task = \"…\" in \[data\]$"
    with pytest.raises(DataError, match=told):
        load("p.toml", code="own.py")
    assert load("p.toml", ["data.task=regression"], code="own.py").transform[-1] == Robust()
