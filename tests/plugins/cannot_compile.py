"""A compiled form whose kernel numba cannot compile."""

from __future__ import annotations

from typing import Any

from caviar_plugins import SGD
from caviar_plugins.kernels import compiled


class CannotCompile(SGD):
    def update(self, parameters: Any, gradients: Any, state: Any, step: Any, layout: Any) -> None:
        _update(parameters)


@compiled
def _update(parameters: Any) -> None:
    parameters.no_such_method()
