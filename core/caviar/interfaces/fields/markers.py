"""Marker bases that tell fields apart by what they hold; the classes themselves are declared with fields."""

from __future__ import annotations

from typing import Any, ClassVar


class IsDeclared:
    """Base of every class with declared fields."""


class IsPlugin(IsDeclared):
    """Base of every plugin."""

    kind: ClassVar[str]


class IsSampler(IsPlugin):
    """Base of every sampler."""

    def ends(self) -> tuple[Any, ...]:
        """The values that bounds are checked against."""
        raise NotImplementedError
