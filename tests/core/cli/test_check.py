"""`pipe check`: what is wrong with a file, or what it will do."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.commands import pipe

DATA = 'data = "digits"\n'


def test_a_command_prints_all_mistakes_one_a_line_and_exits_with_2(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text("[optimizer]\nlr = 1\nbeta1 = 2\n")
    done = pipe(tmp_path, "check", "p.toml")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        'p.toml: data: missing; write [data] with path = "my.csv" and target = "…"',
        "p.toml:2: optimizer.lr: unknown key for optimizer 'adam'; did you mean 'learning_rate'?",
        "p.toml:3: optimizer.beta1: must be below 1, not 2",
    ]


def test_a_traceback_is_shown_on_demand_only(tmp_path: Path) -> None:
    assert "Traceback" not in pipe(tmp_path, "check", "none.toml").stderr
    assert "Traceback" in pipe(tmp_path, "check", "none.toml", "--debug").stderr


def test_missing_data_is_a_mistake_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text('[data]\npath = "my.csv"\ntarget = "y"\n')
    done = pipe(tmp_path, "check", "p.toml")
    assert done.stderr == f"p.toml:2: data.path: no such file: {tmp_path / 'my.csv'}\n"


@pytest.mark.parametrize("command", ["check", "run", "fill"])
def test_data_in_the_place_of_a_pipeline_file_is_told_what_writes_one(command: str, tmp_path: Path) -> None:
    (tmp_path / "my data.csv").write_text("a,b\n1,2\n")
    done = pipe(tmp_path, command, "my data.csv")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "my data.csv: data, not a pipeline file; pipe init 'my data.csv' writes one for it\n"
    assert pipe(tmp_path, command, "none.csv").stderr == "none.csv: no such file\n"


def test_a_grid_is_reported_with_the_trials_that_it_has(tmp_path: Path) -> None:
    grid = 'search.strategy = "grid"\nmodel.layers = { int = [1, 9] }\n'
    (tmp_path / "p.toml").write_text(DATA + grid)
    told = pipe(tmp_path, "check", "p.toml", "--quiet").stdout
    assert (
        "search     3 trials by grid, 1 round\n           all possible trials, fewer than search.trials = 64\n" in told
    )
    assert "populations of up to 3 members" in told
    few = pipe(tmp_path, "check", "p.toml", "--quiet", "--set", "search.trials=1").stdout
    assert "search     1 trial by grid, 1 round\n           model.layers" in few
    assert "populations of up to 1 member\n" in few


def test_a_good_file_is_described(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(DATA + "optimizer.learning_rate = { log = [1e-4, 1.0] }\n")
    done = pipe(tmp_path, "check", "p.toml", "--set", "search.trials=9", "--set", "executor.workers=2")
    assert done.returncode == 0
    *told, time = done.stdout.splitlines()
    compiling = r"; \d+ s more where kernels are not compiled yet" if find_spec("numba") else ""
    assert re.fullmatch(rf"time       about \d+ (s|min) with 2 workers on cores of their own{compiling}", time)
    assert told == [
        "name       p",
        "data       digits",
        "rows       5,620: 3,058 training, 765 validation, 1,797 test",
        "columns    64 of numbers; 64 inputs",
        "target     digit: 10 classes, classification",
        "model      mlp 64-64-64-10, 8,970 parameters",
        "normalizer none",
        "training   adam, 10 epochs of 48 steps",
        "search     9 trials by random, 1 round",
        "           optimizer.learning_rate  log scale  0.0001 … 1  tier 1",
        "memory     about 266 MB with 2 workers; populations of up to 9 members",
    ]


def test_a_table_is_described_from_its_head(tmp_path: Path) -> None:
    rows = "".join(f"{n},{('red', 'blue', '')[n % 3]},{n % 2 == 0},{n * 0.5}\n" for n in range(150_000))
    (tmp_path / "my.csv").write_text("size,color,new,price\n" + rows)
    (tmp_path / "p.toml").write_text('[data]\npath = "my.csv"\ntarget = "price"\ntest = 0.2\n')
    done = pipe(tmp_path, "check", "p.toml")
    assert done.returncode == 0, done.stderr
    told = done.stdout.splitlines()
    assert told[1] == f"data       {tmp_path / 'my.csv'}"
    assert re.match(r"rows       about 15.,...: 9.,... training, 3.,... validation, 3.,... test", told[2])
    assert told[3:6] == [
        "columns    1 of numbers, 1 of flags, 1 of words (1 with gaps); about 5 inputs",
        "target     price: numbers, regression",
        "model      mlp 5-64-64-1, about 4,609 parameters",
    ]


def test_what_is_wrong_with_the_head_of_the_data_is_reported_by_check(tmp_path: Path) -> None:
    (tmp_path / "my.csv").write_text("a,prices\n1,2\n")
    (tmp_path / "p.toml").write_text('[data]\npath = "my.csv"\ntarget = "price"\n')
    done = pipe(tmp_path, "check", "p.toml")
    assert done.returncode == 2
    assert done.stderr == f"{tmp_path / 'my.csv'}:1: there is no column 'price' to predict; did you mean 'prices'?\n"


def test_advice_stands_on_standard_error_unless_quiet(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(DATA + 'normalizer = "batchnorm"\n')
    told = pipe(tmp_path, "check", "p.toml")
    assert (told.returncode, told.stderr.startswith("advice: normalizer: ")) == (0, True)
    assert pipe(tmp_path, "check", "p.toml", "--quiet").stderr == ""
    small = [
        word for each in ("trainer.epochs=1", "executor=inline", "search.baselines=false") for word in ("--set", each)
    ]
    head = pipe(tmp_path, "run", "p.toml", *small)
    assert head.stderr.startswith("advice: normalizer: ")


def test_a_file_whose_own_name_cannot_name_a_run_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "my pipe.toml").write_text(DATA)
    done = pipe(tmp_path, "check", "my pipe.toml")
    assert done.returncode == 2
    told = "my pipe.toml: name: the file's own name, 'my pipe', cannot name the run's folder"
    assert done.stderr.startswith(told)
    assert done.stderr.endswith('write name = "my-pipe"\n')
    (tmp_path / "my pipe.toml").write_text('name = "mine"\n' + DATA)
    assert pipe(tmp_path, "check", "my pipe.toml").returncode == 0


def test_a_name_with_a_line_break_or_a_command_to_the_terminal_stays_on_its_line(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text('[data]\npath = "my.csv"\ntarget = "y"\n')
    (tmp_path / "my.csv").write_text('"a\x1b[2J\nb",c\n1,2\n')
    (line,) = pipe(tmp_path, "check", "p.toml").stderr.splitlines()
    assert "a\\x1b[2J\\nb" in line
    (tmp_path / "p.toml").write_text(DATA + '"un\\nknown" = 1\n"n\\u001b[31m" = 2\n')
    lines = pipe(tmp_path, "check", "p.toml").stderr.splitlines()
    assert [line.partition(": ")[0] for line in lines] == ["p.toml:2", "p.toml:3"]
    assert "\x1b" not in "".join(lines)


@pytest.mark.parametrize("command", ["results", "predict"])
def test_a_folder_without_a_run_is_a_mistake_of_the_argument(command: str, tmp_path: Path) -> None:
    rows = ("my.csv",) if command == "predict" else ()
    done = pipe(tmp_path, command, "nothing", *rows)
    assert (done.returncode, done.stderr[:20]) == (2, "nothing: no run here")


def test_results_of_a_run_whose_file_is_no_text_say_where(tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "pipeline.toml").write_bytes(b'name = "r"\nseed = \xff\n')
    done = pipe(tmp_path, "results", "r")
    assert (done.returncode, done.stderr) == (
        1,
        "r/pipeline.toml: damaged, for it is not UTF-8 text; `pipe run` of its pipeline writes it again\n",
    )


@pytest.mark.parametrize("columns", [60, 120])
def test_on_a_terminal_no_line_is_too_long_and_no_word_is_broken(columns: int, tmp_path: Path) -> None:
    text = DATA + 'normalizer = "batchnorm"\noptimizer.beta1 = { beta = [0.5, 0.99] }\nmodel.units = { int = [4, 9] }\n'
    (tmp_path / "p.toml").write_text(text)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    command = [sys.executable, "-m", "caviar", "check", "p.toml"]
    subprocess.run(command, cwd=tmp_path, stdout=theirs, stderr=theirs, env=environment, check=True)
    os.close(theirs)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert max(map(len, shown.splitlines())) <= columns
    whole = pipe(tmp_path, "check", "p.toml")
    assert _words(shown) == _words(whole.stdout + whole.stderr)


def _words(shown: str) -> list[str]:
    """The words of a check, except its seconds: they follow the machine's speed at that moment."""
    before, time, rest = shown.partition("\ntime ")
    assert time, shown
    return [*before.split(), *(word for word in rest.split() if not word.isdigit())]
