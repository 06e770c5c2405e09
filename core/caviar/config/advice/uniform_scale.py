"""uniform-scale: a uniform scale for a field where factors matter leaves most of the range untried."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from caviar.config.advice.advice import Advice
from caviar.config.declaration.dump import inline
from caviar.config.declaration.space import owners, sampler_of, space_of
from caviar.interfaces.sampler import Sampler
from caviar.registry.load import name_of

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline

_CENTRED = 0.1
"""How far from the middle of its range a scale's median may lie to favour neither end."""


def uniform_scale(pipeline: Pipeline) -> Iterator[Advice]:
    """A plugin declares a scale that favours one end of a field's range, and the file uses a uniform one."""
    space, owner = space_of(pipeline), owners(pipeline)
    for path, (cls, field) in owner.items():
        sampler, declared = sampler_of(space[path]), cls.facts(field).search
        if not sampler.linear or not isinstance(declared, Sampler) or not declared.ordered or declared.linear:
            continue
        low, high = sampler.ends()
        scale = _with_ends(declared, low, high)
        middle = _middle(scale or declared)
        if abs(middle - 0.5) <= _CENTRED:
            continue
        if middle > 0.5:
            share = "large values differ most, and are tried least"
        elif scale is None or declared.whole:
            share = "small values are hardly tried"
        else:
            share = f"9 of 10 trials would fall above {low + (high - low) / 10:.2g}"
        ends = f"[{inline(low)}, {inline(high)}]" if scale else "[…, …]"
        better = name_of(type(declared))
        yield Advice("uniform-scale", path, f"on a uniform scale {share}; write {{ {better} = {ends} }}")


def _with_ends(declared: Sampler, low: Any, high: Any) -> Sampler | None:
    """The same scale between other ends; None if it does not accept them."""
    kind: Any = type(declared)
    try:
        return cast(Sampler, kind(low, high))
    except (TypeError, ValueError):
        return None


def _middle(scale: Sampler) -> float:
    """The position of a scale's median between its ends: 0.5 in the middle."""
    import numpy

    low, middle, high = scale.from_unit(numpy.asarray([0.0, 0.5, 1.0])).tolist()
    return float((middle - low) / (high - low)) if high != low else 0.5
