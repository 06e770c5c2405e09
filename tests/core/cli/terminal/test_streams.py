"""Standard streams that are closed, full, narrow of mind or left by their reader: one line at most, no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from caviar import load
from caviar.engine.study import run

FILE = """
data = "digits"
reporter = []
executor = "inline"
model.units = { int = [4, 8] }
trainer = { epochs = 1, batch_size = 512 }
search = { baselines = false, trials = 2, strategy = { use = "coarse-to-fine", retest = 1.0 } }
"""
DIGITS = Path(__file__).parents[4] / "plugins" / "caviar_plugins" / "data" / "digits.npz"
COMMANDS = {
    "check": ("check", "p.toml"),
    "fill": ("fill", "p.toml"),
    "help": ("--help",),
    "init": ("init", "--example"),
    "plugins": ("plugins",),
    "predict": ("predict", "p", str(DIGITS)),
    "results": ("results", "p"),
    "json": ("results", "p", "--json"),
    "run": ("run", "p.toml", "--runs", ".", "--json"),
    "schema": ("schema",),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("streams")
    (folder / "p.toml").write_text(FILE)
    run(load(folder / "p.toml"), folder)
    return folder


def in_shell(folder: Path, words: tuple[str, ...], ending: str, **environment: str) -> subprocess.CompletedProcess[str]:
    script = f'"$@" {ending}'
    command = ["bash", "-c", script, "bash", sys.executable, "-m", "caviar", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=os.environ | environment)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_closed_stream_is_as_good_as_the_null_device(command: str, folder: Path) -> None:
    done = in_shell(folder, COMMANDS[command], ">&- <&-")
    assert (done.returncode, "unexpected" in done.stderr, "failed" in done.stderr) == (0, False, False), done.stderr
    assert in_shell(folder, COMMANDS[command], ">&- 2>&-").returncode == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_output_that_a_full_device_refuses_is_reported_in_one_line(command: str, folder: Path) -> None:
    quiet = ("--quiet",) if command in ("check", "run") else ()
    done = in_shell(folder, (*COMMANDS[command], *quiet), ">/dev/full")
    assert done.stderr == "standard output cannot be written: No space left on device\n"
    assert done.returncode == 1


@pytest.mark.parametrize("command", ["help", "plugins", "schema", "predict", "results"])
def test_a_reader_that_has_gone_is_nothing_to_tell(command: str, folder: Path) -> None:
    done = in_shell(folder, COMMANDS[command], "| true")
    assert done.stderr == ""


def test_what_an_encoding_lacks_is_written_as_an_escape_for_people(folder: Path) -> None:
    done = in_shell(folder, COMMANDS["results"], "", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\xb1" in done.stdout


def test_what_an_encoding_lacks_is_refused_to_programs(folder: Path) -> None:
    (folder / "q.toml").write_text("# café\n" + FILE)
    done = in_shell(folder, ("fill", "q.toml"), "", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stdout) == (2, "")
    assert "encoding ascii, which cannot hold '\\xe9'; set PYTHONIOENCODING=utf-8" in done.stderr
