"""A second `pipe init` for the same table: what the first one wrote may be replaced, what a person edited may not."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from caviar.cli.scaffold.efforts import EFFORTS
from caviar.cli.scaffold.table_starter import starter
from caviar.config.declaration.dump import inline
from caviar.interfaces.data import Data, DataError


def check_replaceable(file: Path, path: Path, data_for: Callable[[list[str]], Data], targets: Sequence[str]) -> None:
    """Raises DataError for a file that is not exactly what `pipe init` writes for a target of `path` and an effort.

    `data_for` reads the table with some targets; the message names the line in which the file says its own.
    """
    if not file.exists():
        return
    try:
        text = file.read_text(encoding="utf-8")
        target: Any = tomllib.loads(text)["data"]["target"]
        line, number = next(
            (each, number) for number, each in enumerate(text.splitlines(), 1) if each.startswith("target = ")
        )
        remark = line.rpartition(" # ")[2] if " # " in line else ""
        data = data_for([target] if isinstance(target, str) else list(target))
        if any(starter(path, remark, data, effort) == text for effort in EFFORTS.values()):
            return
        wanted = inline(targets[0] if len(targets) == 1 else list(targets)) if targets else ""
        instead = f", or set target = {wanted} in line {number}" if wanted else ""
    except (OSError, ValueError, KeyError, TypeError, StopIteration, DataError):
        instead = ""
    raise DataError(f"{file}: already exists; rename or remove it first{instead}")
