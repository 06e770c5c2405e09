"""Checkpoints: a training after its last complete epoch, in the trial's folder, so that a crash costs one epoch."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from caviar.values.arrays import Array

_FILE = "checkpoint.safetensors"  # the engine removes it when the trial has ended


@dataclass(frozen=True)
class Checkpoint:
    """The state after epoch `epoch`, as arrays, and a row of metrics for each epoch from `first` on."""

    epoch: int
    first: int
    rows: tuple[Mapping[str, float], ...]
    state: Mapping[str, Array]


def write(folder: Path, key: str, first: int, rows: Sequence[Mapping[str, float]], state: Mapping[str, Array]) -> None:
    """Replaces the checkpoint of a training, which `key` identifies.

    It is complete or absent when the process is killed. It is not synced: after a power loss the training goes on from
    what the study has recorded.
    """
    from safetensors.numpy import save

    about = {"key": key, "first": str(first), "rows": json.dumps(list(rows))}
    part = folder / f"{_FILE}.part"
    part.write_bytes(save(dict(state), about))
    os.replace(part, folder / _FILE)


def read(folder: Path, key: str) -> Checkpoint | None:
    """The checkpoint of this training; None where there is none, or one of another training, or a damaged one."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(folder / _FILE, "numpy") as file:
            about = file.metadata() or {}
            if about.get("key") != key:
                return None
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # it is no mapping
        rows, first = tuple(json.loads(about["rows"])), int(about["first"])
    except (OSError, ValueError, KeyError, SafetensorError):
        return None
    return Checkpoint(first + len(rows) - 1, first, rows, state)
