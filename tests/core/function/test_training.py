"""What a function may do in a search, and what is said of it."""

from __future__ import annotations

import functools
import os
import random
import signal
from collections.abc import Callable, Iterator
from typing import Any

import caviar
import pytest
from caviar import Problem, Study
from caviar_plugins import Inline, Uniform

pytestmark = pytest.mark.filterwarnings("ignore:no trial finished")  # it is read from the trials


def searched(function: object, **others: object) -> Study:
    return caviar.search(function, **{"trials": 2, "executor": Inline(), **others})  # type: ignore[arg-type]


def test_a_wrapped_generator_whose_epochs_nobody_said_is_a_mistake() -> None:
    def wrapped(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def inner(*args: Any, **kwargs: Any) -> Any:
            return function(*args, **kwargs)

        return inner

    @caviar.trial(metric="loss", goal="minimize")
    @wrapped
    def train(rate: Any = Uniform(0.0, 1.0)) -> Iterator[float]:
        for _ in range(5):
            yield rate

    reasons = {str(trial.reason) for trial in searched(train).trials}
    assert all("yields epochs; say how many: @caviar.trial(…, epochs=20)" in reason for reason in reasons), reasons
    assert {trial.epochs for trial in searched(train.trainer(epochs=3)).trials} == {3}


def test_what_a_function_raises_when_it_is_closed_fails_no_trial(caplog: pytest.LogCaptureFixture) -> None:
    @caviar.trial(metric="loss", goal="minimize", epochs=2)
    def train(rate: Any = Uniform(0.0, 1.0)) -> Iterator[float]:
        try:
            while True:
                yield rate
        finally:
            raise OSError("clean-up")

    assert {trial.state for trial in searched(train).trials} == {"finished"}
    assert "train() was closed and raised OSError: clean-up at " in caplog.text
    assert "test_training.py" in caplog.text


def test_a_ctrl_c_is_no_trials_failure_whatever_a_function_does_with_it() -> None:
    @caviar.trial(metric="loss", goal="minimize", epochs=2)
    def train(rate: Any = Uniform(0.0, 1.0)) -> Iterator[float]:
        try:
            os.kill(os.getpid(), signal.SIGINT)
            while True:
                yield rate
        finally:
            raise OSError("clean-up")

    study = searched(train)
    assert study.interrupted
    assert not [trial for trial in study.trials if trial.state == "failed"]


def test_a_clean_up_that_hangs_is_broken_off_when_the_trials_time_is_over(caplog: pytest.LogCaptureFixture) -> None:
    @caviar.trial(metric="loss", goal="minimize", epochs=2)
    def train(rate: Any = Uniform(0.0, 1.0)) -> Iterator[float]:
        try:
            while True:
                yield rate
        finally:
            while True:
                pass

    assert {trial.state for trial in searched(train, trial_seconds=0.3).trials} == {"finished"}
    assert "that was broken off" in caplog.text


def test_functions_are_trained_one_at_a_time_for_the_sake_of_global_generators() -> None:
    @caviar.trial(metric="loss", goal="minimize", epochs=2)
    def train(rate: Any = Uniform(0.0, 1.0), *, seed: int) -> Iterator[float]:
        random.seed(seed)
        while True:
            yield random.random()

    with pytest.raises((Problem, ValueError), match="must be at most 1, not 4"):
        searched(train.trainer(population=4))


def test_a_dict_that_a_function_changes_is_another_for_each_trial() -> None:
    @caviar.trial(metric="loss", goal="minimize")
    def train(rate: Any = Uniform(0.0, 1.0), options: Any = {"called": 0}) -> Any:  # noqa: B006
        options["called"] += 1
        return {"loss": rate, "called": options["called"]}

    assert {trial.metrics["validation.called"] for trial in searched(train).trials} == {1}


@pytest.mark.parametrize("second", [0.5, 3])
def test_two_numbers_are_not_taken_as_a_metric_and_a_state(second: float) -> None:
    @caviar.trial(metric="accuracy", goal="maximize", epochs=2)
    def train(rate: Any = Uniform(0.0, 1.0)) -> Iterator[Any]:
        while True:
            yield rate, second

    reasons = {str(trial.reason) for trial in searched(train).trials}
    assert all("yielded two numbers; name them, {'accuracy': …, …}" in reason for reason in reasons), reasons


def test_an_exception_of_a_functions_own_that_is_no_exception_fails_its_trial() -> None:
    class Stop(BaseException):
        pass

    @caviar.trial(metric="loss", goal="minimize")
    def train(rate: Any = Uniform(0.0, 1.0)) -> Any:
        raise Stop("enough")

    (reason,) = {str(trial.reason) for trial in searched(train).trials}
    assert "train" in reason
    assert "Stop: enough, which is no Exception" in reason
    assert "test_training.py:" in reason


def test_the_state_of_a_function_without_one_is_a_mistake() -> None:
    @caviar.trial(metric="loss", goal="minimize")
    def train(rate: Any = Uniform(0.0, 1.0)) -> Any:
        return rate

    with pytest.raises(Problem, match=r"train\(\) has yielded no state"):
        train.state(searched(train).best)
    with pytest.raises(Problem, match=r"a trial is no model; pass study\.best, or run\.model\(\)"):
        train.state(searched(train).trials[0])
