"""What is taken out of the recipe, and the rows that errors are measured on."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from caviar import load

from benchmarks.tables import ablation
from benchmarks.tables.ablation import PARTS, measure, point, report, write
from benchmarks.tables.results import Result
from benchmarks.tables.sources import Table, Task
from benchmarks.tables.splits import parts
from benchmarks.tables.test_tables import toy


def test_no_test_row_of_the_split_is_read(tmp_path: Path) -> None:
    table = toy("classification")
    numbered = {**table.columns, "row": [str(row) for row in range(len(table.y))]}
    _, tested = write(Table("toy", table.task, numbered, table.categories, table.y), 1, tmp_path)
    with (tmp_path / "rows.csv").open() as file:
        found = [(int(line["row"]), line["part"]) for line in csv.DictReader(file)]
    assert not {row for row, _ in found} & set(parts(len(table.y), 0)[1].tolist())
    assert [part for _, part in found].count("test") == tested == 106
    assert {part for _, part in found} == {"train", "validation", "test"}


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_each_part_changes_the_pipeline(task: Task, tmp_path: Path) -> None:
    file, _ = write(toy(task), 1, tmp_path)
    whole = load(file, point(task))
    for name, part in PARTS.items():
        if part.task in (None, task):
            assert load(file, (*point(task), *part.settings)) != whole, name


def test_networks_and_ensembles_are_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ablation, "_EPOCHS", 1)
    wanted = {"one network", "without front scale", "best of 8 trials"}
    found = {name: error for name, error, _ in measure(toy("classification"), 1, wanted)}
    assert list(found) == ["one network", "without front scale", "best of 8 trials", "ensemble of 8 trials"]
    assert all(0 <= error <= 1 for error in found.values())


def test_a_part_is_reported_by_what_is_lost_without_it() -> None:
    errors = [("one network", 0.1), ("without dropout", 0.2)]
    found = [Result("wine", seed, name, error, 50, None, {}) for name, error in errors for seed in (1, 2)]
    assert "| without dropout | 2.000 | **2.000** | 2.000 to 2.000 |" in report(found)
