"""What a shell completes, asked as bash asks it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from caviar.cli.main import app
from typer.testing import CliRunner


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("runs/digits/models", "runs/other", "pipelines"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("my.toml", "my.csv", "train.py", ".hidden.toml", "pipelines/digits.toml", "runs/digits/pipeline.toml"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("line", "completed"),
    [
        ("pipe ru", ["run"]),
        ("pipe run ", ["my.toml", "pipelines/", "runs/", "train.py"]),
        ("pipe check m", ["my.toml"]),
        ("pipe run pipelines/", ["pipelines/digits.toml"]),
        ("pipe results ", ["runs/digits", "runs/other/"]),
        ("pipe predict runs/d", ["runs/digits"]),
        ("pipe results nowhere/", []),
        ("pipe plugins ada", ["adam", "adamw"]),
    ],
)
def test_the_last_word_is_completed(line: str, completed: list[str]) -> None:
    words = {"_PIPE_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
    done = CliRunner().invoke(app, [], prog_name="pipe", env={**os.environ, **words})
    assert done.stdout.split() == completed
