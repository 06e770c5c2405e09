"""Mistakes in the user's file, each with its place, all reported together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from caviar.registry.index import with_own_plugin
from caviar.text.printable import printable_line
from caviar.values.problem import Problem


@dataclass(frozen=True)
class Mistake:
    """`file` is as the user typed it, None for a setting; `path` is empty for the file itself.

    `own`: the name of a plugin is unknown, and one of the user's own may be meant.
    """

    file: str | None
    line: int | None
    path: str
    text: str
    own: bool = False

    @property
    def table(self) -> str:
        """The first word of its path."""
        return self.path.partition(".")[0]

    def __str__(self) -> str:
        return self.told("settings", with_own_plugin(self.text))

    def told(self, settings: str, with_own: str) -> str:
        """The message on one line, with words for a setting in place of a file, and with help for an own plugin."""
        file = self.file or settings
        place = file if self.line is None else f"{file}:{self.line}"
        return ": ".join(part for part in (place, self.path, with_own if self.own else self.text) if part)


class Mistakes(Problem):
    """All mistakes of one file, in the file's order; printed with one line each."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(dict.fromkeys(mistakes), key=lambda each: (each.file is None, each.line or 0)))
        super().__init__(str(self))

    def __str__(self) -> str:
        return "\n".join(self.lines)

    @property
    def lines(self) -> tuple[str, ...]:
        """The mistakes, each on one line, even if a name contains line breaks."""
        return tuple(printable_line(str(each)) for each in self.mistakes)
