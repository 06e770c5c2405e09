"""A compiled form whose kernel numba can compile, until it cannot."""

from __future__ import annotations

from typing import Any

from caviar_plugins import SGD
from caviar_plugins.kernels import compiled

broken = False


class CompilesAtFirst(SGD):
    def update(self, parameters: Any, gradients: Any, state: Any, step: Any, layout: Any) -> None:
        if broken:
            _update(parameters)
        super().update(parameters, gradients, state, step, layout)


@compiled
def _update(parameters: Any) -> None:
    parameters.no_such_method()
