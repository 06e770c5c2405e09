"""`pipe check` on rows that a column splits: what it says, and the mistakes that it knows before a run."""

from __future__ import annotations

from pathlib import Path

import pytest
from caviar import DataError, load
from caviar.cli.preview.columns_table import column_lines
from caviar.cli.preview.preview import preview
from caviar.cli.preview.summary import summary
from caviar.config.checks.foreseen_rows import learned_head
from caviar.engine.data.resolve import resolve_run

ROWS = [
    f"w{row // 4},2021-{row // 28 + 1:02}-{row % 28 + 1:02},{row % 7}.5,{('train', 'train', 'val', 'test')[row % 4]},"
    f"{'' if row in (9, 30) else row % 5},{row % 2 == 0}"
    for row in range(120)
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "t.csv").write_text("\n".join(["who,day,size,split,gaps,kind", *ROWS]) + "\n")
    (tmp_path / "more.csv").write_text("\n".join(["who,day,size,split,gaps,kind", *ROWS[:30]]) + "\n")
    (tmp_path / "p.toml").write_text('[data]\npath = "t.csv"\ntarget = "kind"\n')
    return tmp_path


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (
            ["group=who", "test=0.2"],
            [
                "rows       120: about 72 training, 24 validation, 24 test",
                "           rows with the same 'who' (30 different) are in the same part",
                "           'who' is no feature, unless split_features names it",
            ],
        ),
        (
            ["time=day", "split_features=['day']"],
            [
                "rows       120: about 96 training, 24 validation",
                "           in order of 'day'; the latest rows are the validation part",
            ],
        ),
        (
            ["time=day", "folds=3", "test=0.1"],
            [
                "rows       120: about 81 training, 27 validation, 12 test, 3 folds",
                "           in order of 'day'; the latest rows are the test part",
                "           'day' is no feature, unless split_features names it",
                "           each trial is trained 3 times",
            ],
        ),
        (
            ["part=split"],
            ["rows       120: in the parts that column 'split' says", "           'split' is no feature"],
        ),
        (
            ["test_path={folder}/more.csv"],
            [
                "rows       150: 96 training, 24 validation, 30 test",
                "           the rows of more.csv are the test part",
            ],
        ),
    ],
)
def test_it_says_how_rows_will_be_split(folder: Path, settings: list[str], expected: list[str]) -> None:
    chosen = [f"data.{each.format(folder=folder)}" for each in settings]
    lines = summary(load(folder / "p.toml", chosen))
    begin = next(place for place, line in enumerate(lines) if line.startswith("rows "))
    end = next(place for place, line in enumerate(lines) if line.startswith("columns "))
    assert lines[begin:end] == expected


@pytest.mark.parametrize(
    "settings",
    [
        ["group=who", "test=0.2"],
        ["group=who", "folds=3"],
        ["time=day", "test=0.25"],
        ["time=day", "split_features=['day']"],
        ["part=split"],
        ["test_path={folder}/more.csv"],
    ],
)
def test_the_inputs_are_those_of_the_run(folder: Path, settings: list[str]) -> None:
    pipeline = load(folder / "p.toml", [f"data.{each.format(folder=folder)}" for each in settings])
    seen, (work, _, _) = preview(pipeline), resolve_run(pipeline)
    assert seen is not None
    inputs = work.datasets[0].x.shape[1]
    assert seen.inputs == inputs or (seen.has_rare_words() and seen.inputs > inputs)
    if "time=day" in settings or "test_path" in settings[0]:
        split = work.datasets[0].split
        parts = {"training": len(split.train), "validation": len(split.validation), "test": len(split.test)}
        assert seen.parts() == parts


@pytest.mark.parametrize(
    "settings",
    [
        ["group=wo"],
        ["group=kind"],
        ["time=who"],
        ["time=split"],
        ["group=gaps"],
        ["group=who", "folds=31"],
        ["time=day", "folds=120"],
        ["time=kind"],
        ["test_path={folder}/lacking.csv"],
    ],
)
def test_it_knows_the_mistakes_of_the_run_in_the_same_words(folder: Path, settings: list[str]) -> None:
    (folder / "lacking.csv").write_text("who,day,split,gaps,kind\nw,2021-01-01,test,1,true\n")
    pipeline = load(folder / "p.toml", [f"data.{each.format(folder=folder)}" for each in settings])
    with pytest.raises(DataError) as foreseen:
        preview(pipeline)
    with pytest.raises(DataError) as met:
        resolve_run(pipeline)
    first = str(foreseen.value).partition(";")[0]
    assert str(met.value).startswith(first)


def test_the_table_of_columns_says_which_only_split_rows(folder: Path) -> None:
    data = load(folder / "p.toml", ["data.group=who"]).data
    assert data is not None
    head = data.head()
    assert head is not None
    lines = list(column_lines(learned_head(data, head), data.split_columns))
    assert [line.split()[-4:] for line in lines if line.startswith("who")] == [["no", "feature:", "groups", "rows"]]
