"""Numbers, times and paths as people read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable


def number(value: float) -> str:
    """Four digits that count."""
    return f"{value:.4f}" if 0.01 <= abs(value) < 100 else f"{value:.4g}"


def count(many: int, noun: str) -> str:
    """1 trial, 64 trials."""
    return f"{many} {noun}" if many == 1 else f"{many} {noun}s"


def duration(seconds: float) -> str:
    """23 s, 4 min 10 s, 2 h 5 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def short_names(paths: Iterable[str]) -> dict[str, str]:
    """path -> as few of its last parts as no other path ends in."""
    paths = tuple(paths)
    ends = Counter(end for path in paths for end in _ends(path))
    return {path: next((end for end in _ends(path) if ends[end] == 1), path) for path in paths}


def _ends(path: str) -> list[str]:
    parts = path.split(".")
    return [".".join(parts[start:]) for start in reversed(range(len(parts)))]
