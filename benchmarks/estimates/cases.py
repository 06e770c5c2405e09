"""Runs of several sizes, whose data are drawn: what they cost does not depend on what is in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy


@dataclass(frozen=True)
class Case:
    """`write` makes the data file in a folder and returns it; `settings` change what `pipe init` wrote."""

    name: str
    write: Callable[[Path], Path]
    settings: tuple[str, ...] = ()


def table(rows: int, columns: int, classes: int = 0, digits: int = 6) -> Callable[[Path], Path]:
    """A CSV file of normal numbers, whose target is one of some classes, or a number."""

    def write(folder: Path) -> Path:
        random = numpy.random.default_rng(1)
        names = [*(f"x{column}" for column in range(columns)), "y"]
        with (folder / "table.csv").open("w") as file:
            file.write(",".join(names) + "\n")
            for start in range(0, rows, 100_000):
                x = random.normal(size=(min(100_000, rows - start), columns)).round(digits)
                score = x[:, 0] + x[:, 1] * x[:, 2]
                ranks = numpy.digitize(score, numpy.linspace(-2, 2, classes - 1)) if classes else score.round(digits)
                pairs = zip(x.tolist(), ranks.tolist(), strict=True)
                file.writelines(f"{','.join(map(repr, row))},{y}\n" for row, y in pairs)
        return folder / "table.csv"

    return write


def images(rows: int, side: int, classes: int) -> Callable[[Path], Path]:
    """An archive of images in bytes."""

    def write(folder: Path) -> Path:
        random = numpy.random.default_rng(1)
        y = random.integers(0, classes, rows)
        x = random.integers(0, 200, (rows, side, side)) + 5 * y[:, None, None]
        numpy.savez(folder / "images.npz", X=x.astype(numpy.uint8), y=y)
        return folder / "images.npz"

    return write


_SMALL = ("search.trials=2", "trainer.epochs=1", "model.layers=1", "model.units=32")

CASES: Mapping[str, Case] = {
    each.name: each
    for each in (
        Case("500 x 8, 64 trials", table(500, 8, 2), ("search.trials=64",)),
        Case("digits, 1,797 x 64", images(1_797, 8, 10)),
        Case("letter, 20,000 x 16", table(20_000, 16, 26), ("search.trials=8", "trainer.epochs=5")),
        Case("images, 10,000 x 784", images(10_000, 28, 10), ("search.trials=4", "trainer.epochs=5")),
        Case("table, 100,000 x 20", table(100_000, 20), ("search.trials=4", "trainer.epochs=3")),
        Case("table, 1,000,000 x 20", table(1_000_000, 20), _SMALL),
    )
}
