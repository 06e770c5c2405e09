"""numpy: arrays in main memory, on the processor."""

from __future__ import annotations

from typing import Any

from caviar.plugin import Array, Backend


class NumPy(Backend, interface=1):
    """Always available."""

    def missing(self) -> str | None:
        return None

    def library(self) -> Any:
        import numpy

        return numpy

    def spare_memory(self) -> int | None:
        from caviar_plugins.backends.main_memory import spare

        return spare()

    def send(self, array: Array) -> Array:
        return array

    def fetch(self, array: Array) -> Array:
        return array
