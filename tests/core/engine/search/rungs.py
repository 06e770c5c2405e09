"""Searches with rungs: pruners that promote and have brackets, a store that fails, and every bit of what came out."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from caviar import load
from caviar.engine.study import run

PLUGINS = '''
"""Pruners that look at every epoch and change nothing, that promote, that have brackets; a store that fails."""

import math
import os
import signal
import caviar
from caviar import plugin
from caviar_plugins import SQLite


class Look(caviar.Pruner):
    def rungs(self, epochs, trial):
        return tuple(range(1, epochs))

    def decide(self, curves, trials, rung, goal):
        return (plugin.Decision.GO_ON,) * len(trials)


class Late(caviar.Pruner):
    """Half of the trials wait at epoch 1 until the others have come to epoch 4."""

    def rungs(self, epochs, trial):
        return (1, 4)

    def decide(self, curves, trials, rung, goal):
        return tuple(plugin.Decision.PAUSE if rung == 1 and each % 2 else plugin.Decision.GO_ON for each in trials)


class Brackets(caviar.Pruner):
    """Of those that have been trained, the best half go on, the worst quarter stop, the others wait."""

    def rungs(self, epochs, trial):
        return (1, 3, 4) if trial % 2 else (2, 4)

    def decide(self, curves, trials, rung, goal):
        assert curves.shape[1] <= rung
        last = [max((v for v in curve if not math.isnan(v)), default=-1.0) for curve in curves]
        order = sorted(range(len(last)), key=lambda row: (-last[row], row))
        decisions = [plugin.Decision.PAUSE] * len(last)
        for place, row in enumerate(order):
            if place < len(order) // 2:
                decisions[row] = plugin.Decision.GO_ON
            elif place >= len(order) * 3 // 4 and rung > 1:
                decisions[row] = plugin.Decision.STOP
        return tuple(decisions)


class Failing(SQLite):
    """Fails before or after one of its commits: as a process that is interrupted, or kills that process."""

    name = "failing"
    call: int = 0
    after: bool = False
    kills: bool = False

    def open(self, folder):
        ledger, done = super().open(folder), []
        commit = ledger.commit

        def fail():
            if self.kills:
                os.kill(os.getpid(), signal.SIGKILL)
            raise KeyboardInterrupt

        def failing(changes, durable=True):
            if changes.study is None:
                done.append(changes)
            fatal = changes.study is None and len(done) == self.call
            if fatal and not self.after:
                fail()
            commit(changes, durable)
            if fatal:
                fail()

        ledger.commit = failing
        return ledger
'''


PIPELINE = """
name = "p"
normalizer = "batchnorm"
reporter = []
executor = "inline"
[data]
path = "blobs.npz"
[model]
units = { choice = [3, 5] }
dropout = { uniform = [0.0, 0.4] }
[optimizer]
learning_rate = { log = [1e-4, 1.0] }
[trainer]
epochs = 6
batch_size = 16
[search]
baselines = false
trials = 16
round = 16
[store]
keep = 16
"""


def search(file: Path, into: str, *settings: str) -> tuple[list[Any], ...]:
    """Every bit of the finished run: trials, curves, checksums of weights."""
    runs = file.parent / into
    run(load(file, settings, file.parent / "plugins.py"), runs)
    return bits(runs / "p")


def bits(folder: Path) -> tuple[list[Any], ...]:
    with closing(sqlite3.connect(folder / "study.sqlite")) as database:
        queries = (
            "SELECT number, coordinates, state, epochs, objective, metrics FROM trial ORDER BY 1",
            "SELECT m.trial, epoch, name, value FROM metric m JOIN trial t ON t.number = m.trial"
            " AND t.attempt = m.attempt ORDER BY 1, 2, 3",
            "SELECT trial, path, sha256 FROM artifact ORDER BY 1",
        )
        return tuple(database.execute(query).fetchall() for query in queries)


def differences(ours: tuple[list[Any], ...], theirs: tuple[list[Any], ...]) -> list[Any]:
    """The rows that only one of them has; pytest would take minutes to explain how two such tables differ."""
    return [row for mine, other in zip(ours, theirs, strict=True) for row in set(mine) ^ set(other)][:5]


def states(found: tuple[list[Any], ...]) -> Counter[str]:
    return Counter(row[2] for row in found[0])
