"""Dask, with real clusters on loopback: it gives what inline gives, and the deaths of its workers cost nothing."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from caviar import Pipeline, Problem, TrialState
from caviar.plugin import Segment, Stopped
from caviar.testing import ExecutorContract
from caviar.text.once import say_anew
from caviar_plugins import MLP, Choice, Dask, Digits, Inline, Processes, SGD

from tests.plugins.executors.clusters import Commands, cluster, descendants, listening, until
from tests.plugins.executors.jobs import go, job, segment

pytest.importorskip("distributed", reason="distributed is not installed: pip install 'caviar-ml[dask]'")
pytestmark = pytest.mark.peers

# Kills the Dask worker whose process trains it, the first time or each time.
MURDEROUS = """
import os, signal
from pathlib import Path
from caviar_plugins import SGD

class Murderous(SGD):
    notes: str
    times: int = 1000

    def update(self, parameters, gradients, state, step, layout):
        notes = Path(self.notes)
        if (self.learning_rate == 0.5).any() and len(notes.read_text() if notes.is_file() else "") < self.times:
            with notes.open("a") as file:
                file.write("x")
            os.kill(os.getppid(), signal.SIGKILL)
            signal.pause()
        super().update(parameters, gradients, state, step, layout)
"""


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    with cluster(tmp_path_factory.mktemp("two")) as commands:
        yield commands


def test_a_cluster_of_its_own_gives_inlines_bits_listens_on_loopback_alone_and_leaves_nothing(file: Path) -> None:
    before, work = descendants(os.getpid()), job(file)
    segments = [segment(0, 1), segment(2), segment(3, 4, 5, until=2), segment(6)]
    here, told = go(Inline(), work, segments)
    with Dask(workers=2).open(work, lambda: None, 7) as workers:
        assert workers.count == 2
        heard = []
        outcomes = list(workers.run(segments, heard.append))
        assert listening(descendants(os.getpid()) | {os.getpid()}) == {"0100007F"}
    assert descendants(os.getpid()) == before
    there = {member.trial: member for outcome in outcomes for member in outcome.members}
    assert {trial: each.state for trial, each in there.items()} == {trial: each[0] for trial, each in here.items()}
    assert sorted(heard, key=lambda each: (each.trials, each.epoch)) == told
