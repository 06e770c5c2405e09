"""Words that several lines of a summary share."""

from __future__ import annotations

from caviar.config.declaration.walk import alternatives
from caviar.interfaces.plugin import Plugin
from caviar.registry.load import label_of


def called(part: Plugin | None) -> str:
    """The names of a part's alternatives."""
    return " | ".join(map(label_of, alternatives(part))) if part else "given by the program"


def count(many: int, noun: str) -> str:
    """A number with its noun."""
    return f"{many:,} {noun}{'' if many == 1 else 's'}"
