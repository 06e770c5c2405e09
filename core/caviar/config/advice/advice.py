"""The result of a rule: advice, never a mistake."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline


@dataclass(frozen=True)
class Advice:
    """`rule` is the name by which `[check] silence` turns it off; `path` is where it applies, or "".

    `settings`: what the next run should be given to try it, as path=value.
    """

    rule: str
    path: str
    text: str
    settings: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"advice: {f'{self.path}: ' if self.path else ''}{self.text} ({self.rule})"


Rule: TypeAlias = Callable[["Pipeline"], Iterator[Advice]]
