"""Files as people have them: read as a person would read them, told by `init` and `check`, or refused with a reason."""

from __future__ import annotations

import json
import os
import shutil
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

import numpy
import pytest
from caviar.cli.main import app
from caviar.cli.scaffold.table_starter import pipeline_file
from caviar.plugin import Array, ColumnKind, Table
from caviar_plugins import TableFile
from typer.testing import CliRunner

HOME = Path(__file__).parent
NAMES = sorted(file.name for file in (HOME / "files").iterdir())
TRUTH: dict[str, dict[str, Any]] = {
    name: json.loads((HOME / "truth" / f"{name}.json").read_text(encoding="utf-8")) for name in NAMES
}
READ = [name for name in NAMES if TRUTH[name]["columns"] is not None]
ALIKE = {
    *("bars.csv", "blank-lines.csv", "constant.csv", "dates-british.csv", "dates-named.csv", "dates-unclear.csv"),
    *("dollars.csv", "empty-column.csv", "euros-quoted.csv", "french.csv", "index.csv", "mac-lines.csv", "mark.csv"),
    *("missing-dash.csv", "missing-null.csv", "missing-question.csv", "row-numbers.csv", "semicolon.csv", "tabs.tsv"),
    *("tabs.txt", "thousands.csv", "windows-lines.csv", "yes-no.csv"),
}
"""Files that others resemble in what new rows and data frames depend on; costly tests of them are slow."""


def thinned(names: list[str]) -> list[Any]:
    """Parameters of a costly test."""
    return [pytest.param(name, marks=pytest.mark.slow) if name in ALIKE else name for name in names]


@cache
def read_once(name: str) -> Table:
    """The columns of a file, which no test changes."""
    return table(name).read()


def table(name: str) -> TableFile:
    truth = TRUTH[name]
    return TableFile(path=HOME / "files" / name, target=truth["target"], **truth["data"])


def as_read(cells: list[Any]) -> Array:
    """The array that true values become."""
    present = [cell for cell in cells if cell is not None]
    if all(isinstance(cell, str) for cell in present) and present:
        try:
            return numpy.asarray([datetime.fromisoformat(cell) for cell in cells], dtype="datetime64[s]")
        except ValueError:
            words = numpy.empty(len(cells), dtype=object)
            words[:] = cells
            return words
    if len(present) < len(cells):
        return numpy.asarray([numpy.nan if cell is None else cell for cell in cells], dtype=numpy.float64)
    return numpy.asarray(cells)


@pytest.mark.parametrize("name", READ)
def test_a_file_is_read_as_what_it_truly_holds(name: str) -> None:
    columns, truth = read_once(name).columns, TRUTH[name]["columns"]
    assert list(columns) == list(truth)
    for each, cells in truth.items():
        expected = as_read(cells)
        assert columns[each].dtype == expected.dtype, each
        numpy.testing.assert_array_equal(columns[each], expected, err_msg=each)


def kinds_of(table: Table) -> dict[str, ColumnKind]:
    """What the features hold, as a model keeps it."""
    named = cast(dict[str, ColumnKind], {"O": "words", "M": "dates"})
    return {name: named.get(table.columns[name].dtype.kind, "numbers") for name in table.features}


@pytest.mark.thorough
@pytest.mark.parametrize("name", thinned(READ))
def test_new_rows_are_read_by_the_rules_of_training(name: str, tmp_path: Path) -> None:
    data = table(name).decided()
    if data.path.suffix in (".db", ".jsonl", ".gz") or name == "lines-in-cells.csv":
        pytest.skip("its first rows are no file of their own")
    training = data.read()
    kinds = kinds_of(training)
    encoding = data.encoding or "utf-8"
    few = data.path.read_bytes().decode(encoding).splitlines(keepends=True)[:12]
    (tmp_path / name).write_bytes("".join(few).encode(encoding))
    (block,) = data.model_copy(update={"path": tmp_path / name}).read_blocks(kinds)
    (whole,) = data.read_blocks(kinds)
    assert set(block.table.columns) == set(training.features)
    for each, column in block.table.columns.items():
        kind = training.columns[each].dtype.kind
        assert column.dtype.kind == kind or {column.dtype.kind, kind} <= set("if")
        numpy.testing.assert_array_equal(column, whole.table.columns[each][: len(column)], err_msg=each)
        if name != "target-gaps.csv":
            numpy.testing.assert_array_equal(whole.table.columns[each], training.columns[each], err_msg=each)


@pytest.mark.thorough
@pytest.mark.parametrize("name", NAMES)
def test_init_and_check_say_what_a_file_holds(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(HOME / "files" / name, tmp_path)
    told = _told(["init", name, "--target", TRUTH[name]["target"]])
    file = Path(pipeline_file(Path(name)).name)
    if file.exists():
        lines = file.read_text(encoding="utf-8").splitlines()
        begin = lines.index("[data]")
        told += "\n".join(lines[begin : lines.index("", begin)]) + "\n"
        told += _told(["check", str(file)], "rows", "columns", "target", "guessed")
    golden = HOME / "told" / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")


def _told(command: list[str], *starts: str) -> str:
    """What a command prints; of `check` the lines about the data alone."""
    done = CliRunner().invoke(app, command)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    lines = done.output.replace(f"{Path.cwd()}/", "").splitlines()
    if starts and not done.exit_code:
        lines = [line for line in lines if line.startswith(starts)]
    return "".join(f"{line}\n" for line in (f"$ pipe {' '.join(command)}", *lines))
