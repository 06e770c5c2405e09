"""The dry run of `pipe check`: what is wrong with a training function shows before a search."""

from __future__ import annotations

from pathlib import Path

import pytest

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
