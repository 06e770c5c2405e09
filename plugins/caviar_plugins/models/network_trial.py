"""Tries a module stacked and one by one on a few rows, and says which way its members are computed."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from caviar_plugins.models.network_module import Structure, held_by
from caviar_plugins.models.network_ways import Members, Passed, lend, one_by_one, seeded, stacked

_ROWS = 64, 3, 5, 7, 11  # odd ones, because vectors of the processor have 8 or 16 numbers
_SEED = 5


@dataclass(frozen=True)
class Verdict:
    """`alone_because`: why members are computed one by one; "": they are stacked.

    `spare`: whether a stack needs a spare member. `random`: whether layers draw from PyTorch's own stream.
    """

    alone_because: str
    spare: bool = False
    random: bool = False

    def passed(self, structure: Structure, members: Members, rows: Tensor) -> list[Passed]:
        """The members' outputs."""
        if self.alone_because:
            return one_by_one(structure, members, rows, self.random)
        return stacked(structure, members, rows, self.spare)


def tried(structure: Structure, members: Members, rows: Tensor) -> Verdict:
    """Computes the factory's own initial parameters, and multiples of them, in each way on some of the rows.

    Raises ValueError where the module does not compute by lent parameters and buffers what it computes by its own.
    """
    one = members.part(slice(1))
    tiles = [rows[:1, torch.arange(count) % rows.shape[1]] for count in _ROWS]
    module = structure.build(dict(structure.probe), 0).to(rows.device, rows.dtype).train()
    random = _compare_with_itself(structure, module, _multiples(module, one, 1), tiles[0])
    inside: list[str] = []
    for spare in (False, True):
        way = partial(stacked, spare=spare)
        try:
            with _following(structure.module, inside), warnings.catch_warnings():
                warnings.filterwarnings("error", message="There is a performance drop")
                alone, two, three = (
                    [_numbers(way, structure, _multiples(module, one, count), x) for x in tiles] for count in (1, 2, 3)
                )
        except Exception as error:  # whatever a layer raises that does not stack
            return Verdict(_reason(structure, inside, error), random=random)
        singly = _numbers(one_by_one, structure, _multiples(module, one, 2), tiles[0])
        if not all(map(_close, singly, two[0])):
            return Verdict("stacked, they come to other numbers")
        if _same(alone, two, 1) and _same(two, three, 2):
            return Verdict("", spare)
    return Verdict("stacked, a member's bits depend on how many there are")


def _multiples(module: nn.Module, one: Members, count: int) -> Members:
    held, trained = held_by(module), {key for key, each in module.named_parameters() if each.requires_grad}
    several = {key: torch.stack([each.detach()] * count) for key, each in held.items()}
    own = {key: several[key] for key in several if key in trained}
    for each in own.values():
        for member in range(count):
            each[member] *= 1 + member / 10
    running = {key: several[key] for key in several if key not in trained}
    return Members(own, running, one.numbers.expand(count, -1), one.keys.expand(count, -1), (_SEED,) * count)


def _numbers(
    way: Callable[[Structure, Members, Tensor], list[Passed]], structure: Structure, members: Members, rows: Tensor
) -> list[Tensor]:
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
    lent = _numbers(lambda *given: one_by_one(*given, random=True), structure, example, rows)
    for what, found, wanted in zip(("outputs", *example.own, *example.running), lent, expected, strict=True):
        if not _close(found[0], wanted):
            raise ValueError(
                f"{structure.name}(): with parameters and buffers that are lent to it, its module comes to another "
                f"'{what}' than with its own; a buffer must be changed in place, as with copy_(), and not assigned anew"
            )
    return random


def _close(found: Tensor, other: Tensor) -> bool:
    return torch.allclose(found, other, rtol=1e-3, atol=1e-5, equal_nan=True)


def _same(found: list[list[Tensor]], others: list[list[Tensor]], count: int) -> bool:
    """Whether the first members have the same bits, for each number of rows."""
    pairs = (pair for two in zip(found, others, strict=True) for pair in zip(*two, strict=True))
    return all(torch.equal(one[:count], other[:count]) for one, other in pairs)


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


def _reason(structure: Structure, inside: list[str], error: Exception) -> str:
    """Which layer does not stack, and why."""
    said = " ".join(str(error).split())
    if "random operation" in said:
        said = "it draws random numbers by itself"
    elif "data-dependent control flow" in said:
        said = "what it computes depends on the values of a tensor"
    elif "atching rule" in said:
        said = "PyTorch has no stacked form of it"
    else:
        said = f"{type(error).__name__}: {said[:200]}"
    layer = inside[-1] if inside else ""
    kind = type(structure.module.get_submodule(layer)).__name__
    return f"{f'layer {layer!r}' if layer else 'the module'} ({kind}): {said}"
