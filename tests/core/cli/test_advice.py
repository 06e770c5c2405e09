"""Advice on a result: a whole command, ready to be pasted."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from caviar.cli.advice import next_name, show_next_run
from caviar.config.advice.advice import Advice

ADVICE = [
    Advice("range-edge", path, "look beyond", (f"{path}={{ int = [1, 4] }}",)) for path in ("m.layers", "m.units")
]


def test_the_command_keeps_what_was_given_but_for_what_it_changes(capsys: pytest.CaptureFixture[str]) -> None:
    given = ["name=digits-next", "seed=2", "m.layers={ int = [1, 3] }"]
    show_next_run(ADVICE, ["pipe", "run", "my file.toml", "--runs", "r"], given, "digits-next-2")
    *lines, command = capsys.readouterr().err.splitlines()
    assert lines == ["advice: m.layers: look beyond (range-edge)", "advice: m.units: look beyond (range-edge)"]
    settings = ["seed=2", "name=digits-next-2", "m.layers={ int = [1, 4] }", "m.units={ int = [1, 4] }"]
    words = [word for setting in settings for word in ("--set", setting)]
    assert shlex.split(command) == ["pipe", "run", "my file.toml", "--runs", "r", *words]


def test_without_advice_there_is_no_command(capsys: pytest.CaptureFixture[str]) -> None:
    show_next_run([], ["pipe", "run", "p.toml"], [], "p-next")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("name", "there", "told"),
    [
        ("digits", [], "digits-next"),
        ("digits", ["digits-next"], "digits-next-2"),
        ("digits-next", ["digits-next"], "digits-next-2"),
        ("digits-next-2", ["digits-next", "digits-next-2"], "digits-next-3"),
    ],
)
def test_a_next_run_of_a_next_run_is_counted(name: str, there: list[str], told: str, tmp_path: Path) -> None:
    for each in there:
        (tmp_path / each).mkdir()
    assert next_name(name, lambda each: (tmp_path / each).exists()) == told
