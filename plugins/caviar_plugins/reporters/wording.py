"""Counts, times and curves as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

_BARS = "▁▂▃▄▅▆▇█"


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


def rate(many: int, seconds: float, noun: str) -> str:
    """4.1 models/s, 12 models/min, 3.0 models/h: in the unit that makes it at least one."""
    for unit, length in (("s", 1), ("min", 60), ("h", 3600)):
        if (found := many * length / seconds) >= 1 or unit == "h":
            break
    return f"{found:.1f} {noun}/{unit}" if found < 10 else f"{found:,.0f} {noun}/{unit}"


def sparkline(curve: Sequence[float], width: int = 16) -> str:
    """A curve in at most so many characters, from its least value to its greatest; NaN is a gap."""
    known = [value for value in curve if isfinite(value)]
    if len(known) < 2:
        return ""
    count, low, high = min(len(curve), width), min(known), max(known)
    points = [curve[round(place * (len(curve) - 1) / (count - 1))] for place in range(count)]
    top = len(_BARS) - 1
    return "".join(
        _BARS[round(top * (value - low) / (high - low)) if high > low else 0] if isfinite(value) else " "
        for value in points
    )


def fitting(head: str, parts: Sequence[str], width: int) -> str:
    """The head and as many of the parts, from the first on, as fit: "head: one, two, …"."""
    text = head
    for place, part in enumerate(parts):
        more = f"{text}{', ' if place else ': '}{part}"
        last = place == len(parts) - 1
        if len(more) + (0 if last else len(", …")) > width:
            return f"{text}, …" if place else text
        text = more
    return text
