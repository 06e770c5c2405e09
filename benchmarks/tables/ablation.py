"""`python -m benchmarks.tables.ablation`: the recipe `tabular` with each of its parts taken out, over all tables.

One network at the recipe's first point, and without the part. Training and measuring rows are both training rows of
split 0. Each error is a line of --results as soon as it is there, and the same command resumes.
"""

from __future__ import annotations

import argparse
import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy
from caviar import Study, load

from benchmarks.tables import results, sources
from benchmarks.tables.errors import Errors, ratio
from benchmarks.tables.results import Result
from benchmarks.tables.sources import FOLDER, NAMES, Table, Task, texts
from benchmarks.tables.splits import TARGET, parts

_MOST = {"train": 4000, "validation": 1000, "test": 4000}  # rows
_EPOCHS = 32
_FEW, _SMALL_BATCH = 2000, 32  # rows below which `pipe init` writes smaller mini-batches
_WHOLE, _BEST, _ENSEMBLE = "one network", "best of 8 trials", "ensemble of 8 trials"


@dataclass(frozen=True)
class Part:
    """`settings`: of the pipeline without the part, or with what might have been a part."""

    settings: tuple[str, ...]
    task: Task | None = None  # of the tables where it is a part; None: of all


PARTS = {
    "without periodic embedding of numbers": Part(("model.embedding=[]",)),
    "without thermometer": Part(('transform=["dates", "impute", "one-hot", "robust"]',)),
    "standardize for robust with its clip": Part(
        ('transform=["dates", "impute", "thermometer", "one-hot", "standardize"]',)
    ),
    "without front scale": Part(("model.front_scale=false",)),
    "biases at the rate of weights": Part(("model.bias_rate=1.0",)),
    "relu for selu and mish": Part(("model.activation=relu",)),
    "beta2 0.999 for 0.95": Part(("optimizer.beta2=0.999",)),
    "without weight decay": Part(("optimizer.decay=0.0",)),
    "a constant rate for coslog4": Part(("schedule.learning_rate=constant",)),
    "dropout and decay that stay": Part(("schedule.dropout=constant", "schedule.decay=constant")),
    "without dropout": Part(("model.dropout=0.0",), "classification"),
    "without label smoothing": Part(("trainer.loss.smoothing=0.0",), "classification"),
    "with batch normalization": Part(("normalizer=batchnorm",)),
}

_POINT: dict[Task, tuple[str, ...]] = {
    "classification": ("model.dropout=0.1", "optimizer.learning_rate=0.04"),
    "regression": ("model.dropout=0.0", "optimizer.learning_rate=0.2"),
}
_ONE = (
    "model.units=256",
    'model.embedding=[{use = "periodic", sigma = 0.5}]',
    "optimizer.decay=0.02",
    "search.points=[]",
    "search.strategy=random",
    "search.trials=1",
    "search.ensemble=0",
)


def point(task: Task) -> tuple[str, ...]:
    """The settings of one network without anything to search."""
    return *_POINT[task], *_ONE


def measure(table: Table, seed: int, missing: set[str]) -> Iterator[tuple[str, float, int]]:
    """Name, error and the number of rows that it was measured on, of each of the missing."""
    with TemporaryDirectory() as folder:
        file, rows = write(table, seed, Path(folder))
        for name in [_WHOLE, *PARTS]:
            if name in missing:
                own = PARTS[name].settings if name in PARTS else ()
                study = load(file, (*point(table.task), *own)).run()
                yield name, _error(study, table.task), rows
        if {_BEST, _ENSEMBLE} & missing:
            study = load(file, ("search.trials=8", "search.ensemble=8")).run()
            yield _BEST, _error(study, table.task), rows
            yield _ENSEMBLE, _error(study, table.task, ensemble=True), rows


def write(table: Table, seed: int, folder: Path) -> tuple[Path, int]:
    """The pipeline file, and the number of rows that errors are measured on: of split 0's training rows alone."""
    allowed = numpy.random.default_rng(seed).permutation(parts(len(table.y), 0)[0])
    sizes = {"test": min(_MOST["test"], len(allowed) // 3), "validation": min(_MOST["validation"], len(allowed) // 8)}
    sizes["train"] = min(_MOST["train"], len(allowed) - sum(sizes.values()))
    part = dict(zip(allowed.tolist(), (name for name, size in sizes.items() for _ in range(size)), strict=False))
    cells = list(zip(*table.columns.values(), texts(table.y), strict=True))
    with (folder / "rows.csv").open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines)
        writer.writerow([*table.columns, TARGET, "part"])
        writer.writerows([*cells[row], name] for row, name in part.items())
    batch = f"batch_size = {_SMALL_BATCH}" if sizes["train"] < _FEW else ""
    (folder / "rows.toml").write_text(
        f'recipe = "tabular"\nseed = {seed}\nreporter = []\nexecutor = "inline"\n'
        f'data = {{ path = "rows.csv", target = "{TARGET}", part = "part", task = "{table.task}" }}\n'
        f"[trainer]\nepochs = {_EPOCHS}\n{batch}\n[search]\nbaselines = false\n",
        encoding="utf-8",
    )
    return folder / "rows.toml", sizes["test"]


def _error(study: Study, task: Task, ensemble: bool = False) -> float:
    model = study.ensemble if ensemble and study.ensemble else study.best
    assert model is not None
    return 1 - model.metrics["test.accuracy" if task == "classification" else "test.r2"]


def report(found: list[Result]) -> str:
    """Each part's errors divided by those of the whole, by table, with the geometric mean."""
    errors: dict[str, dict[str, dict[int, Result]]] = {}
    for each in found:
        errors.setdefault(each.contender, {}).setdefault(each.table, {})[each.split] = each
    tables = [table for table in NAMES if table in errors[_WHOLE]]
    lines = [f"| | {' | '.join(tables)} | geometric mean | 95 % |", f"|{'---|' * (len(tables) + 3)}"]
    for name in (*PARTS, _BEST, _ENSEMBLE):
        lines += [_line(name, errors[name], errors[_WHOLE], tables)] if name in errors else []
    return "\n".join(lines)


def _line(name: str, own: Errors, whole: Errors, tables: list[str]) -> str:
    found = ratio(own, whole)
    assert found is not None
    cells = [f"{found.tables[table]:.3f}" if table in found.tables else "" for table in tables]
    return f"| {' | '.join([name, *cells])} | **{found.mean:.3f}** | {found.low:.3f} to {found.high:.3f} |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tables.ablation", description=__doc__)
    parser.add_argument("--results", type=Path, default=Path("~/.cache/caviar-ablation.jsonl").expanduser())
    parser.add_argument("--data", type=Path, default=os.environ.get(FOLDER), help=f"the archives; or {FOLDER}")
    parser.add_argument("--tables", nargs="+", choices=NAMES, default=NAMES)
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    given = parser.parse_args()
    given.results.parent.mkdir(parents=True, exist_ok=True)
    for name in given.tables:
        table = sources.load(name, given.data)
        names = [part for part in (_WHOLE, *PARTS, _BEST, _ENSEMBLE) if _is_part(part, table.task)]
        for seed in given.seeds:
            there = results.read(given.results)
            missing = {part for part in names if (name, seed, part) not in there}
            for part, error, rows in measure(table, seed, missing):
                results.append(given.results, [Result(name, seed, part, error, rows, None, {})])
    print(report(list(results.read(given.results).values())))


def _is_part(name: str, task: Task) -> bool:
    return name not in PARTS or PARTS[name].task in (None, task)


if __name__ == "__main__":
    main()
