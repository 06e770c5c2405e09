"""Lines of metrics: JSON objects with numbers, one for each epoch."""

from __future__ import annotations

import json
from dataclasses import dataclass

_PARTS = ("train.", "validation.")


@dataclass(frozen=True)
class Line:
    """What a program has reported of an epoch: numbers by metrics' names; `epoch` as it counts them, if it does."""

    metrics: dict[str, float]
    epoch: int | None = None


def metric_called(name: str) -> str:
    """A metric by its full name: one without a part is measured on validation rows."""
    return name if name.startswith(_PARTS) else f"validation.{name}"


def line_of(text: str) -> Line | None:
    """The numbers of a line that is a JSON object; None for any other output."""
    text = text.strip().rpartition("\r")[2]  # behind a progress bar
    if not text.startswith("{"):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    numbers = {name: each for name, each in found.items() if type(each) in (int, float)}
    epoch = numbers.pop("epoch", None)
    whole = None if epoch is None or epoch != epoch or epoch % 1 else int(epoch)
    try:
        return Line({metric_called(name): float(each) for name, each in numbers.items()}, whole)
    except OverflowError:  # a whole number beyond all floats
        return None
