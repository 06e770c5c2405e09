"""A small study whose trials end in every way, and a process that is killed while it reports them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from caviar import Run, open_run

from tests.commands import pipe

TRAIN = """
import caviar
from caviar_plugins import Choice, Int, Log, LogInt, Uniform


@caviar.trial(metric="accuracy", goal="maximize", epochs=4)
def train(
    rate=Log(1e-3, 1.0),
    units=LogInt(4, 64),
    layers=Int(1, 3),
    share=Uniform(0.0, 0.5),
    shape=Choice(["a", "b"]),
    *,
    seed,
):
    if layers == 3 and shape == "b":
        raise ValueError("no such network")
    for epoch in range(1, 5):
        accuracy = units / 64 - rate / epoch
        yield {"accuracy": float("nan") if rate > 0.5 else accuracy, "loss": rate + share}
"""
KILLER = """
import os
import signal
from caviar import Reporter, TrialState
from caviar.plugin import hook
from pydantic import PrivateAttr


class Killer(Reporter, interface=1):
    '''Kills the run when so many trials have ended in this process.'''

    name = "killer"
    after: int = 0
    _ended: int = PrivateAttr(default=0)

    @hook
    def after_trial(self):
        self._ended += 1
        if self._ended == self.after:
            os.kill(os.getpid(), signal.SIGKILL)
"""
SETTINGS = (
    "search.trials=16",
    "search.round=8",
    "search.strategy=random",
    "search.pruner=successive-halving",
    "executor=inline",
)


def reported(folder: Path, reporters: Sequence[str], *settings: str) -> Run:
    """The study, run or resumed in this process with these reporters, as they are written in a file."""
    (folder / "train.py").write_text(TRAIN)
    done = pipe(folder, *words_of(reporters, settings)[1:])
    assert done.returncode == 0, done.stderr
    assert "failed in" not in done.stderr, done.stderr
    return open_run(folder / "runs" / "train", code=folder / "train.py")


def killed(folder: Path, before: Sequence[str], after: Sequence[str], trials: int) -> None:
    """The study in a process that is killed when so many trials have ended; `before` have been told of the last."""
    (folder / "train.py").write_text(TRAIN)
    (folder / "killer.py").write_text(KILLER)
    reporters = [*before, f'{{ use = "killer", after = {trials} }}', *after]
    done = subprocess.run(
        [sys.executable, "-m", "caviar", *words_of(reporters, ("--code", "killer.py"))[1:]],
        cwd=folder,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


def words_of(reporters: Sequence[str], others: Sequence[str]) -> list[str]:
    written = ", ".join(each if each.startswith("{") else f'"{each}"' for each in reporters)
    options = [word for each in (*SETTINGS, f"reporter=[{written}]") for word in ("--set", each)]
    return ["pipe", "run", "train.py", "--quiet", *options, *others]
