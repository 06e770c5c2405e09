"""A search that dies at its first commit, at its second, and so on, and is gone on with each time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from caviar.engine.study import Interrupted

T = TypeVar("T")

_MOST = 60


def gone_on(search: Callable[..., T], file: Path, settings: Sequence[str]) -> Iterator[tuple[str, T]]:
    """The folder and what came of it for each commit of a search in a `failing` store, until one lives to its end."""
    for call in range(1, _MOST + 1):
        folder = f"dies{call}"
        try:
            search(file, folder, *settings, f"store.call={call}")
        except Interrupted:
            yield folder, search(file, folder, *settings)
        else:
            return
    raise AssertionError(f"it commits more than {_MOST} times")
