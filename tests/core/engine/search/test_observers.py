"""Observers: each hears of every event, whatever the others do."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from caviar.engine.search.observers import Observers
from caviar.plugin import EpochInfo, Reporter, RunInfo, hook
from caviar.registry.index import Entry, PluginError

HEARD: list[str] = []


class Noting(Reporter):
    """Notes what it hears."""

    word: str = "heard"

    @hook
    def after_epoch(self, epoch: EpochInfo) -> None:
        HEARD.append(f"{self.word} {epoch.epoch}")


class Raising(Reporter):
    """Raises at every event."""

    @hook
    def after_epoch(self, run: RunInfo) -> None:
        raise OSError("no room")


class Misspelt(Reporter):
    """Waits for an event that never comes."""

    @hook
    def after_epok(self, run: RunInfo) -> None:
        raise AssertionError


class Wanting(Reporter):
    """Asks for what the hook does not give."""

    @hook
    def after_epoch(self, weather: str) -> None:
        raise AssertionError


def test_a_reporter_that_raises_is_recorded_and_does_not_stop_the_run() -> None:
    HEARD.clear()
    observers = Observers([Raising(), Noting(), Raising(), Noting()])
    for number in (1, 2):
        observers.tell("after_epoch", run=None, epoch=EpochInfo((), number, ()))
    assert HEARD == ["heard 1", "heard 1", "heard 2", "heard 2"]
    line = Raising.after_epoch.__code__.co_firstlineno + 2
    told = f"after_epoch: OSError: no room at {__file__}:{line}"
    assert observers.failures == {"raising 1": told, "raising 3": told}


class Leaving(Reporter):
    """Ends the process, as a script would."""

    @hook
    def after_epoch(self) -> None:
        sys.exit(9)


class Viewing(Reporter):
    """Takes what is offered."""

    @hook
    def after_round(self, view: str) -> None:
        HEARD.append(view)


def test_what_is_offered_is_made_for_each_call_that_takes_it_and_for_no_other() -> None:
    HEARD.clear()
    made = list[str]()

    def make() -> str:
        made.append(f"view {len(made) + 1}")
        return made[-1]

    for reporters in ([Noting()], [Viewing(), Noting()]):
        observers = Observers(reporters)
        observers.offered["view"] = make
        for round_ in (0, 1):
            observers.tell("after_round", run=None, index=round_, trials=())
        assert observers.failures == {}
    assert HEARD == made == ["view 1", "view 2"]


def test_a_reporter_that_calls_exit_does_not_end_the_run() -> None:
    HEARD.clear()
    observers = Observers([Leaving(), Noting()])
    observers.tell("after_epoch", run=None, epoch=EpochInfo((), 1, ()))
    assert HEARD == ["heard 1"]
    assert "SystemExit: 9 at" in observers.failures["leaving 1"]


def test_the_owner_of_one_that_raises_is_reported(add_plugin: Callable[[Entry], None]) -> None:
    add_plugin(Entry("reporter", "raising", f"{__name__}:Raising", "others", "1.0"))
    observers = Observers([Raising()])
    observers.tell("after_epoch", run=None, epoch=EpochInfo((), 1, ()))
    assert observers.failures["raising 1"].endswith(" (others 1.0)")


@pytest.mark.parametrize("reporter", [Misspelt(), Wanting()])
def test_a_hook_that_does_not_exist_is_reported_with_those_that_do(reporter: Reporter) -> None:
    with pytest.raises(PluginError, match="after_trial") as told:
        Observers([reporter])
    assert type(reporter).__name__.lower() in str(told.value)
    assert "\n" not in str(told.value)
