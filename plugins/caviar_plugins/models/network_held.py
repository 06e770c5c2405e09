"""What a module computes, held against the operations that keep a member's bits in every stack."""

from __future__ import annotations

import operator
from typing import Any, ClassVar

import torch
from torch import Tensor, fx, nn
from torch.nn import functional

from caviar_plugins.models.network_layers import BatchNorm, Dropout, Dropout1d, Dropout2d, Dropout3d

_LAYERS = {
    *(nn.Linear, nn.Identity, nn.Flatten, nn.ReLU, nn.LeakyReLU, nn.Tanh, nn.GELU),
    *(BatchNorm, Dropout, Dropout1d, Dropout2d, Dropout3d),
}
"""Layers that the laws of models were tried on in stacks (Linear, Tanh, GELU, BatchNorm, Dropout), and those that take
each number by itself or only move it. Layer normalization and convolutions were tried too, and differed in a few last
bits, though a trial on a few rows had shown none."""
_FUNCTIONS = {
    *(torch.relu, torch.tanh, torch.flatten, torch.add, torch.sub, torch.mul),
    *(functional.relu, functional.leaky_relu, functional.tanh, functional.gelu),
    *(operator.add, operator.sub, operator.mul, operator.neg),
}
_METHODS = {"relu", "tanh", "flatten", "reshape", "view", "size", "add", "sub", "mul"}
_UNKNOWN = "it is not known to keep a member's bits in every stack"


class NotHeld(Exception):
    """A module computes something that is not known to keep a member's bits: in `layer`, "" the module's `forward`."""

    def __init__(self, layer: str, why: str) -> None:
        super().__init__(why)
        self.layer, self.why = layer, why


def hold(module: nn.Module, rows: Tensor) -> None:
    """Follows a module's `forward` on rows, to train and to measure. Raises NotHeld at the first that is not known."""
    for training in (True, False):
        module.train(training)
        try:
            graph = _Tracer().trace(module)
        except Exception as error:  # whatever a forward does with values that are not there yet
            said = " ".join(str(error).split())[:100]
            raise NotHeld("", f"its forward cannot be followed: {type(error).__name__}: {said}") from error
        _Held(module, graph=graph).run(rows)
    module.train()


class _Tracer(fx.Tracer):  # type: ignore[misc]  # mypy sees no PyTorch
    """Records a forward; a layer of PyTorch is one step, as one with a form of Caviar's is."""

    proxy_buffer_attributes: ClassVar[bool] = True

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return type(m) in _LAYERS or bool(super().is_leaf_module(m, module_qualified_name))


class _Held(fx.Interpreter):  # type: ignore[misc]  # mypy sees no PyTorch
    """Computes a recorded forward, step by step."""

    def call_module(self, target: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if type(self.fetch_attr(target)) not in _LAYERS:
            raise NotHeld(target, _UNKNOWN)
        return super().call_module(target, args, kwargs)

    def call_function(self, target: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        result = super().call_function(target, args, kwargs)
        tensors = [each for each in (*args, *kwargs.values()) if isinstance(each, Tensor)]
        of_sizes = not isinstance(result, Tensor) and (not tensors or (target is getattr and args[1] == "shape"))
        if not of_sizes:
            _check(target in _FUNCTIONS, target.__name__, tensors)
        return result

    def call_method(self, target: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        tensors = [each for each in (*args, *kwargs.values()) if isinstance(each, Tensor)]
        _check(target in _METHODS or not tensors, target, tensors)
        return super().call_method(target, args, kwargs)

    def get_attr(self, target: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        raise NotHeld("", f"it computes with '{target}' outside of a layer; {_UNKNOWN}")


def _check(known: bool, name: str, tensors: list[Tensor]) -> None:
    if not known:
        raise NotHeld("", f"it calls {name}(); {_UNKNOWN}")
    if len({each.shape for each in tensors}) != 1:  # the gradient would be a sum
        raise NotHeld("", f"it calls {name}() on tensors of several shapes; {_UNKNOWN}")
