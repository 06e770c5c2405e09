"""Helpers of several commands: options, JSON without NaN, one BLAS thread."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from typing import Annotated, Any

import typer

from caviar.values.class_decision import ClassDecision

Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Set a value of the file, e.g. optimizer.learning_rate=0.01."),
]
Code = Annotated[Path | None, typer.Option(help="A Python file of plugins that the pipeline uses.", show_default=False)]


@contextmanager
def using_code(code: Path | None) -> Iterator[None]:
    """In this block names also refer to the plugins of the file of --code. Raises PluginError if it cannot be used."""
    from caviar.registry.code import with_code
    from caviar.registry.index import using

    with using(with_code(code)):
        yield


Quiet = Annotated[bool, typer.Option("--quiet", help="Give no advice.")]

_STARTED = time.monotonic()


def since_start() -> float:
    """Seconds since this process started, except for the start of Python itself."""
    return time.monotonic() - _STARTED


def limit_blas_threads() -> None:
    """Limits a training step to one thread; only works before numpy is imported.

    More threads slow small steps down and change bits. Parallelism comes from workers.
    """
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values for JSON: NaN and infinities become null."""
    return {name: None if isinstance(v, float) and not isfinite(v) else v for name, v in values.items()}


def plain_numbers(values: Sequence[float]) -> list[float | None]:
    """The same for a list."""
    return [value if isfinite(value) else None for value in values]


def decision_object(decision: ClassDecision | None) -> dict[str, Any] | None:
    """A model's decision as `--json` gives it; None where it predicts numbers."""
    if decision is None:
        return None
    two = len(decision.classes) == 2
    return {
        "classes": list(decision.classes),
        "positive": decision.classes[1] if two else None,
        "threshold": (0.5 if decision.threshold is None else decision.threshold) if two else None,
        "chosen_by": decision.chosen_by or None,
        "confusion": {part: [list(row) for row in rows] for part, rows in decision.confusion.items()},
    }
