"""Searches of a pipeline beside its plugins: one, and one that dies at each commit and is gone on with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from caviar import load
from caviar.engine.study import Interrupted, Run, run

T = TypeVar("T")

_MOST = 60


def search(file: Path, into: str, *settings: str) -> Run:
    """Runs or resumes it in this folder beside the file."""
    return run(load(file, settings, file.parent / "plugins.py"), file.parent / into)


def gone_on(search: Callable[..., T], file: Path, settings: Sequence[str]) -> Iterator[tuple[str, T]]:
    """The folder and what came of it for each commit of a search in a `failing` store, until one lives to its end."""
    for call in range(1, _MOST + 1):
        folder = f"dies{call}"
        try:
            search(file, folder, *settings, f"store.call={call}")
        except (Interrupted, KeyboardInterrupt):  # the latter where the last commit is that of closing
            yield folder, search(file, folder, *settings)
        else:
            return
    raise AssertionError(f"it commits more than {_MOST} times")
