"""Backend: the array library and device that training runs on."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from caviar.interfaces.plugin import Plugin
from caviar.values.arrays import Array


class Backend(Plugin):
    """Gives access to an array library without a wrapper: `library` returns numpy or cupy itself."""

    kind: ClassVar[str] = "backend"
    interface: ClassVar[int] = 1
    on_device: ClassVar[bool] = False
    """Whether arrays live apart from the processor, which then waits whenever it looks at a value."""
    max_population: ClassVar[int] = 64
    """Most members of a population where the trainer leaves it open: enough to spread the cost of a step's calls."""

    @abstractmethod
    def missing(self) -> str | None:
        """The reason why this machine cannot use it, and what to do; None if it can."""

    @abstractmethod
    def library(self) -> Any:
        """The module: numpy or cupy."""

    def identity(self) -> dict[str, str]:
        """Name -> version of what bits depend on besides NumPy: device, driver, libraries."""
        return {}

    def devices(self) -> int | None:
        """The number of worker processes that can have a device of their own; None: they share the processor."""
        return None

    def take_device(self, worker: int) -> None:
        """Called once in worker process number `worker`, from 0, before it creates any array."""
        return

    def spare_memory(self) -> int | None:
        """The bytes of memory still available for arrays; None if unknown."""
        return None

    @abstractmethod
    def send(self, array: Array) -> Array:
        """Copies a NumPy array to the device."""

    @abstractmethod
    def fetch(self, array: Array) -> Array:
        """Copies an array of the device to a NumPy array."""
