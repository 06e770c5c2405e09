"""Passes of a network's members over arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from caviar.plugin import Array, ModelContext, Views, say_once
from torch import Tensor

from caviar_plugins.models.network_module import Structure
from caviar_plugins.models.network_tensors import one_thread, to_array, to_tensor
from caviar_plugins.models.network_trial import tried
from caviar_plugins.models.network_ways import Held, Members, Passed


def forward(
    structure: Structure,
    parameters: Views,
    statistics: Views,
    x: Array,
    floats: tuple[Mapping[str, float], ...],
    context: ModelContext,
) -> tuple[Array, Any]:
    """The outputs (members, batch, outputs), and in training what `backward` needs of them."""
    sample = structure.given if isinstance(structure.given, tuple) else (structure.given,)
    rows = to_tensor(x).reshape(*x.shape[:2], *sample)
    kept = _held(structure, statistics)
    running = {key: each.to(structure.kinds.get(key, each.dtype)) for key, each in kept.items()}
    members = _members(structure, _held(structure, parameters), running, floats, context, rows)
    with structure.lock, one_thread():
        structure.module.to(rows.device)
        if rows.shape[1] not in structure.verdicts:
            structure.module.train()
            with torch.enable_grad():
                structure.verdicts[rows.shape[1]] = tried(structure, members, rows)
        verdict = structure.verdicts[rows.shape[1]]
        if verdict.alone_because:
            say_once(f"network '{structure.name}': members are trained one by one: {verdict.alone_because}")
        structure.module.train(context.training)
        with torch.set_grad_enabled(context.training):
            passed = verdict.passed(structure, members, rows)
    outputs = passed[0].outputs if len(passed) == 1 else torch.cat([part.outputs for part in passed])
    if outputs.shape[1:] != (rows.shape[1], structure.outputs):
        wanted = f"(rows, outputs), here ({rows.shape[1]}, {structure.outputs})"
        raise ValueError(f"{structure.name}(): its module returned {tuple(outputs.shape[1:])} instead of {wanted}")
    if not context.training:
        return to_array(outputs.to(rows.dtype), x), None
    for key in structure.kinds.keys() & kept.keys():
        kept[key].copy_(running[key])
    return to_array(outputs.to(rows.dtype), x), passed


def backward(gradient: Array, passed: list[Passed], gradients: Views) -> None:
    """Fills the gradient views; a parameter that the outputs do not depend on has the gradient 0."""
    ahead, first = to_tensor(gradient), 0
    places = {key: to_tensor(view) for key, view in gradients.items()}
    with one_thread():
        for part in passed:
            some = slice(first, first + len(part.outputs))
            for key, slope in part.gradients(ahead[some].to(part.outputs.dtype)):
                place = places[key][some]
                if slope is None:
                    place.zero_()
                else:
                    place.copy_(slope.reshape(place.shape))
            first = some.stop


def _held(structure: Structure, views: Views) -> Held:
    return {key: to_tensor(view).reshape(-1, *structure.shapes[key]) for key, view in views.items()}


def _members(
    structure: Structure,
    own: Held,
    running: Held,
    floats: tuple[Mapping[str, float], ...],
    context: ModelContext,
    rows: Tensor,
) -> Members:
    numbers = torch.tensor([structure.numbers_of(each) for each in floats], dtype=rows.dtype, device=rows.device)
    keys = torch.zeros(len(floats), len(structure.dropouts), dtype=torch.int64)
    seeds = (0,) * len(floats)
    if context.training:
        assert context.streams is not None, "training passes have streams"
        for number in range(len(structure.dropouts)):
            keys[:, number] = torch.from_numpy(context.streams.child("dropout", number).drawn().view("int64"))
        if (verdict := structure.verdicts.get(rows.shape[1])) is None or verdict.random:
            seeds = tuple(int(key) >> 1 for key in context.streams.child("module").drawn())
    return Members(own, running, numbers, keys.to(rows.device), seeds)
