"""Backend: the array library and device that training runs on."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from caviar.interfaces.plugin import Plugin
from caviar.values.arrays import Array


class Backend(Plugin):
    """There is no wrapper around arrays: `library` gives numpy or cupy itself."""

    kind: ClassVar[str] = "backend"
    interface: ClassVar[int] = 1

    @abstractmethod
    def missing(self) -> str | None:
        """Why it cannot be used here and what to do, or None when it can."""

    @abstractmethod
    def library(self) -> Any:
        """The module: numpy or cupy."""

    def spare_memory(self) -> int | None:
        """How many bytes arrays may still take; None where that is not known."""
        return None

    @abstractmethod
    def send(self, array: Array) -> Array:
        """A NumPy array, on the device."""

    @abstractmethod
    def fetch(self, array: Array) -> Array:
        """An array of the device, as NumPy's."""
