"""Timings in the log: there when somebody listens, and without any cost when nobody does."""

from __future__ import annotations

import logging

import pytest
from caviar.text.log import log, timed


class Unspeakable:
    """Cannot be put into words."""

    def __str__(self) -> str:
        raise AssertionError("was put into words")


def test_it_logs_each_step_and_its_duration(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "caviar")
    with timed("%d trials recorded", 3):
        pass
    assert [record.getMessage()[:20] for record in caplog.records] == ["3 trials recorded: 0"]


def test_what_fails_is_timed_too(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "caviar")
    with pytest.raises(KeyError), timed("data read"):
        raise KeyError
    assert len(caplog.records) == 1


def test_without_a_listener_nothing_is_put_into_words() -> None:
    assert not log.isEnabledFor(logging.DEBUG)
    with timed("%s", Unspeakable()):
        pass
