"""A saved model: the same file for the same model, and told where it is damaged or another program's."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy
import pytest
from caviar import load
from caviar.engine.saved import NotAModel, SavedModel, open_model
from caviar.engine.study import run
from safetensors.numpy import save_file

FILE = 'data = "digits"\nreporter = []\nexecutor = "inline"\nmodel.units = 8\ntrainer.epochs = 1\n'


@pytest.fixture(scope="module")
def best(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved")
    (folder / "p.toml").write_text(FILE)
    run(load(folder / "p.toml"), folder)
    return folder / "p" / "models" / "best.safetensors"


def test_a_model_is_the_same_file_however_often_it_is_saved(best: Path, tmp_path: Path) -> None:
    model: SavedModel = open_model(best)
    for _ in range(8):  # the library lists several entries of metadata in an order of chance
        model.save(tmp_path / "again.safetensors")
        assert (tmp_path / "again.safetensors").read_bytes() == best.read_bytes()


def test_what_is_no_model_of_ours_is_told(best: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.safetensors"
    for metadata in (None, {"caviar": "{}"}, {"caviar": "[1]"}, {"caviar": '{"format": "caviar model 1"}'}):
        save_file({"x": numpy.zeros(3)}, other, metadata=metadata)
        with pytest.raises(NotAModel, match=r"other\.safetensors: not a model written by this version of caviar"):
            open_model(other)
    facts = json.dumps({"x": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}}).encode()
    other.write_bytes(struct.pack("<Q", len(facts)) + facts + bytes(4))  # numbers that NumPy does not have
    with pytest.raises(NotAModel, match="not a model written by this version of caviar"):
        open_model(other)
    for damaged in (best.read_bytes()[:-1], best.read_bytes().replace(b'"caviar":"{', b'"caviar":"?')):
        other.write_bytes(damaged)
        with pytest.raises(NotAModel, match=r"other\.safetensors: damaged or not a model"):
            open_model(other)
