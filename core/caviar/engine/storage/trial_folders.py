"""The folders of trials in a run's: for the user's own files, and for checkpoints while a trial is trained."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from shutil import rmtree

CHECKPOINTS = ("checkpoint.safetensors*", "checkpoint.state-*")
"""A trainer's checkpoints: files and folders of such names, directly in the folder of a training."""
_TRAININGS = (".", "fold-*", "retest-*", "retest-*/fold-*")


def trial_folder(run: Path, fold: int, repeat: int, trial: int) -> Path:
    """The folder of one training of a trial, made: trials/7, trials/7/fold-2, trials/7/retest-1/fold-2."""
    folder = run / "trials" / str(trial)
    folder = folder / f"retest-{repeat}" if repeat else folder
    folder = folder / f"fold-{fold + 1}" if fold else folder
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def trials_with_folders(run: Path) -> list[int]:
    """The numbers of the trials that have a folder."""
    names = [each.name for each in run.glob("trials/*")]
    return [int(name) for name in names if name.isdecimal()]


def drop_checkpoints(run: Path, trials: Iterable[int]) -> None:
    """Removes the checkpoints of trials that have ended, and folders without anything else.

    Without them nothing is lost: a file that cannot be removed stays.
    """
    folders = [run / "trials" / str(trial) for trial in trials]
    for folder in (each for each in folders if each.is_dir() and not each.is_symlink()):
        with suppress(OSError):
            patterns = [f"{place}/{name}" for place in _TRAININGS for name in CHECKPOINTS]
            for checkpoint in [each for pattern in patterns for each in folder.glob(pattern)]:
                if checkpoint.is_dir() and not checkpoint.is_symlink():
                    rmtree(checkpoint)
                else:
                    checkpoint.unlink(missing_ok=True)
            for inner in sorted((each for each in folder.rglob("*") if each.is_dir()), reverse=True):
                with suppress(OSError):
                    inner.rmdir()
            folder.rmdir()
