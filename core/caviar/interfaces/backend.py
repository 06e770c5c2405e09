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
    on_device: ClassVar[bool] = False
    """Whether arrays live apart from the processor, which then waits whenever it looks at a value."""
    max_population: ClassVar[int] = 64
    """Most members of a population where the trainer leaves it open: enough to spread the cost of a step's calls."""

    @abstractmethod
    def missing(self) -> str | None:
        """The reason why it cannot be used here and what to do, or None when it can."""

    @abstractmethod
    def library(self) -> Any:
        """The module: numpy or cupy."""

    def identity(self) -> dict[str, str]:
        """Name -> version of what the bits of a result depend on besides NumPy: device, driver, libraries."""
        return {}

    def devices(self) -> int | None:
        """How many worker processes have a device to themselves; None: they share the processor."""
        return None

    def take_device(self, worker: int) -> None:
        """Called once in worker process number `worker`, from 0, before it asks for any array."""
        return

    def spare_memory(self) -> int | None:
        """How many bytes arrays may still take; None where that is not known."""
        return None

    @abstractmethod
    def send(self, array: Array) -> Array:
        """A NumPy array, on the device."""

    @abstractmethod
    def fetch(self, array: Array) -> Array:
        """An array of the device, as NumPy's."""
