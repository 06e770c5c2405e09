"""EachTrial: what it does while its place is out of reach."""

from __future__ import annotations

from collections.abc import Container, Mapping
from pathlib import Path

from caviar.engine.search.observers import Observers
from caviar.plugin import Array, RunInfo, RunView, Summary, Trial
from caviar_plugins.reporters.each_trial import EachTrial
from pydantic import PrivateAttr

from tests.plugins.reporters.runs import finished, run_of, view_of

TRIALS = tuple(finished(number, 0.5) for number in range(6))


class Server(EachTrial, interface=1):
    """A place of which a test says whether it answers."""

    name = "server"
    _answers: bool = PrivateAttr(default=True)
    _calls: int = PrivateAttr(default=0)
    _holds: list[int] = PrivateAttr(default_factory=list)

    def begin(self, run: RunInfo, view: RunView) -> Container[int]:
        self._call()
        return tuple(self._holds)

    def write(self, run: RunInfo, trial: Trial, curves: Mapping[str, Array]) -> None:
        self._call()
        self._holds.append(trial.index)

    def _call(self) -> None:
        self._calls += 1
        if not self._answers:
            raise ConnectionError("gone")


def tell(observers: Observers, event: str, ended: int) -> None:
    """An event at which so many trials have ended; `after_trial` is about the last of them."""
    facts = {"run": run_of(0), "view": view_of(*TRIALS[:ended]), "trial": TRIALS[max(ended, 1) - 1]}
    observers.tell(event, **facts, index=0, trials=TRIALS[:ended], summary=Summary(TRIALS, None, 0.0))


def test_a_trial_that_could_not_be_written_is_written_at_the_end_of_the_round() -> None:
    server = Server()
    observers = Observers([server])
    tell(observers, "before_run", 0)
    server._answers = False
    for ended in (1, 2, 3):
        tell(observers, "after_trial", ended)
    assert server._calls == 2, "training does not wait for it with every trial"
    assert list(observers.failures) == ["server 1"]
    server._answers = True
    tell(observers, "after_round", 3)
    assert server._holds == [0, 1, 2]
    tell(observers, "after_trial", 4)
    assert server._holds == [0, 1, 2, 3]


def test_a_place_that_does_not_answer_at_the_start_gets_all_trials_later() -> None:
    server = Server()
    server._answers = False
    observers = Observers([server])
    tell(observers, "before_run", 2)
    tell(observers, "after_trial", 3)
    tell(observers, "after_round", 3)
    server._answers = True
    tell(observers, "after_run", 4)
    assert server._holds == [0, 1, 2, 3]


def test_what_it_has_already_is_not_written_again(tmp_path: Path) -> None:
    server = Server()
    for ended in (3, 5):
        observers = Observers([server])
        tell(observers, "before_run", ended)
        tell(observers, "after_run", ended)
    assert server._holds == [0, 1, 2, 3, 4]
