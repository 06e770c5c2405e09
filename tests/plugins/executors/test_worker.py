"""What plugins log in a worker reaches people, and harms no trial."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from caviar import TrialState
from caviar.text.once import say_anew
from caviar_plugins import Processes

from tests.plugins.executors.jobs import go, job, segment

LOGGING = """
import logging
from caviar_plugins import SGD


class Logging(SGD):
    words: str = ""

    def update(self, *known):
        logging.getLogger("caviar").warning(self.words, "three")
        super().update(*known)
"""


def test_what_a_worker_logs_for_debugging_comes_with_its_number(
    file: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG, "caviar")
    (file.parent / "optimizers.py").write_text(LOGGING.replace("warning", "debug"))
    work = job(file, "optimizer.use=logging", "optimizer.words=%s steps")
    go(Processes(workers=1), work, [segment(0, 1)])
    told = [record.getMessage() for record in caplog.records if record.levelno == logging.DEBUG]
    assert told.count("worker 0: three steps") > 1, "each is passed on, not only the first of a kind"
    assert sum("trials 0, 1, epochs" in each for each in told) == 1


@pytest.mark.parametrize(("words", "said"), [("%s steps", {"three steps"}), ("%d steps", set())])
def test_a_line_that_can_be_said_is_said_and_one_that_cannot_is_no_trials_failure(
    file: Path,
    words: str,
    said: set[str],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    say_anew()
    (file.parent / "optimizers.py").write_text(LOGGING)
    work = job(file, "optimizer.use=logging", f"optimizer.words={words}")
    there, _ = go(Processes(workers=1), work, [segment(0, 1)])
    assert {there[trial][0] for trial in (0, 1)} == {TrialState.FINISHED}
    assert {record.getMessage() for record in caplog.records} == said
    assert ("Logging error" in capfd.readouterr().err) is not bool(said)
