"""Several CUDA devices are shared out among workers; seen by the environment alone, so no device is needed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from caviar_plugins.executors import cuda_devices
from caviar_plugins.executors.cuda_devices import shared_out

from tests.commands import pipe

FUNCTION = """
import os
import caviar
from caviar_plugins import Uniform

@caviar.trial(metric="score", goal="maximize")
def train(x=Uniform(0.0, 1.0)):
    return {"score": x, "device": int(os.environ["CUDA_VISIBLE_DEVICES"]), "process": os.getpid()}
"""


@pytest.mark.parametrize(
    ("visible", "count", "shares"),
    [
        ("0,1", 2, ("0", "1")),
        ("3, GPU-5ebe9f43", 3, ("3", "GPU-5ebe9f43", "3")),
        ("0,1,2,3,4", 2, ("0,2,4", "1,3")),
        ("0,1,-1,2", 1, ("0,1",)),
        *((few, 2, (None, None)) for few in ("2", "", "-1", "-1,0,1")),
    ],
)
def test_each_worker_gets_devices_of_its_own_while_there_are_some(
    visible: str, count: int, shares: tuple[Any, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert shared_out(count) == shares


def test_without_the_variable_the_drivers_devices_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(cuda_devices, "_LISTED", tmp_path / "none")
    assert shared_out(2) == (None, None)
    for name in ("0000:01:00.0", "0000:02:00.0"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(cuda_devices, "_LISTED", tmp_path)
    assert shared_out(2) == ("0", "1")


def test_a_functions_workers_see_the_device_that_is_theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "6,7")
    (tmp_path / "train.py").write_text(FUNCTION)
    settings = ("search.trials=12", "search.round=12", "search.strategy=random")
    words = [word for each in settings for word in ("--set", each)]
    done = pipe(tmp_path, "run", "train.py", "--workers", "2", "--quiet", *words, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(pipe(tmp_path, "results", "runs/train", "--json").stdout)["trials"]
    pairs = {(each["metrics"]["validation.device"], each["metrics"]["validation.process"]) for each in found}
    assert len({process for _, process in pairs}) == len(pairs), "a process has one device"
    assert {device for device, _ in pairs} <= {6, 7}
