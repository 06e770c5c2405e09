"""Seam: a sample's shape reaches the model. A 2-D convolution by a third party (convolution.py, public names alone)
obeys the laws of models, is checked, trained in populations in one process and in several, saved, and predicts."""

from __future__ import annotations

import csv
from pathlib import Path
from subprocess import CompletedProcess

import numpy
import pytest
from caviar.plugin import Array, Inputs
from caviar.testing import ModelContract
from caviar_plugins import BatchNorm, Tanh
from safetensors.numpy import load_file

from tests.commands import pipe
from tests.seams.convolution import Conv

FILE = """
name = "p"
data = { path = "images.npz" }
model = { use = "conv", filters = 3 }
transform = ["min-max"]
optimizer = { use = "adam", learning_rate = { log = [1e-3, 0.1] } }
trainer = { epochs = 6, batch_size = 16 }
search = { baselines = false, trials = 4 }
"""
CODE = Path(__file__).with_name("convolution.py")


class TestConvolutionOfGreyImages(ModelContract):
    model = Conv(filters=2, activation=Tanh())
    inputs = Inputs.block(5, 4)


class TestConvolutionOfColoursWithBatchNorm(ModelContract):
    model = Conv(filters=2, activation=Tanh())
    inputs = Inputs.block(2, 4, 4)
    normalizer = BatchNorm()


def bars(rows: int = 120) -> tuple[Array, Array]:
    """Images with a bright bar that lies or stands, anywhere: what a 3x3 kernel sees and a pixel alone does not."""
    random = numpy.random.default_rng(0)
    X, y = random.integers(0, 90, (rows, 8, 8)).astype(numpy.uint8), numpy.arange(rows) % 2
    for image, stands in zip(X, y, strict=True):
        place = random.integers(1, 7)
        (image.T if stands else image)[place] = 255
    return X, y


def with_code(folder: Path, *words: str) -> CompletedProcess[str]:
    return pipe(folder, *words, "--code", str(CODE))


@pytest.mark.thorough
def test_a_population_of_convolutions_trains_alike_in_one_process_and_in_several(tmp_path: Path) -> None:
    X, y = bars()
    numpy.savez(tmp_path / "images.npz", X=X, y=y)
    (tmp_path / "p.toml").write_text(FILE)
    checked = with_code(tmp_path, "check", "p.toml")
    assert "conv 64-3-2, 245 parameters" in checked.stdout, checked.stderr
    models = []
    for executor in ('"inline"', '{ use = "processes", workers = 2 }'):
        done = with_code(tmp_path, "run", "p.toml", "--runs", executor[1:5], "--set", f"executor={executor}")
        assert done.returncode == 0, done.stderr
        models.append(load_file(tmp_path / executor[1:5] / "p" / "models" / "best.safetensors"))
    assert models[0]["member.0.weights.kernel"].shape == (3, 3, 1, 3)
    assert models[0].keys() == models[1].keys()
    for name, array in models[0].items():
        numpy.testing.assert_array_equal(models[1][name], array, err_msg=name)
    numpy.savez(tmp_path / "rows.npz", X=X[:40])
    predicted = with_code(tmp_path, "predict", "inli/p", "rows.npz")
    rows = list(csv.reader(predicted.stdout.splitlines()))[1:]
    assert len(rows) == 40, predicted.stderr
    assert numpy.mean([int(row[0]) == truth for row, truth in zip(rows, y, strict=False)]) > 0.9
    numpy.savez(tmp_path / "rows.npz", X=X.reshape(-1, 4, 16))
    refused = with_code(tmp_path, "predict", "inli/p", "rows.npz")
    assert "rows of 'x' have the shape (4, 16); the model was trained on (8, 8)" in refused.stderr


@pytest.mark.parametrize("shape", [(20, 64), (20, 2, 8)])
def test_check_reports_samples_that_are_no_images(tmp_path: Path, shape: tuple[int, ...]) -> None:
    numpy.savez(tmp_path / "images.npz", X=numpy.ones(shape), y=numpy.arange(20) % 2)
    (tmp_path / "p.toml").write_text(FILE)
    done = with_code(tmp_path, "check", "p.toml")
    assert done.returncode == 2
    assert f"conv takes images of 3 x 3 pixels or more, not samples of shape {shape[1:]}" in done.stderr
