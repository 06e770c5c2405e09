"""The campaign's file: one line of JSON for each result, so that a campaign is resumed where it was interrupted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

Key: TypeAlias = tuple[str, int, str]
"""Table, split, contender."""


@dataclass(frozen=True)
class Result:
    """`error`: 1 - accuracy, or 1 - R2, on `rows` test rows. `seconds` of the whole commands, None if not measured."""

    table: str
    split: int
    contender: str
    error: float
    rows: int
    seconds: float | None
    about: Mapping[str, Any]

    @property
    def key(self) -> Key:
        return self.table, self.split, self.contender


def append(file: Path, results: Sequence[Result]) -> None:
    """Adds lines; what a killed campaign left of a line is removed first."""
    with file.open("ab+") as lines:
        lines.seek(0)
        lines.truncate(lines.read().rfind(b"\n") + 1)
        lines.write("".join(json.dumps(asdict(each)) + "\n" for each in results).encode())


def read(file: Path) -> dict[Key, Result]:
    """The latest result of each key."""
    found = _lines(file) if file.exists() else ()
    return {each.key: each for each in found}


def _lines(file: Path) -> Iterator[Result]:
    for line in file.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.endswith("\n"):
            yield Result(**json.loads(line))
