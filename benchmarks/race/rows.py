"""The files of each table: the training and the test part, which are the same for every seed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy

from benchmarks.tables import splits
from benchmarks.tables.sources import NoArchive, Task, load

IMAGES = "fashion_mnist_14x14"
_SIDE = 14


@dataclass(frozen=True)
class Rows:
    """`keys`: those of [data] that name the files."""

    task: Task
    keys: str


def prepare(name: str, archives: Path | None, images: Path | None, folder: Path) -> Rows:
    """Writes a table into the folder: split 0 of `benchmarks.tables`, or the images' own test part."""
    if name == IMAGES:
        file = folder / "rows.npz"
        _write_images(images, file)
        return Rows("classification", f'path = "{file}"')
    table = load(name, archives)
    splits.write(table, 0, folder)
    return Rows(table.task, f'path = "{folder / splits.TRAIN}", test_path = "{folder / splits.TEST}"')


def _write_images(source: Path | None, file: Path) -> None:
    """Each pixel is the mean of four."""
    if source is None or not source.exists():
        raise NoArchive(
            f"{source or 'Fashion-MNIST'} is missing. --fashion-mnist names an archive of X_train, y_train, X_test and "
            "y_test, the images of https://github.com/zalandoresearch/fashion-mnist as bytes"
        )
    with numpy.load(source) as arrays:
        found = {key: arrays[key] for key in ("X_train", "y_train", "X_test", "y_test")}
    for key in ("X_train", "X_test"):
        images = found[key].reshape(-1, _SIDE, 2, _SIDE, 2)
        found[key] = images.mean((2, 4), dtype="f4").reshape(-1, _SIDE * _SIDE)
    numpy.savez(file, **found)
