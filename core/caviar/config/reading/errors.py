"""Mistakes in the user's file, each with its place, all reported together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from caviar.text.printable import printable_line
from caviar.values.problem import Problem

SET = "--set"
"""Stands for the file where a value came from the command line."""


@dataclass(frozen=True)
class Mistake:
    """`file` is what the user typed, or --set; `path` may be empty where the file itself is meant."""

    file: str
    line: int | None
    path: str
    text: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return ": ".join(part for part in (place, self.path, self.text) if part)


class Mistakes(Problem):
    """All mistakes of one file, in its order; printed, one line each."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(dict.fromkeys(mistakes), key=lambda each: (each.file == SET, each.line or 0)))
        super().__init__(str(self))

    def __str__(self) -> str:
        return "\n".join(self.lines)

    @property
    def lines(self) -> tuple[str, ...]:
        """Each mistake, on one line whatever names it holds."""
        return tuple(printable_line(str(each)) for each in self.mistakes)
