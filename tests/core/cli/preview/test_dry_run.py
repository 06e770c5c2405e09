"""The dry run of `pipe check`: what is wrong with a training function shows before a search."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from caviar.cli.preview import dry_run

from tests.commands import pipe

pytestmark = pytest.mark.thorough

HEAD = """
import os, random
import caviar
import numpy
from caviar_plugins import Log

@caviar.trial(metric="accuracy", goal="maximize", epochs=9)
def train(rate=Log(1e-3, 1.0), *, seed, state=None):
"""


def checked(folder: Path, body: str, *words: str) -> tuple[int, str]:
    (folder / "train.py").write_text(HEAD + body)
    done = pipe(folder, "check", "train.py", *words)
    return done.returncode, done.stdout + done.stderr


def test_a_sound_function_is_trained_for_two_epochs_and_leaves_nothing(tmp_path: Path) -> None:
    body = """
    random, x = numpy.random.default_rng(seed), 0.0
    if state:
        x, random.bit_generator.state = state
    while True:
        x += random.normal()
        yield x, (x, random.bit_generator.state)
"""
    code, told = checked(tmp_path, body)
    assert code == 0
    assert "dry run    2 of 9 epochs in " in told
    assert "differ" not in told
    assert [each.name for each in tmp_path.iterdir()] == ["train.py"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "    random = numpy.random.default_rng(seed)\n    while True: yield random.normal(), {}",
            "in validation.accuracy",
        ),
        ("    n = 0\n    while True:\n        n += 1\n        yield 1, {'n': [n]}", "pause in state['n'][0]"),
        ("    while True: yield random.random()", "two trainings with the same seed differ"),
        (
            "    while True: yield 1",
            "train yields no state: a trial that resumes after a pause is trained from its start",
        ),
    ],
    ids=["generator", "counter", "seed", "no state"],
)
def test_a_trial_that_would_go_on_otherwise_is_advice(tmp_path: Path, body: str, said: str) -> None:
    code, told = checked(tmp_path, body)
    assert code == 0
    assert said in told


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("    yield from ()", "dry run: trainer 'train' of train.py "),
        ("    yield {'acc': 1}", "train() yielded 'acc', but the searched metric is 'accuracy'"),
        ("    yield float('nan')", "dry run: validation.accuracy was nan after epoch 1"),
        ("    yield 1, {'a': [print]}", "state['a'][0] is of type builtin_function_or_method, which cannot be saved"),
        ("    os._exit(1)", "dry run: two worker processes that trained it died, the last one ended with exit code 1"),
    ],
    ids=["no yield", "name", "nan", "state", "exit"],
)
def test_what_would_fail_every_trial_is_a_mistake(tmp_path: Path, body: str, said: str) -> None:
    code, told = checked(tmp_path, body)
    assert code == 2
    assert said in told


def test_only_what_was_named_on_the_command_line_is_run(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text('trainer = "train"\n')
    body = "    open('ran', 'w')\n    yield 1"
    assert checked(tmp_path, body, "--dry", "0")[0] == 0
    assert pipe(tmp_path, "check", "p.toml").returncode == 2
    assert not (tmp_path / "ran").exists()
    assert "dry run" in pipe(tmp_path, "check", "p.toml", "--code", "train.py").stdout
    assert (tmp_path / "ran").exists()


FOR_EVER = "    open('ran', 'w')\n    while True: pass\n    yield 1"


def test_a_function_that_loops_for_ever_is_stopped_and_that_is_a_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dry_run, "_PATIENCE", 0.2)
    monkeypatch.setattr(dry_run, "_LIMIT", 1)
    code, told = checked(tmp_path, FOR_EVER)
    assert code == 2
    assert "dry run of train: no epoch within 0.2 s; it is stopped after 1 s without one\n" in told
    assert "dry run of train: stopped after 1 s without an epoch: it loops for ever, or an epoch takes" in told


def test_an_interrupted_dry_run_says_so_and_promises_no_resume(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(HEAD + FOR_EVER)
    words = [sys.executable, "-m", "caviar", "check", "train.py"]
    check = subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "ran").exists():
        assert check.poll() is None
    check.send_signal(signal.SIGINT)
    _, told = check.communicate(timeout=60)
    assert check.returncode == 130
    assert "dry run of train: stopped " in told
    assert told.endswith("\ninterrupted\n")
