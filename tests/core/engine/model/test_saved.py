"""A saved model: the same file for the same model, and told where it is damaged or another program's."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import load
from caviar.engine.model.model_file import _BLANK, _FORMAT, _checksum, unpacked
from caviar.engine.model.on_disk import NotAModel, open_model, save_model
from caviar.engine.model.saved import SavedModel
from caviar.engine.study import run
from caviar.values.problem import Problem
from safetensors.numpy import save, save_file

FILE = """
data = "digits"
search = { baselines = false, trials = 2 }
reporter = []
executor = "inline"
model.units = 8
trainer.epochs = 1
"""


@pytest.fixture(scope="module")
def best(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved")
    (folder / "p.toml").write_text(FILE)
    run(load(folder / "p.toml"), folder)
    return folder / "p" / "models" / "best.safetensors"


def test_a_model_is_the_same_file_however_often_it_is_saved(best: Path, tmp_path: Path) -> None:
    model: SavedModel = open_model(best)
    for _ in range(8):  # the library lists several entries of metadata in an order of chance
        save_model(model, tmp_path / "again.safetensors")
        assert (tmp_path / "again.safetensors").read_bytes() == best.read_bytes()


def test_what_is_no_model_of_ours_is_reported(best: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.safetensors"
    for metadata in (None, {"caviar": "{}"}, {"caviar": "[1]"}, {"caviar": '{"format": "caviar model 1"}'}):
        save_file({"x": numpy.zeros(3)}, other, metadata=metadata)
        with pytest.raises(NotAModel, match=r"other\.safetensors: not a model written by this version of caviar"):
            open_model(other)
    facts = json.dumps({"x": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}}).encode()
    other.write_bytes(struct.pack("<Q", len(facts)) + facts + bytes(4))  # numbers that NumPy does not have
    with pytest.raises(NotAModel, match="not a model written by this version of caviar"):
        open_model(other)


def test_every_single_bit_counts(best: Path, tmp_path: Path) -> None:
    content, other = best.read_bytes(), tmp_path / "other.safetensors"
    for place in random.Random(0).sample(range(len(content)), 100):
        harmed = bytearray(content)
        harmed[place] ^= 1 << place % 8
        other.write_bytes(harmed)
        with pytest.raises(NotAModel, match=r"other\.safetensors: (damaged or not|not) a model.* writes it again$"):
            open_model(other)


def forged(best: Path, other: Path, change: Callable[[dict[str, Any], dict[str, Any]], object]) -> str:
    """What is said of the model with some facts and arrays changed, and a checksum that fits."""
    facts, arrays = unpacked(best.read_bytes())
    told = json.loads(json.dumps(asdict(facts)))
    change(told, arrays)
    content = save(arrays, metadata={"caviar": json.dumps({"format": _FORMAT, "sha256": _BLANK, **told})})
    place = content.index(_BLANK.encode())
    other.write_bytes(content.replace(_BLANK.encode(), _checksum(content, place).encode(), 1))
    with pytest.raises(Problem) as caught:
        open_model(other)
    assert str(other) in str(caught.value)
    return str(caught.value)


def test_facts_that_are_missing_or_cannot_be_are_reported_though_the_checksum_fits(best: Path, tmp_path: Path) -> None:
    def lacking(name: str) -> Callable[[dict[str, Any], dict[str, Any]], object]:
        return lambda facts, _: facts.pop(name)

    def given(name: str, value: object) -> Callable[[dict[str, Any], dict[str, Any]], object]:
        return lambda facts, _: facts.update({name: value})

    def of_task(name: str, value: object) -> Callable[[dict[str, Any], dict[str, Any]], object]:
        return lambda facts, _: facts["task"].update({name: value})

    other = tmp_path / "other.safetensors"
    names = ("features", "shapes", "words", "dates", "levels", "task", "preparations", "members", "metrics")
    values: tuple[object, ...] = (None, 3, "x", [], {}, [[1]], [1], ["x"], {"x": "y"}, -1, True)
    possible = [("features", ["x"]), ("words", []), ("dates", []), ("levels", {}), ("targets", ["x"])]
    for change in (
        *map(lacking, names),
        *(given(name, value) for name in names[:8] for value in values if (name, value) not in possible),
        *(
            of_task(name, value)
            for name in ("kind", "targets", "classes")
            for value in values
            if (name, value) not in possible
        ),
        of_task("kind", "regression"),
        lambda facts, _: facts["task"].pop("kind"),
        lambda facts, _: facts["task"]["classes"].pop(),
    ):
        forged(best, other, change)


def test_arrays_that_are_missing_or_of_no_use_are_reported_though_the_checksum_fits(best: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.safetensors"
    weight = "member.0.weights.layer1.weight"
    assert weight in unpacked(best.read_bytes())[1]
    for change in (
        lambda _, arrays: arrays.clear(),
        lambda _, arrays: arrays.pop(weight),
        lambda _, arrays: arrays.update(more=numpy.zeros(3)),
        lambda _, arrays: arrays.update({weight: arrays[weight][:, :-1]}),
        lambda _, arrays: arrays.update({weight: arrays[weight].ravel()}),
    ):
        assert "its parts do not fit together" in forged(best, other, change)


def test_a_model_of_numbers_and_of_words_opens_as_it_was_saved(tmp_path: Path) -> None:
    rows = "\n".join(f"{n},{'abc'[n % 3]},{n * 1.5}" for n in range(60))
    (tmp_path / "rows.csv").write_text(f"u,v,y\n{rows}")
    (tmp_path / "p.toml").write_text(FILE.replace('"digits"', '{ path = "rows.csv", target = "y" }'))
    done = run(load(tmp_path / "p.toml"), tmp_path)
    opened = open_model(tmp_path / "p" / "models" / "best.safetensors")
    assert done.model is not None
    assert opened.first.preparation.task == done.model.first.preparation.task
    assert opened.metrics == done.model.metrics


@pytest.mark.parametrize("kind", ["folder", "link"])
def test_what_is_no_plain_file_is_reported_as_such(best: Path, tmp_path: Path, kind: str) -> None:
    other = tmp_path / "other.safetensors"
    other.mkdir() if kind == "folder" else other.symlink_to(best)
    with pytest.raises(NotAModel, match=rf"other\.safetensors: a {kind}, "):
        open_model(other)
