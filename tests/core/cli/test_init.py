"""pipe init: files that run as they are."""

from __future__ import annotations

import gzip
import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from caviar.cli.scaffold.efforts import EFFORTS, USUAL
from caviar.cli.scaffold.examples import examples

from tests.commands import pipe

DATA = Path(__file__).parents[3] / "pipelines" / "data"


@pytest.fixture
def penguins(tmp_path: Path) -> Path:
    shutil.copy(DATA / "penguins.csv", tmp_path)
    return tmp_path


def test_a_table_becomes_a_pipeline_that_runs_unedited(penguins: Path) -> None:
    told = pipe(penguins, "init", "penguins.csv")
    assert told.stdout.splitlines()[-2:] == [
        "penguins.toml predicts 'species', guessed by its name; the runner-up is 'sex'",
        "Next: pipe check penguins.toml, then pipe run penguins.toml",
    ]
    done = pipe(penguins, "run", "penguins.toml", "--set", "search.trials=4", "--set", "executor=inline", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["best"]["metrics"]["test.accuracy"] > 0.9


def test_the_target_may_be_given(penguins: Path) -> None:
    done = pipe(penguins, "init", "penguins.csv", "--target", "island")
    assert "\npenguins.toml predicts 'island'\n" in done.stdout
    assert 'target = "island"\n' in (penguins / "penguins.toml").read_text()


def test_rows_without_a_target_are_counted_by_check(penguins: Path) -> None:
    assert pipe(penguins, "init", "penguins.csv", "--target", "sex").returncode == 0
    told = pipe(penguins, "check", "penguins.toml").stdout
    assert "rows       333: " in told
    assert "11 rows without a target are left out" in told


def test_a_target_that_is_not_there_is_reported(penguins: Path) -> None:
    done = pipe(penguins, "init", "penguins.csv", "--target", "specis")
    assert (done.returncode, (penguins / "penguins.toml").exists()) == (2, False)
    assert done.stderr == "penguins.csv:1: there is no column 'specis' to predict; did you mean 'species'?\n"


@pytest.mark.parametrize(("rare", "written"), [("fraud", '"fraud"'), ("1", "1")])
def test_a_rare_class_is_written_as_the_positive_one_with_a_metric_that_sees_it(
    tmp_path: Path, rare: str, written: str
) -> None:
    other = "ok" if rare == "fraud" else "0"
    rows = "".join(f"{row * 7 % 50}.5,{rare if row % 50 == 0 else other}\n" for row in range(500))
    (tmp_path / "t.csv").write_text("amount,label\n" + rows)
    assert pipe(tmp_path, "init", "t.csv").returncode == 0
    text = (tmp_path / "t.toml").read_text()
    assert f"positive = {written} " in text
    assert 'metric = "validation.average_precision"' in text
    assert "2.0% of the rows: precision, recall and f1 are about this class" in text
    done = pipe(tmp_path, "check", "t.toml")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"precision, recall, f1 and average_precision are those of '{rare}'" in done.stdout


def test_many_whole_numbers_are_said_to_be_taken_for_classes_and_get_no_metric_of_classes(tmp_path: Path) -> None:
    rows = "".join(f"{row * 7 % 50}.5,{67 + row % 32 if row else 66}\n" for row in range(700))
    (tmp_path / "t.csv").write_text("amount,score\n" + rows)
    told = pipe(tmp_path, "init", "t.csv").stdout
    assert (
        "guessed: the 33 whole numbers of 'score' are classes; "
        'task = "regression" in [data] predicts them as numbers\n'
    ) in told
    assert "metric" not in (tmp_path / "t.toml").read_text()
    assert "(many-classes)" in pipe(tmp_path, "check", "t.toml").stderr
    done = pipe(tmp_path, "check", "t.toml", "--set", "data.task=regression")
    assert (done.returncode, done.stderr) == (0, "")


def test_nothing_is_overwritten(penguins: Path) -> None:
    (penguins / "penguins.toml").write_text("mine")
    done = pipe(penguins, "init", "penguins.csv")
    assert (done.returncode, (penguins / "penguins.toml").read_text()) == (2, "mine")
    assert done.stderr == "penguins.toml: already exists; rename or remove it first\n"


def test_the_file_of_a_packed_table_has_the_name_of_the_table(tmp_path: Path) -> None:
    rows = "".join(f"{n % 7},{n % 2}\n" for n in range(30))
    (tmp_path / "prices.old.csv.gz").write_bytes(gzip.compress(f"x,y\n{rows}".encode()))
    done = pipe(tmp_path, "init", "prices.old.csv.gz")
    assert "prices.old.toml predicts 'y'" in done.stdout
    text = (tmp_path / "prices.old.toml").read_text()
    assert "# pipe check prices.old.toml shows" in text
    assert 'path = "prices.old.csv.gz"' in text


def test_another_target_may_be_given_until_the_file_is_edited(penguins: Path) -> None:
    file = penguins / "penguins.toml"
    for more in ((), ("--target", "sex"), ("--target", "island", "--target", "sex"), ("--target", "island")):
        done = pipe(penguins, "init", "penguins.csv", *more)
        assert done.returncode == 0, done.stderr
    edited = file.read_text().replace("epochs = 96", "epochs = 30")
    file.write_text(edited)
    done = pipe(penguins, "init", "penguins.csv", "--target", "sex")
    assert (done.returncode, file.read_text()) == (2, edited)
    line = edited.splitlines().index(next(each for each in edited.splitlines() if each.startswith("target"))) + 1
    told = f'already exists; rename or remove it first, or set target = "sex" in line {line}'
    assert done.stderr == f"penguins.toml: {told}\n"


ODD = ["size,kind,day,y", *(f"{n}.5,{'xy'[n % 2]},{n % 28 + 1:02}.03.2021,{n}.25" for n in range(60))]


def with_cells(folder: Path, **cells: str) -> Path:
    """A table with these cells in its fifth row."""
    row = dict(zip(ODD[0].split(","), ODD[5].split(","), strict=True)) | cells
    (folder / "t.csv").write_text("\n".join([*ODD[:5], ",".join(row.values()), *ODD[6:]]) + "\n")
    return folder


@pytest.mark.parametrize(
    ("cells", "line", "told"),
    [
        (
            {"size": "n.k."},
            'missing = ["n.k."]',
            "t.csv:6: column 'size' holds 'n.k.' where 59 of 60 cells hold a number: read as missing "
            '(missing = ["n.k."] in [data]); columns.size = "category" instead reads the column as words',
        ),
        ({"day": "31.02.2021"}, 'missing = ["31.02.2021"]', "59 of 60 cells hold a date: read as missing"),
        ({"y": "none yet"}, 'missing = ["none yet"]', 'read as missing (missing = ["none yet"] in [data]); their rows'),
        ({"size": "x"}, 'columns.size = "category"', "'x' where 59 of 60 cells hold a number: read as words"),
        ({"size": '"7,5"'}, 'columns.size = "category"', "'7,5' where 59 of 60 cells hold a number: read as words"),
    ],
)
def test_a_cell_that_its_column_cannot_hold_is_named_with_what_becomes_of_it(
    cells: dict[str, str], line: str, told: str, tmp_path: Path
) -> None:
    """x is a word of another column, and 7,5 would be 7.5 too: as codes for missing they would take those away."""
    done = pipe(with_cells(tmp_path, **cells), "init", "t.csv", "--target", "y")
    assert done.returncode == 0, done.stderr
    assert told in done.stdout
    assert any(each.startswith(line) for each in (tmp_path / "t.toml").read_text().splitlines())
    again = pipe(tmp_path, "init", "t.csv", "--target", "y", "--effort", "quick")
    assert again.returncode == 0, "what init wrote may be replaced"
    checked = pipe(tmp_path, "check", "t.toml")
    assert checked.returncode == 0, checked.stderr


def test_a_target_never_becomes_words_for_a_cell(tmp_path: Path) -> None:
    done = pipe(with_cells(tmp_path, y="x"), "init", "t.csv", "--target", "y")
    assert (done.returncode, (tmp_path / "t.toml").exists()) == (2, False)
    assert done.stderr.startswith("t.csv:6: column 'y' holds 'x' where 59 of 60 cells hold a number; correct it")


def test_neither_a_date_nor_an_id_nor_a_constant_is_guessed_as_the_target(tmp_path: Path) -> None:
    rows = "".join(f"{n % 7}.5,{n * 37 % 5}.5,c{n},{n % 60},2021-03-{n % 28 + 1:02},same\n" for n in range(80))
    (tmp_path / "t.csv").write_text("delay,wind,code,unitid,day,value\n" + rows)
    done = pipe(tmp_path, "init", "t.csv")
    assert done.stdout.splitlines()[-3:] == [
        "t.toml predicts 'wind', guessed by its place; the runner-up is 'delay'",
        "If another column is to be predicted: pipe init t.csv --target COLUMN",
        "Next: pipe check t.toml, then pipe run t.toml",
    ]


def test_a_date_to_predict_is_a_mistake_in_the_line_of_the_target(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("x,day\n" + "".join(f"{n},2021-03-{n % 28 + 1:02}\n" for n in range(40)))
    assert pipe(tmp_path, "init", "t.csv", "--target", "day").returncode == 0
    done = pipe(tmp_path, "check", "t.toml")
    assert done.returncode == 2
    assert done.stderr.startswith("t.toml:8: data.target: 'day' holds dates, which cannot be predicted; choose another")


def test_odd_names_are_written_so_that_they_can_be_read(tmp_path: Path) -> None:
    rows = "".join(f"{n},{n % 2}\n" for n in range(9))
    (tmp_path / 'a "b".csv').write_text('x,"say ""y"" \\ é"\n' + rows)
    assert pipe(tmp_path, "init", 'a "b".csv').returncode == 0
    done = pipe(tmp_path, "check", 'a "b".toml')
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_other_separators_are_found(tmp_path: Path, separator: str) -> None:
    (tmp_path / "t.csv").write_text(("x;y\n" + "1;0.5\n2;1.5\n" * 5).replace(";", separator))
    assert pipe(tmp_path, "init", "t.csv").returncode == 0
    assert pipe(tmp_path, "check", "t.toml").returncode == 0


def test_columns_that_name_the_rows_are_ignored(tmp_path: Path) -> None:
    rows = "".join(f"{n},{n},{n},{n % 5},{n % 3}\n" for n in range(30))
    (tmp_path / "t.csv").write_text("id,Kundennr,age,x,y\n" + rows)
    pipe(tmp_path, "init", "t.csv")
    written = (tmp_path / "t.toml").read_text()
    assert 'columns.id = "ignore"' in written
    assert 'columns.Kundennr = "ignore"' in written
    assert "columns.age" not in written


def test_a_person_at_a_terminal_is_asked(penguins: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "caviar", "init", "penguins.csv"]
    process = subprocess.Popen(command, cwd=penguins, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE, text=True)
    os.write(ours, b"nothing\nisland\n")
    told, _ = process.communicate(timeout=30)
    os.close(theirs)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    assert "Which column is to be predicted? [species]" in shown
    assert "There are species, island," in shown
    assert "penguins.toml predicts 'island'\n" in told


def test_the_example_of_a_program_brings_it_and_runs_as_the_command_says(tmp_path: Path) -> None:
    done = pipe(tmp_path, "init", "--example", "command")
    assert done.stdout == "Written: command.toml, command/train.py\nNext: pipe run command.toml --trust\n"
    few = ("--set", "search.trials=3", "--set", "executor=inline", "--set", "trainer.epochs=2")
    ran = pipe(tmp_path, "run", "command.toml", "--trust", "--quiet", *few)
    assert ran.returncode == 0, ran.stderr


def test_examples_are_listed_and_copied_with_their_data(tmp_path: Path) -> None:
    listing = pipe(tmp_path, "init", "--example").stdout
    assert [line.split()[0] for line in listing.splitlines()] == list(examples())
    done = pipe(tmp_path, "init", "--example", "minimal")
    assert done.stdout.startswith("Written: minimal.toml, data/penguins.csv\n")
    assert pipe(tmp_path, "check", "minimal.toml").returncode == 0
    assert pipe(tmp_path, "init", "--example", "minimal").returncode == 2
    unknown = pipe(tmp_path, "init", "--example", "minimul")
    assert unknown.stderr == "no example is called 'minimul'; did you mean 'minimal'?\n"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("adam", "there is an optimizer 'adam' already, of caviar"),
        ("My_Optimizer", "'My_Optimizer' cannot name a plugin: use lower-case letters"),
    ],
)
def test_a_plugins_name_must_be_free_and_plain(tmp_path: Path, name: str, told: str) -> None:
    done = pipe(tmp_path, "init", "--plugin", name)
    assert done.returncode == 2
    assert done.stderr.startswith(told)


def test_what_is_wanted_must_be_said(tmp_path: Path) -> None:
    done = pipe(tmp_path, "init")
    assert done.returncode == 2
    assert "give a table, such as my.csv" in done.stderr


@pytest.mark.parametrize("effort", EFFORTS)
def test_a_file_of_every_effort_is_short_and_without_mistake(penguins: Path, effort: str) -> None:
    assert pipe(penguins, "init", "penguins.csv", "--effort", effort).returncode == 0
    text = (penguins / "penguins.toml").read_text()
    assert f"trials = {EFFORTS[effort].trials // 2} " in text
    assert f"ensemble = {EFFORTS[effort].ensemble} " in text
    assert f'recipe = "{EFFORTS[effort].recipe}" ' in text
    assert len(text.splitlines()) < 25
    done = pipe(penguins, "check", "penguins.toml")
    assert (done.returncode, done.stderr) == (0, "")


def test_another_effort_may_be_given_until_the_file_is_edited(penguins: Path) -> None:
    file = penguins / "penguins.toml"
    assert pipe(penguins, "init", "penguins.csv").returncode == 0
    assert f"trials = {EFFORTS[USUAL].trials // 2} " in file.read_text()
    assert pipe(penguins, "init", "penguins.csv", "--effort", "quick").returncode == 0
    assert f"trials = {EFFORTS['quick'].trials // 2} " in file.read_text()
    file.write_text(file.read_text().replace("epochs = 64", "epochs = 30"))
    assert pipe(penguins, "init", "penguins.csv").returncode == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("penguins.csv", "--effort", "bst"), "--effort: there is no 'bst'; did you mean 'best'?\n"),
        (("--example", "digits", "--effort", "best"), "--effort needs a table"),
    ],
)
def test_an_effort_that_there_is_not_or_for_something_else_is_refused(
    penguins: Path, words: tuple[str, ...], told: str
) -> None:
    done = pipe(penguins, "init", *words)
    assert (done.returncode, list(penguins.glob("*.toml"))) == (2, [])
    assert told in done.stderr
