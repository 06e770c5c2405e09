"""`caviar.search`: a function's parameters are searched, from Python."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import caviar
import numpy
import pytest
from caviar import Study, Trial
from caviar_plugins import Choice, Inline, Log, Uniform

from tests.core.function.functions import descend, replayed

GIVE = "give it a range, such as Log(1e-4, 1e-1), or a constant"


def searched(function: object, **others: object) -> Study:
    return caviar.search(function, **{"trials": 6, "round": 3, "executor": Inline(), **others})  # type: ignore[arg-type]


def outcome(study: Study) -> list[object]:
    return [(each.state, each.values, each.epochs, each.metrics) for each in study.trials]


def test_a_function_is_searched_by_its_defaults() -> None:
    study = searched(descend)
    assert study.metric == "validation.score"
    assert len(study.trials) == 6
    assert {*study.trials[0].values} == {"trainer.rate", "trainer.units", "trainer.form"}
    assert {*study.trials[0].metrics} == {"validation.score", "train.loss"}
    assert study.best is not None
    best = max(each.objective for each in study.trials if each.objective is not None)
    assert study.best.metrics["validation.score"] == best
    assert descend.state(study.best)["step"] == 4


def test_constants_and_other_ranges_take_the_place_of_defaults() -> None:
    study = searched(descend.trainer(units=4, form="a", rate=Uniform(0.2, 0.3), epochs=2))
    assert {*study.trials[0].values} == {"trainer.rate"}
    assert {each.epochs for each in study.trials} == {2}
    assert all(0.2 <= each.values["trainer.rate"] <= 0.3 for each in study.trials)


def test_a_function_that_returns_its_metrics_has_one_epoch() -> None:
    @caviar.trial(metric="loss", goal="minimize")
    def valley(x: Any = Uniform(-1.0, 1.0), shift: float = 0.5) -> Any:
        return (x - shift) ** 2

    study = searched(valley)
    assert [each.objective for each in study.trials] == [(each.values["trainer.x"] - 0.5) ** 2 for each in study.trials]
    assert valley(x=0.5) == 0


def test_a_pruned_search_without_states_trains_from_the_start_and_comes_to_the_same(tmp_path: Path) -> None:
    study = searched(replayed, pruner="successive-halving", runs=tmp_path)
    alone = {each.values["trainer.rate"]: each for each in searched(replayed).trials}
    finished = [each for each in study.trials if each.state == "finished"]
    assert finished
    for each in finished:
        assert each.metrics == alone[each.values["trainer.rate"]].metrics
    notes = (tmp_path / "replayed" / "trials" / str(finished[0].index) / "epochs.txt").read_text().split()
    assert notes == ["1", "1", "2", "3", "1", "2", "3", "4"]


def test_a_function_may_end_before_its_last_epoch() -> None:
    @caviar.trial(metric="score", goal="maximize", epochs=9)
    def patient(x: Any = Uniform(0.0, 1.0)):  # type: ignore[no-untyped-def]
        for epoch in range(3):
            yield {"score": x + epoch}

    study = searched(patient)
    assert {(each.state, each.epochs) for each in study.trials} == {("finished", 3)}
    assert {len(curve) for curve in study.curves().values()} == {3}


def test_a_function_is_closed_where_its_trial_ends() -> None:
    closed = []

    @caviar.trial(metric="score", goal="maximize", epochs=4)
    def noted(x: Any = Uniform(0.0, 1.0)):  # type: ignore[no-untyped-def]
        try:
            while True:
                yield x
        finally:
            closed.append(x)

    study = searched(noted, pruner="successive-halving")
    assert {*closed} == {each.values["trainer.x"] for each in study.trials}


def test_a_stopped_search_goes_on_to_the_same(tmp_path: Path) -> None:
    def stop(trial: Trial) -> None:
        raise KeyboardInterrupt

    whole = searched(descend, pruner="hyperband")
    assert searched(descend, pruner="hyperband", runs=tmp_path, on_trial=stop).interrupted
    assert outcome(searched(descend, pruner="hyperband", runs=tmp_path)) == outcome(whole)


@pytest.mark.thorough
def test_workers_change_no_bit() -> None:
    here = searched(descend.trainer(units=3), pruner="successive-halving", executor=None, workers=2)
    assert outcome(here) == outcome(searched(descend.trainer(units=3), pruner="successive-halving"))


@pytest.mark.thorough
def test_a_script_searches_with_workers(tmp_path: Path) -> None:
    script = """
import caviar, os
from caviar_plugins import Log

@caviar.trial(metric="score", goal="maximize")
def train(rate=Log(1e-3, 1.0)):
    return {"score": rate, "process": os.getpid()}

if __name__ == "__main__":
    study = caviar.search(train, trials=4, workers=2)
    assert {each.metrics["validation.process"] for each in study.trials}.isdisjoint({os.getpid()})
    print(study)
"""
    (tmp_path / "train.py").write_text(script)
    words = [sys.executable, "train.py"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert done.stdout.startswith("<Study 'train': 4 trials, 4 finished"), done.stderr
    (tmp_path / "train.py").write_text(script.replace('if __name__ == "__main__"', "if True"))
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert done.stderr.count("train.py:10: searches while it is imported, as its workers do; write if __name__") == 1
    assert "worker process" not in done.stderr, "none was started"


def test_an_option_brings_its_own_ranges_and_a_trial_has_those_of_its_option_alone() -> None:
    options = [
        "none",
        {"use": "sgd", "momentum": Uniform(0.0, 0.9)},
        {"use": "adam", "beta": Choice((0.9, 0.99)), "eps": 0.1},
    ]
    seen: list[Any] = []

    @caviar.trial(metric="score", goal="maximize")
    def train(optimizer: Any = Choice(options)) -> Any:
        seen.append(optimizer)
        return 0.5

    study = searched(train, trials=16, round=16, strategy="random")
    path = "trainer.optimizer"
    own = {"none": set(), "sgd": {f"{path}.sgd.momentum"}, "adam": {f"{path}.adam.beta"}}
    assert {each.values[path] for each in study.trials} == {*own}
    for trial, given in zip(study.trials, seen, strict=True):
        name = trial.values[path]
        assert {*trial.values} == {path, *own[name]}
        expected = {
            "none": "none",
            "sgd": {"use": "sgd", "momentum": trial.values.get(f"{path}.sgd.momentum")},
            "adam": {"use": "adam", "beta": trial.values.get(f"{path}.adam.beta"), "eps": 0.1},
        }
        assert given == expected[name]
    point = {"trainer.optimizer": "sgd", "trainer.optimizer.sgd.momentum": 0.25}
    searched(train, trials=1, points=[point])
    assert seen[-1] == {"use": "sgd", "momentum": 0.25}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            [{"use": "a"}, {"use": "a", "x": 1}],
            r"train\(\): parameter 'x': two options of a choice have one name: a, a",
        ),
        ([{"use": "a"}, 3], r"parameter 'x': beside \{\"use\": …\} a choice has texts and other such tables only"),
    ],
)
def test_options_with_ranges_need_names(options: list[Any], told: str) -> None:
    def train(x: Any = Choice(options)) -> Any:
        return 0.5

    with pytest.raises(TypeError, match=told):
        caviar.trial(metric="score", goal="maximize")(train)


def test_a_search_in_which_all_trials_fail_warns_with_the_reason() -> None:
    @caviar.trial(metric="score", goal="maximize")
    def broken(x: Any = Uniform(0.0, 1.0)) -> Any:
        raise ValueError("no file there")

    with pytest.warns(UserWarning, match=r"no trial finished; 6 trials failed: .*ValueError: no file there at "):
        assert searched(broken, round=6).best is None


@pytest.mark.thorough
@pytest.mark.parametrize("words", [["-m", "package.training"], ["use.py"]], ids=["as main", "imported"])
def test_a_packages_function_is_trained_by_workers(tmp_path: Path, words: list[str]) -> None:
    training = """
import caviar, os
from caviar_plugins import Log
from .helper import score

@caviar.trial(metric="score", goal="maximize")
def train(rate=Log(1e-3, 1.0)):
    return {"score": score(rate), "process": os.getpid()}

def main():
    study = caviar.search(train, trials=4, workers=2)
    assert {each.metrics["validation.process"] for each in study.trials}.isdisjoint({os.getpid()})
    print(study)

if __name__ == "__main__":
    main()
"""
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").touch()
    (tmp_path / "package" / "helper.py").write_text("def score(rate):\n    return rate\n")
    (tmp_path / "package" / "training.py").write_text(training)
    (tmp_path / "use.py").write_text("from package.training import main\nmain()\n")
    done = subprocess.run([sys.executable, *words], cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert done.stdout.startswith("<Study 'train': 4 trials, 4 finished"), done.stderr


def test_a_package_that_searches_while_it_is_imported_is_refused(tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").touch()
    (tmp_path / "package" / "training.py").write_text(
        "import caviar\n@caviar.trial(metric='loss', goal='minimize')\ndef train(rate=0.1): return rate\n"
        "caviar.search(train, trials=1)\n"
    )
    words = [sys.executable, "-c", "import package.training"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert 'write if __name__ == "__main__": above the search' in done.stderr


def test_a_notebooks_function_with_another_body_does_not_go_on_with_the_first_ones_run(tmp_path: Path) -> None:
    notebook = """
import caviar, sys
from caviar_plugins import Uniform
@caviar.trial(metric="loss", goal="minimize")
def train(rate=Uniform(0.1, 1.0)): return rate * FACTOR
"""
    module = ModuleType("notebook")
    for factor, refused in (("1.0", False), ("1.0", False), ("2.0", True)):
        exec(notebook.replace("FACTOR", factor), vars(module))
        if refused:
            with pytest.raises(caviar.Refused, match="trainer"):
                searched(module.train, runs=tmp_path)
        else:
            assert len(searched(module.train, runs=tmp_path).trials) == 6


def test_lists_and_none_may_be_options_and_a_float_is_exact() -> None:
    seen = []

    @caviar.trial(metric="score", goal="maximize")
    def many(
        layers: Any = Choice([[4], [8, 8], None]),
        tokens: Any = ["a", "b"],  # noqa: B006
        rate: Any = Log(0.1, 0.2),
    ) -> Any:
        seen.append((layers, tokens, rate))
        return rate

    study = searched(many, trials=12)
    assert {each[0] for each in seen} == {(4,), (8, 8), None}
    assert {each[1] for each in seen} == {("a", "b")}
    assert {each[2] for each in seen} == {each.values["trainer.rate"] for each in study.trials}
    assert numpy.asarray(seen[0][2]).dtype == numpy.float64


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "def f(x): return 0",
            "f(): parameter 'x' has no default; give it a range, such as Log(1e-4, 1e-1), or a constant",
        ),
        ("def f(kind=1): return 0", "f(): a trainer uses the name 'kind' itself; rename the parameter"),
        ("def f(_x=1): return 0", "f(): a trainer uses the name '_x' itself; rename the parameter"),
        ("def f(x=1, /): return 0", "f(): parameter 'x' must be taken by its name; remove the '/'"),
        ("def f(x=1): yield 0", "f() yields epochs; say how many: @caviar.trial(…, epochs=20)"),
    ],
)
def test_a_function_that_cannot_be_searched_is_refused(text: str, told: str) -> None:
    names: dict[str, object] = {"__name__": "mine"}
    exec(text, names)
    with pytest.raises(TypeError) as caught:
        caviar.trial(metric="score")(names["f"])  # type: ignore[arg-type]
    assert str(caught.value) == told
