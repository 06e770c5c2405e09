"""A file's programs start only where the user trusts them: by --trust, at a terminal, or in this run before."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from caviar import Pipeline, Problem, Search, load, open_run
from caviar.engine.resume.trust import remember, remembered
from caviar_plugins import CommandTrainer, Inline, Log

from tests.commands import pipe

FILE = """
name = "p"
reporter = []
executor = "inline"
[trainer]
use = "command"
metric = "score"
goal = "maximize"
epochs = 1
command = ["sh", "-c", "echo started >>{started}; echo '{\\"score\\": 1}'", "{rate}"]
values = { rate = { log = [1e-4, 1.0] } }
[search]
trials = 1
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "p.toml").write_text(FILE.replace("{started}", str(tmp_path / "started")))
    return tmp_path


def test_without_trust_nothing_is_started_and_that_is_said(here: Path) -> None:
    checked, run = pipe(here, "check", "p.toml"), pipe(here, "run", "p.toml")
    assert checked.returncode == 0
    assert "not started by a check; a run starts it with --trust" in checked.stdout
    assert "echo started >>" in checked.stdout
    assert run.returncode == 2
    assert run.stderr.startswith("the file starts a program: sh -c ")
    assert run.stderr.strip().endswith("; if you trust it, and the file, run it with --trust")
    with pytest.raises(Problem, match=r"run it with load\(…, trust=True\)"):
        load("p.toml").run(runs="runs")
    assert not (here / "started").exists()
    assert not (here / "runs").exists()


def test_trust_is_remembered_in_the_run_for_the_same_program_only(here: Path) -> None:
    assert pipe(here, "run", "p.toml", "--trust").returncode == 0
    assert pipe(here, "run", "p.toml", "--set", "search.trials=2").returncode == 0
    assert (here / "started").read_text() == "started\n" * 2
    for change in ("trainer.command=['sh', '{rate}']", "trainer.environment={LD_PRELOAD='x.so'}", "name=other"):
        refused = pipe(here, "run", "p.toml", "--set", "search.trials=3", "--set", change)
        assert (refused.returncode, "the file starts a program" in refused.stderr) == (2, True), change


def test_words_that_a_value_may_have_are_part_of_the_program() -> None:
    def trainer(word: object) -> CommandTrainer:
        return CommandTrainer(command=("sh", "-c", "{word}"), metric="score", values={"word": word})  # type: ignore[dict-item]

    assert trainer("rm -rf ~").started_programs() == ("sh -c '{word}'\n{word} is \"rm -rf ~\"",)
    assert trainer("ls").started_programs() != trainer("pwd").started_programs()


def test_a_note_that_came_along_with_a_run_from_elsewhere_is_worth_nothing(here: Path) -> None:
    (here / "mine").mkdir()
    remember(here / "mine", ["sh"])
    assert remembered(here / "mine") == {"sh"}
    shutil.copytree(here / "mine", here / "copied")
    assert remembered(here / "copied") == frozenset()
    note = json.loads((here / "mine/trusted.json").read_text())
    (here / "mine/trusted.json").write_text(json.dumps({**note, "programs": ["rm"]}))
    assert remembered(here / "mine") == frozenset()
    remember(here / "mine", ["sh"])
    (here / "state/caviar/trust.key").write_bytes(bytes(32))  # another user's
    assert remembered(here / "mine") == frozenset()


def test_without_a_place_for_a_key_nothing_is_remembered(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(here / "file"))
    assert pipe(here, "run", "p.toml", "--trust").returncode == 0
    assert pipe(here, "run", "p.toml").returncode == 2


def test_the_pipeline_of_a_runs_folder_is_not_trusted_either(here: Path) -> None:
    pipe(here, "run", "p.toml", "--trust")
    with pytest.raises(Problem, match="the file starts a program"):
        open_run("runs/p").pipeline.run()


def test_a_program_that_makes_the_pipeline_is_trusted(here: Path) -> None:
    command = ("sh", "-c", "echo '{\"score\": 1}'", "{rate}")
    trainer = CommandTrainer(
        epochs=1, metric="score", goal="maximize", command=command, values={"rate": Log(1e-3, 1.0)}
    )
    pipeline = Pipeline(trainer=trainer, search=Search(trials=1), executor=Inline(), reporter=())
    assert pipeline.run().trials[0].state == "finished"


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 2), ("\n", 2)])
def test_a_person_at_a_terminal_is_asked(here: Path, answer: str, code: int) -> None:
    ours, theirs = os.openpty()
    with open(ours, "r+b", buffering=0) as terminal:
        os.write(ours, answer.encode())
        command = [sys.executable, "-m", "caviar", "run", "p.toml", "--quiet"]
        done = subprocess.run(command, stdin=theirs, stdout=-1, stderr=theirs, timeout=120, check=False)
        os.close(theirs)
        shown = b""
        while b"Start it? [y/N]" not in shown:
            shown += terminal.read(1000)
    assert done.returncode == code
    assert (here / "started").exists() == (code == 0)
