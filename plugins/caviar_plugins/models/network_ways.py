"""The two ways to compute a network's members: stacked into one program, or one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
from torch import Tensor
from torch.func import functional_call, vmap

from caviar_plugins.models.network_module import Structure

Held: TypeAlias = dict[str, Tensor]


@dataclass(frozen=True)
class Members:
    """What a pass lends to the module, everything with a leading member axis.

    `own`: parameters. `running`: statistics, which training changes in place. `numbers`: values for `attributes`,
    `keys`: streams of the dropout layers, both (members, count). `seeds` are for layers that draw by themselves.
    """

    own: Held
    running: Held
    numbers: Tensor
    keys: Tensor
    seeds: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.seeds)

    def part(self, members: slice) -> Members:
        """Some of them, as views."""
        own, running = ({key: each[members] for key, each in held.items()} for held in (self.own, self.running))
        return Members(own, running, self.numbers[members], self.keys[members], self.seeds[members])


@dataclass(frozen=True)
class Passed:
    """The outputs (members, batch, outputs) of some members, and the parameters that their gradients are taken for."""

    outputs: Tensor
    leaves: Held

    def gradients(self, ahead: Tensor) -> Iterator[tuple[str, Tensor | None]]:
        """For each parameter its gradient, None where the outputs do not depend on it."""
        found = torch.autograd.grad(self.outputs, tuple(self.leaves.values()), ahead, allow_unused=True)
        return zip(self.leaves, found, strict=True)


def stacked(structure: Structure, members: Members, rows: Tensor) -> list[Passed]:
    """All members at once, and a copy of the last one behind them; rows are (members or 1, batch, …).

    PyTorch's loops compute the last few numbers of a tensor by other code than the rest, and some sum a stack of one in
    another order. These numbers are the copy's: so no member's bits depend on its place or on how many there are.
    """
    leaves = _leaves(members.own)
    own, running = ({key: _and_copy(each) for key, each in held.items()} for held in (leaves, members.running))
    numbers, keys = _and_copy(members.numbers), _and_copy(members.keys)

    def one(own: Held, running: Held, numbers: Tensor, keys: Tensor, x: Tensor) -> Tensor:
        lend(structure, structure.layers, numbers.unbind(), keys.unbind())
        result: Tensor = functional_call(structure.module, {**own, **running}, (x,))
        return result

    # One product for all members would be another sum for each number of them: so each has rows of its own.
    rows = _and_copy(rows) if len(rows) > 1 else rows.expand(len(keys), *rows.shape[1:])
    outputs = vmap(one, randomness="error")(own, running, numbers, keys, rows)
    for key, each in members.running.items():
        each.copy_(running[key][:-1])
    return [Passed(outputs[:-1], leaves)]


def one_by_one(structure: Structure, members: Members, rows: Tensor, random: bool = False) -> list[Passed]:
    """Each member by itself; `random`: with PyTorch's own stream set to the member's seed."""
    passed = []
    for number, seed in enumerate(members.seeds):
        alone = members.part(slice(number, number + 1))
        leaves = _leaves({key: each.clone() for key, each in alone.own.items()})  # bits of products depend on addresses
        held = {key: each[0] for key, each in {**leaves, **alone.running}.items()}
        x = rows[number if len(rows) > 1 else 0]
        lend(structure, structure.layers, alone.numbers[0].tolist(), alone.keys[0].unbind())
        with seeded(seed if random else None, x):
            passed.append(Passed(functional_call(structure.module, held, (x,))[None], leaves))
    return passed


@contextmanager
def seeded(seed: int | None, like: Tensor) -> Iterator[None]:
    """PyTorch's random stream begins at a seed in this block, and is as before after it."""
    if seed is None:
        yield
        return
    with torch.random.fork_rng(devices=[like.device] if like.is_cuda else []):
        torch.manual_seed(seed)
        yield


def lend(structure: Structure, layers: Mapping[str, Any], numbers: Iterable[Any], keys: Iterable[Tensor]) -> None:
    """Sets a member's own numbers, and its streams of dropout, in a module's layers."""
    for (layer, attribute), number in zip(structure.attributes, numbers, strict=True):
        setattr(layers[layer], attribute, number)
    for layer, key in zip(structure.dropouts, keys, strict=True):
        layers[layer].begin(key)


def _and_copy(tensor: Tensor) -> Tensor:
    return torch.cat((tensor, tensor[-1:]))


def _leaves(own: Held) -> Held:
    return {key: each.detach().requires_grad_(torch.is_grad_enabled()) for key, each in own.items()}
