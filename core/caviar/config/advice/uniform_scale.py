"""uniform-scale: equal steps where equal factors matter leave most of the range untried."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from caviar.config.advice.advice import Advice
from caviar.config.declaration.dump import inline
from caviar.config.declaration.space import owners, sampler_of, space_of
from caviar.registry.load import name_of

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline

_EVEN = {"uniform", "int"}
_SCALES = {"log", "beta", "log-int"}


def uniform_scale(pipeline: Pipeline) -> Iterator[Advice]:
    """A plugin declares a log or beta scale for a field, and the file takes an even one."""
    space, owner = space_of(pipeline), owners(pipeline)
    for path, (cls, field) in owner.items():
        sampler, declared = sampler_of(space[path]), cls.facts(field).search
        better = name_of(type(declared)) if declared else ""
        if better not in _SCALES or name_of(type(sampler)) not in _EVEN:
            continue
        low, high = sampler.ends()
        if better == "log" and low > 0:
            share = f"9 of 10 trials would fall above {low + (high - low) / 10:.2g}"
        elif better == "beta":
            share = "values near 1 differ most, and are tried least"
        else:
            share = "small values are hardly tried"
        ends = f"[{inline(low)}, {inline(high)}]" if low > 0 or better == "beta" else "[…, …]"
        yield Advice("uniform-scale", path, f"on a uniform scale {share}; write {{ {better} = {ends} }}")
