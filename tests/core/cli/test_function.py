"""Commands on a Python file: its training function is the pipeline."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from caviar import load
from caviar.cli.terminal import slow

from tests.commands import pipe

HEAD = """
import os
import caviar
from caviar_plugins import Log


"""
GOOD = """
@caviar.trial(metric="accuracy", goal="maximize", epochs=3)
def train(rate=Log(1e-3, 1.0), units=8, *, seed, state=None):
    import helper
    epoch = state or 0
    while True:
        epoch += 1
        yield {"accuracy": helper.score(rate) + units + epoch, "loss": 1.0}, epoch
"""
FEW = ("--set", "search.trials=5", "--set", "executor=inline", "--set", "reporter=[]", "--quiet")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "helper.py").write_text("def score(rate):\n    return rate\n")
    (tmp_path / "train.py").write_text(HEAD + GOOD)
    return tmp_path


def failing(folder: Path, body: str, *words: str) -> str:
    """What is printed where all trials of a function with this body fail."""
    text = f'@caviar.trial(metric="accuracy", goal="maximize", epochs=3)\ndef train(rate=Log(1e-3, 1.0)):\n{body}\n'
    (folder / "train.py").write_text(HEAD + text)
    done = pipe(folder, "run", "train.py", *FEW, *words)
    assert done.returncode == 1, done.stderr
    assert " trials failed: " in done.stderr, "with a reason, also where no reporter prints any"
    debug = ["--debug"] if "--debug" in words else []
    results = pipe(folder, "results", "runs/train", "--code", "train.py", *debug)
    return results.stderr


def test_a_python_file_is_run_and_resumed_and_its_results_are_shown(folder: Path) -> None:
    first = pipe(folder, "run", "train.py", *FEW, "--json")
    found = json.loads(first.stdout)
    assert (found["run"], found["finished"], found["resumed"]) == ("runs/train", 5, 0)
    assert found["best"]["metrics"]["validation.accuracy"] > 11
    again = json.loads(pipe(folder, "run", "train.py", *FEW, "--json").stdout)
    assert (again["resumed"], again["best"]) == (5, found["best"])
    told = pipe(folder, "results", "runs/train", "--code", "train.py")
    assert told.returncode == 0, told.stderr
    assert "validation.accuracy" in told.stdout


def test_a_run_resumes_after_a_comment_and_not_after_another_helper(folder: Path) -> None:
    text = "def helper(): return 1\n" + (folder / "train.py").read_text()
    (folder / "train.py").write_text(text)
    assert pipe(folder, "run", "train.py", *FEW).returncode == 0
    (folder / "train.py").write_text(
        "# said later\n\n" + text.replace("(): return", '():\n    """Help."""\n    return')
    )
    again = pipe(folder, "run", "train.py", *FEW, "--json")
    assert json.loads(again.stdout)["resumed"] == 5
    (folder / "train.py").write_text(text.replace("return 1", "return 2"))
    refused = pipe(folder, "run", "train.py", *FEW)
    assert refused.returncode == 2
    assert "comments, docstrings and layout of a .py file do not count, all its functions do" in refused.stderr


def test_results_are_read_without_the_code(folder: Path) -> None:
    ranges = "layers=Choice([[4], [8, 8], None]), form='a', counts=(1, 2), "
    text = (folder / "train.py").read_text().replace("import Log", "import Choice, Log").replace("units=8, ", ranges)
    text = text.replace("units + ", "").replace("accuracy", "score").replace("maximize", "minimize")
    (folder / "train.py").write_text(text)
    assert pipe(folder, "run", "train.py", *FEW, "--set", "search.trials=16").returncode == 0
    for words in ((), ("--json",), ("--narrow",)):
        there = pipe(folder, "results", "runs/train", "--code", "train.py", *words)
        without = pipe(folder, "results", "runs/train", *words)
        assert without.returncode == 0, without.stderr
        assert set(there.stdout.splitlines()) <= set(without.stdout.splitlines()), "at most defaults are added"
        assert without.stderr == there.stderr.replace("--code train.py", "--code FILE.py")
    assert "unknown trainer 'train'" in pipe(folder, "run", "runs/train/pipeline.toml").stderr


def test_all_mistakes_of_a_function_are_reported_together(folder: Path) -> None:
    wrong = "@caviar.trial(metric='a', goal='max')\ndef train(rate, units, *, seed=Log(1, 2)): yield 1\n"
    (folder / "train.py").write_text(HEAD + wrong)
    done = pipe(folder, "check", "train.py")
    assert done.returncode == 2
    told = done.stderr.splitlines()
    assert len(told) == 5
    assert all(line.startswith("train.py:7: train()") for line in told)
    for line, part in zip(
        told, ("goal must", "say how many", "'rate' has no", "'units' has no", "'seed'"), strict=True
    ):
        assert part in line


def test_a_slow_import_is_said_while_it_lasts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow, "_SLOW", 0)
    wait = (
        "import threading\nfor each in threading.enumerate():\n    isinstance(each, threading.Timer) and each.join()\n"
    )
    (folder / "train.py").write_text(wait + (folder / "train.py").read_text())
    assert pipe(folder, "check", "train.py", "--dry", "0").stderr.startswith("importing train.py …\n")


def test_a_constant_may_be_set_and_searched(folder: Path) -> None:
    settings = ("--set", "trainer.units={ int = [1, 4] }", "--set", "trainer.rate=0.5", "--set", "trainer.epochs=2")
    found = json.loads(pipe(folder, "run", "train.py", *FEW, *settings, "--json").stdout)
    assert {*found["best"]["values"]} == {"trainer.units"}
    assert found["best"]["metrics"]["validation.accuracy"] == 0.5 + 4 + 2


def test_check_shows_the_space_and_runs_no_trial(folder: Path) -> None:
    told = pipe(folder, "check", "train.py", "--dry", "0")
    assert told.returncode == 0, told.stderr
    assert "train, 3 epochs" in told.stdout
    assert "trainer.rate" in told.stdout
    assert not (folder / "runs").exists()


def test_fill_writes_a_pipeline_that_names_the_function(folder: Path) -> None:
    assert pipe(folder, "fill", "train.py", "--out", "own.toml").returncode == 0
    found = json.loads(pipe(folder, "run", "own.toml", "--code", "train.py", *FEW, "--json").stdout)
    assert found["run"] == "runs/train"
    assert found["finished"] == 5


def test_a_file_with_the_code_is_the_same_as_the_python_file(folder: Path) -> None:
    (folder / "p.toml").write_text('trainer = "train"\n[search]\nstrategy = "coarse-to-fine"\n')
    own = json.loads(pipe(folder, "run", "p.toml", "--code", "train.py", *FEW, "--json").stdout)
    assert json.loads(pipe(folder, "run", "train.py", *FEW, "--json").stdout)["best"] == own["best"]


def test_one_of_several_functions_is_named(folder: Path) -> None:
    (folder / "train.py").write_text(HEAD + GOOD + GOOD.replace("def train", "def other"))
    told = pipe(folder, "run", "train.py", *FEW)
    assert told.stderr.strip() == "train.py: has 2 training functions; name one: train.py:train, train.py:other"
    assert json.loads(pipe(folder, "run", "train.py:other", *FEW, "--json").stdout)["run"] == "runs/train-other"
    assert "has 2 training functions" in pipe(folder, "run", "train.py:third", *FEW).stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x = 1", "train.py: defines no plugin"),
        ("class R(caviar.Reporter): pass", "train.py: has no training function: write @caviar.trial(…) above yours"),
        (GOOD.replace(', goal="maximize"', ""), "metric 'accuracy' does not state whether higher is better"),
        (GOOD.replace("*, seed", "*, many, seed"), "train(): parameter 'many' has no default; give it a range"),
        ("def train(", "train.py:7: importing it failed: SyntaxError"),
    ],
)
def test_a_file_that_cannot_be_searched_is_a_mistake(folder: Path, text: str, told: str) -> None:
    (folder / "train.py").write_text(HEAD + text)
    done = pipe(folder, "run", "train.py", *FEW)
    assert done.returncode == 2
    assert told in done.stderr


def test_code_runs_only_where_it_is_named(folder: Path) -> None:
    (folder / "train.py").write_text(HEAD + GOOD + "\nopen('imported', 'a').close()\n")
    pipe(folder, "run", "train.py", *FEW)
    (folder / "imported").unlink()
    (folder / "p.toml").write_text('trainer = "train"\n')
    commands = [(0, "results", "runs/train"), (2, "check", "p.toml"), (2, "check", "runs/train/pipeline.toml")]
    for code, command, file in commands:
        done = pipe(folder, command, file)
        assert done.returncode == code
        assert "data: missing" not in done.stderr, "whether an unknown trainer needs data is not known"
    assert not (folder / "imported").exists()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            "    yield 1 / 0",
            "failed: ZeroDivisionError: division by zero at {}/train.py:9",
        ),
        (
            "    yield {'acuracy': 1}",
            "train() yielded 'acuracy', but the searched metric is 'accuracy'; "
            "give it the same name as 'acuracy' (line 9) at {}/train.py:7",
        ),
        ("    yield from ()", "train() ended without a yield; it yields metrics after each epoch at {}/train.py:7"),
        ("    return None", "train() returned None instead of its metrics; return {'accuracy': …} at {}/train.py:7"),
        ("    return 'good'", "train() returned str; a metric is one real number at {}/train.py:7"),
        ("    yield {'accuracy': [1, 2]}", "train() yielded list for 'accuracy'; a metric is one real number (line 9)"),
        ("    yield 1, {'a': [print]}", "train() state['a'][0] is of type builtin_function_or_method, which cannot"),
        ("    raise SystemExit", "failed: SystemExit at {}/train.py:9"),
    ],
    ids=lambda each: each.strip()[:20],
)
def test_what_is_wrong_with_a_function_is_reported_with_its_line(folder: Path, body: str, told: str) -> None:
    found = failing(folder, body)
    assert told.replace("{}", str(folder)) in found


def test_a_failed_trials_traceback_is_kept(folder: Path) -> None:
    told = failing(folder, "    deep = {}\n    yield deep['down']", "--debug")
    assert "yield deep['down']" in told
    assert "KeyError: 'down'" in told


def test_what_lies_beside_a_decorated_function_is_importable_and_not_what_lies_beside_its_decorator(
    folder: Path,
) -> None:
    (folder / "library").mkdir()
    (folder / "library" / "helper.py").write_text("raise RuntimeError('the decorator has another helper')")
    (folder / "library" / "decorators.py").write_text(
        "from functools import wraps\ndef logged(f):\n    return wraps(f)(lambda **words: f(**words))\n"
    )
    head = HEAD + "import sys\nsys.path.append(os.path.join(os.path.dirname(__file__), 'library'))\n"
    text = GOOD.replace("epochs=3)\n", "epochs=3)\n@logged\n")
    (folder / "train.py").write_text(f"{head}from decorators import logged\nsys.path.pop()\n{text}")
    assert json.loads(pipe(folder, "run", "train.py", *FEW, "--json").stdout)["finished"] == 5


def test_a_number_that_is_not_finite_is_a_divergence_and_the_others_go_on(folder: Path) -> None:
    (folder / "train.py").write_text(HEAD + GOOD.replace("helper.score(rate)", "(1 if rate < 0.1 else float('nan'))"))
    found = json.loads(pipe(folder, "run", "train.py", *FEW, "--json").stdout)
    assert found["diverged"] > 0 < found["finished"]
    told = pipe(folder, "results", "runs/train", "--code", "train.py").stderr
    assert "diverged: validation.accuracy was nan after epoch 1" in told


@pytest.mark.thorough
def test_what_ends_or_stops_its_process_costs_its_own_trial(folder: Path) -> None:
    body = """
    print("printed", flush=True)
    if rate > 0.5:
        os._exit(3)
    if rate > 0.1:
        os.kill(os.getpid(), 11)
    if rate > 0.01:
        while True:
            pass
"""
    (folder / "train.py").write_text(HEAD + GOOD.replace("    import helper\n", "    import helper\n" + body))
    words = ("--workers", "2", "--set", "search.trials=8", "--set", "search.trial_seconds=2")
    found = json.loads(pipe(folder, "run", "train.py", *words, "--set", "reporter=[]", "--quiet", "--json").stdout)
    assert found["finished"] > 0 < found["failed"]
    assert found["finished"] + found["failed"] + found["pruned"] == 8
    told = pipe(folder, "results", "runs/train", "--code", "train.py").stderr
    assert "two worker processes that trained it died" in told


def test_a_hanging_step_is_ended_by_its_time_limit_within_this_process(folder: Path) -> None:
    hangs = "    import helper\n    while rate > 0.1: pass\n"
    (folder / "train.py").write_text(HEAD + GOOD.replace("    import helper\n", hangs))
    words = ("--set", "search.trial_seconds=0.3", "--set", "search.strategy=random")
    found = json.loads(pipe(folder, "run", "train.py", *FEW, *words, "--json").stdout)
    assert found["pruned"] > 0 < found["finished"]


def test_the_example_is_searched_as_it_stands(tmp_path: Path) -> None:
    assert "Next: pipe run function.py" in pipe(tmp_path, "init", "--example", "function").stdout
    assert len((tmp_path / "function.py").read_text().splitlines()) < 60
    words = ("--set", "search.trials=3", "--set", "trainer.epochs=2", "--set", "executor=inline", "--quiet")
    told = pipe(tmp_path, "run", "function.py", *words)
    assert told.returncode == 0, told.stderr
    assert "3 finished" in told.stdout


def test_a_setting_is_that_of_one_pipeline_alone(folder: Path) -> None:
    file = str(folder / "train.py")
    usual = load(file).search.trials
    assert load(file, [f"search.trials={usual + 1}"]).search.trials == usual + 1
    assert load(file).search.trials == usual
