"""The ends of ranges: which trials are at one, and the same scale widened there."""

from __future__ import annotations

from math import ceil, floor, isfinite, log10
from typing import Any

from caviar.config.declaration.space import sampler_of
from caviar.config.reading.locations import FieldProblems, construct
from caviar.interfaces.fields.declared import Declared
from caviar.interfaces.sampler import Sampler
from caviar.values.dimension import Dimension
from caviar.values.trial import Trial

_EDGE = 0.05
"""How near to an end, on the sampler's own scale, is at the end."""
_FURTHER = 0.5
"""By how much of its width a range is widened."""


def end_of(dimension: Dimension, trial: Trial) -> int | None:
    """The end of its range at which a value lies: 0 for the low one, 1 for the high one."""
    return _end(dimension, sampler_of(dimension), trial.values.get(dimension.path))


def wider(sampler: Sampler, end: int, owner: tuple[type[Declared], str]) -> Sampler | None:
    """The same scale, wider towards one end; None if the scale or the owner's field cannot extend there."""
    fields = type(sampler).model_fields
    if not {"low", "high"} <= fields.keys():
        return None
    low, high = (getattr(sampler, name) for name in ("low", "high"))
    step = getattr(sampler, "step", None)
    if sampler.whole or step is not None:
        step = step or 1
        further = max(1, floor((high - low) * _FURTHER / step + 1e-9)) * step
        new: Any = sampler.pick(low - further if end == 0 else high + further)
    else:
        import numpy

        with numpy.errstate(all="ignore"):
            place = float(sampler.from_unit(numpy.asarray([-_FURTHER, 1 + _FURTHER]))[end])
        new = outwards(place, 2 * end - 1, digits=1)
    given = {name: getattr(sampler, name) for name in fields} | {("low", "high")[end]: new}
    try:
        built = construct(type(sampler), given)
    except FieldProblems:
        return None  # the scale ends there
    cls, field = owner
    return built if isinstance(built, Sampler) and cls.facts(field).complaint(built.ends()) is None else None


def _end(dimension: Dimension, sampler: Sampler, value: Any) -> int | None:
    if value is None:
        return None
    if value in (sampler.ends()[0], sampler.ends()[-1]):
        return 0 if value == sampler.ends()[0] else 1
    if dimension.levels is not None:
        return None
    import numpy

    place = float(dimension.sampler.to_unit(numpy.asarray([dimension.sampler.number(value)]))[0])
    return 0 if place < _EDGE else 1 if place > 1 - _EDGE else None


def outwards(value: Any, side: int, digits: int) -> Any:
    """The value with so many significant digits, rounded down (-1) or up (1); near 1, digits of its distance from 1."""
    if isinstance(value, float) and 0.5 < value < 1:
        return round(1 - outwards(1 - value, -side, digits), 12)
    if value == 0 or not isfinite(value):
        return value
    unit = 10.0 ** (floor(log10(abs(value))) + 1 - digits)
    if isinstance(value, int) and unit < 1:
        return value
    # A billionth is no reason to go on to the next: 0.0012 / 0.0001 is 11.999999999999998.
    steps = ceil(value / unit - 1e-9) if side > 0 else floor(value / unit + 1e-9)
    return type(value)(float(f"{steps * unit:.12g}"))
