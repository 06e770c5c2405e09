"""Paths such as "optimizer.learning_rate", as short as they stay distinct."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable


def short_names(paths: Iterable[str]) -> dict[str, str]:
    """path -> its shortest distinct ending; an index in a list does not count as a name."""
    paths = tuple(paths)
    ends = Counter(end for path in paths for end in _ends(path))
    return {path: next((end for end in _ends(path) if ends[end] == 1 and not end[0].isdigit()), path) for path in paths}


def _ends(path: str) -> list[str]:
    parts = path.split(".")
    return [".".join(parts[start:]) for start in reversed(range(len(parts)))]
