"""The lock of a kernel: whose it is, and who removes it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest
from caviar_plugins import kernel_lock
from caviar_plugins.kernel_lock import compiling_alone


def locked(path: Path) -> int:
    """The open file, locked as by another process, which has opened it by itself."""
    file = os.open(path, os.O_RDWR | os.O_CREAT)
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return file


def test_a_lock_is_held_meanwhile_and_removed_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "folder/a.lock"
    with compiling_alone(path, nullcontext), pytest.raises(BlockingIOError):
        locked(path)
    assert not path.exists()


def test_who_gives_up_waiting_leaves_the_lock_to_its_holder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_lock, "_PATIENCE", 0.0)
    path = tmp_path / "a.lock"
    holder = locked(path)
    with compiling_alone(path, nullcontext):
        pass
    with pytest.raises(BlockingIOError):
        locked(path)
    os.close(holder)


def test_who_waited_for_a_lock_that_was_removed_leaves_the_next_one_to_its_holder(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    holders = [locked(path)]

    @contextmanager
    def waiting() -> Iterator[None]:
        path.unlink()
        os.close(holders.pop())
        holders.append(locked(path))
        yield

    with compiling_alone(path, waiting):
        pass
    with pytest.raises(BlockingIOError):
        locked(path)
    os.close(holders.pop())
