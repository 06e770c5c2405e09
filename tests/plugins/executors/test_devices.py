"""Processes on a machine with devices: one worker for each, and each worker its own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from caviar import load
from caviar.engine.data.resolve import resolve_run
from caviar.engine.training.job import Work
from caviar.plugin import Segment, open_job
from caviar_plugins import Processes

BACKEND = '''
"""Cards, which write down who has taken them."""

import os
from pathlib import Path

from caviar_plugins import NumPy


class Cards(NumPy):
    folder: str
    count: int = 2

    def devices(self):
        return self.count

    def take_device(self, worker):
        Path(self.folder, f"{worker} {os.getpid()}").touch()
'''


@pytest.fixture
def taken(tmp_path: Path) -> Path:
    (tmp_path / "cards.py").write_text(BACKEND)
    (tmp_path / "taken").mkdir()
    return tmp_path / "taken"


def job(taken: Path, cards: int) -> Work:
    (taken.parent / "p.toml").write_text(
        f'data = "digits"\nmodel.units = 4\ntrainer.batch_size = 512\nbackend.use = "cards"\n'
        f'backend.folder = "{taken}"\nbackend.count = {cards}'
    )
    return resolve_run(load(taken.parent / "p.toml", code=taken.parent / "cards.py"))[0]


CORES = len(os.sched_getaffinity(0))


def test_there_are_as_many_workers_as_are_asked_for_whatever_the_devices(taken: Path) -> None:
    with Processes(workers=3).open(job(taken, CORES + 3), lambda: None, 0) as pool:
        assert pool.count == 3


def test_there_is_a_worker_for_each_device_and_each_takes_its_own(taken: Path) -> None:
    count = CORES + 1
    with Processes().open(job(taken, count), lambda: None, 4 * count) as pool:
        assert pool.count == count
        segments = [Segment((number,), ({},), 0, 1) for number in range(4 * count)]
        assert len(list(pool.run(segments, lambda _: None))) == 4 * count
    found = [path.name.split() for path in taken.iterdir()]
    assert {number for number, _ in found} <= {str(number) for number in range(count)}
    assert len({number for number, _ in found}) == len({process for _, process in found}) > 1


def test_workers_share_the_memory_of_their_device_only(taken: Path) -> None:
    job_spec = b"".join(job(taken, 2).job_spec() or [])
    for workers, sharing in ((1, 1), (2, 1), (3, 2), (4, 2), (5, 3)):
        opened = open_job(job_spec, 0, workers)
        assert isinstance(opened, Work)
        assert opened.sharing == sharing
