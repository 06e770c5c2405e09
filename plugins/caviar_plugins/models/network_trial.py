"""Tries a module stacked and one by one on a few rows, and says which way its members are computed."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import torch
from torch import Tensor, nn

from caviar_plugins.models.network_held import NotHeld, hold
from caviar_plugins.models.network_module import Structure, held_by
from caviar_plugins.models.network_ways import Members, Passed, lend, one_by_one, seeded, stacked

_COUNTS = 1, 2, 3, 33
"""The last has a copy at each place that matters: processors load 16 numbers at once, aligned or not."""
_SEED = 5


Way: TypeAlias = Callable[[Structure, Members, Tensor], list[Passed]]


@dataclass(frozen=True)
class Verdict:
    """`alone_because`: why members are computed one by one; "": they are stacked.

    `random`: whether layers draw from PyTorch's own stream.
    """

    alone_because: str
    random: bool = False

    def passed(self, structure: Structure, members: Members, rows: Tensor) -> list[Passed]:
        """The members' outputs."""
        if self.alone_because:
            return one_by_one(structure, members, rows, self.random)
        return stacked(structure, members, rows)


def tried(structure: Structure, members: Members, rows: Tensor) -> Verdict:
    """Computes the factory's own initial parameters in each way, and in stacks of several sizes, on some of the rows.

    Raises ValueError where the module does not compute by lent parameters and buffers what it computes by its own.
    """
    one = members.part(slice(1))
    rows = rows[:1, torch.arange(max(rows.shape[1], 2)) % rows.shape[1]]  # batch normalization takes no single one
    module = structure.build(dict(structure.probe), 0).to(rows.device, rows.dtype).train()
    random = _compare_with_itself(structure, module, _several(module, one, [1]), rows)
    try:
        lend(structure, dict(module.named_modules()), one.numbers[0].tolist(), one.keys[0].unbind())
        hold(module, rows[0])
    except NotHeld as error:
        return Verdict(_told(structure, error.layer, error.why), random)
    inside: list[str] = []
    try:
        with _following(structure.module, inside), warnings.catch_warnings():
            warnings.filterwarnings("error", message="There is a performance drop")
            found = {many: _numbers(stacked, structure, _several(module, one, [1] * many), rows) for many in _COUNTS}
    except Exception as error:  # whatever a layer raises that does not stack
        return Verdict(_told(structure, inside[-1] if inside else "", _reason(error)), random)
    ways = [_numbers(way, structure, _several(module, one, (1, 1.1)), rows) for way in (one_by_one, stacked)]
    if not all(map(_close, *ways)):
        return Verdict(_told(structure, "", "stacked, its members come to other numbers"), random)
    if not all(_same(found[1], others) for others in found.values()):
        why = f"with {rows.shape[1]} rows, a member's bits depend on its place and on how many are stacked"
        return Verdict(_told(structure, "", why), random)
    return Verdict("")


def _several(module: nn.Module, one: Members, factors: Sequence[float]) -> Members:
    """A member for each factor, with so many times the module's parameters."""
    count, held = len(factors), held_by(module)
    trained = {key for key, each in module.named_parameters() if each.requires_grad}
    own, running = {}, {}
    for key, each in held.items():
        if key in trained:
            own[key] = torch.stack([each.detach() * factor for factor in factors])
        else:
            running[key] = torch.stack([each.detach()] * count)
    return Members(own, running, one.numbers.expand(count, -1), one.keys.expand(count, -1), (_SEED,) * count)


def _numbers(way: Way, structure: Structure, members: Members, rows: Tensor) -> list[Tensor]:
    """All that a training pass computes, and a measuring pass then: each (members, …)."""
    trained = _trained(way, structure, members, rows)
    structure.module.eval()
    with torch.no_grad():
        measured = torch.cat([part.outputs for part in way(structure, members, rows)])
    structure.module.train()
    return [*trained, measured]


def _trained(way: Way, structure: Structure, members: Members, rows: Tensor) -> list[Tensor]:
    """All that a training pass computes, with the outputs as their own gradient: each (members, …)."""
    parts = way(structure, members, rows)
    slopes = [(part.leaves, dict(part.gradients(part.outputs.detach()))) for part in parts]
    own = [torch.cat([_or_zero(found[key], leaves[key]) for leaves, found in slopes]) for key in members.own]
    return [torch.cat([part.outputs.detach() for part in parts]), *own, *members.running.values()]


def _compare_with_itself(structure: Structure, module: nn.Module, example: Members, rows: Tensor) -> bool:
    """Whether the module draws from PyTorch's own stream; raises ValueError as `tried` does."""
    lend(structure, dict(module.named_modules()), example.numbers[0].tolist(), example.keys[0].unbind())
    with seeded(_SEED, rows):
        before = torch.get_rng_state()
        outputs = module(rows[0])
        random = rows.is_cuda or not torch.equal(before, torch.get_rng_state())
    held = held_by(module)
    slopes = torch.autograd.grad(outputs, [held[key] for key in example.own], outputs.detach(), allow_unused=True)
    own = [_or_zero(slope, held[key]) for slope, key in zip(slopes, example.own, strict=True)]
    expected = [outputs.detach(), *own, *(held[key] for key in example.running)]
    lent = _trained(partial(one_by_one, random=True), structure, example, rows)
    for what, found, wanted in zip(("outputs", *example.own, *example.running), lent, expected, strict=True):
        if not _close(found[0], wanted):
            raise ValueError(
                f"{structure.name}(): with parameters and buffers that are lent to it, its module comes to another "
                f"'{what}' than with its own; a buffer must be changed in place, as with copy_(), and not assigned anew"
            )
    return random


def _close(found: Tensor, other: Tensor) -> bool:
    return bool(torch.allclose(found, other, rtol=1e-3, atol=1e-5, equal_nan=True))


def _same(one: list[Tensor], copies: list[Tensor]) -> bool:
    """Whether all copies of a member have its bits."""
    return all(torch.equal(each.expand_as(several), several) for each, several in zip(one, copies, strict=True))


def _or_zero(slope: Tensor | None, like: Tensor) -> Tensor:
    return torch.zeros_like(like) if slope is None else slope


@contextmanager
def _following(module: nn.Module, inside: list[str]) -> Iterator[None]:
    """Keeps the names of the layers that are being computed; after an error, those that it was raised in."""
    hooks = []
    for name, layer in module.named_modules():
        hooks.append(layer.register_forward_pre_hook(lambda *_, name=name: inside.append(name)))
        hooks.append(layer.register_forward_hook(lambda *_: (inside.pop(), None)[1]))
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _reason(error: Exception) -> str:
    """Why a layer does not stack."""
    said = " ".join(str(error).split())
    if "random operation" in said:
        return "it draws random numbers by itself"
    if "data-dependent control flow" in said:
        return "what it computes depends on the values of a tensor"
    if "atching rule" in said:
        return "PyTorch has no stacked form of it"
    return f"{type(error).__name__}: {said[:200]}"


def _told(structure: Structure, layer: str, why: str) -> str:
    kind = type(structure.layers[layer]).__name__
    return f"{f'layer {layer!r}' if layer else 'the module'} ({kind}): {why}"
