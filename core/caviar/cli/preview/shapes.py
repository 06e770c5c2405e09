"""The sizes of the models that a search may build."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from caviar.config.declaration.space import PluginChoice, parts_of, sampler_of, searched_tables, settle, space_of
from caviar.interfaces.model import Model
from caviar.values.dimension import Dimension
from caviar.values.inputs import Inputs
from caviar.values.problem import LateMistake

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline


class Unbuildable(LateMistake):
    """The model cannot be built for the data; the message says with which values, and what its plugin raised."""

    def __init__(self, inputs: int, outputs: int, chosen: Sequence[str], error: Exception) -> None:
        sizes = ", ".join((*chosen, f"{inputs} inputs", f"{outputs} outputs"))
        raised = " ".join(f"{type(error).__name__}: {error}".split())
        super().__init__(("model",), f"cannot be built with {sizes}: {raised}")


@dataclass(frozen=True)
class Shape:
    """A model as it could be: the width of each step from inputs to outputs, and its parameters."""

    widths: tuple[int, ...]
    parameters: int

    def __str__(self) -> str:
        return "-".join(map(str, self.widths))


def shapes_of(pipeline: Pipeline, inputs: Inputs, outputs: int) -> tuple[list[Shape], str]:
    """The model at both ends of its ranges, or at the one at which it can be built, and why not at the other.

    Raises Unbuildable where it cannot be built at either.
    """
    shapes, reasons = list[Shape](), list[Unbuildable]()
    if not {"model", "normalizer"} <= {*searched_tables(pipeline)}:
        return [], ""
    for largest in (False, True):
        try:
            shapes.append(_shape(pipeline, inputs, outputs, largest))
        except Unbuildable as error:
            reasons.append(error)
    if not shapes:
        raise reasons[0]
    return shapes, reasons[0].reason if reasons else ""


def _shape(pipeline: Pipeline, inputs: Inputs, outputs: int, largest: bool) -> Shape:
    values = {each.path: _end(each, largest) for each in space_of(pipeline).dimensions}
    try:
        parts: Any = parts_of(settle(pipeline, values))
        model: Model = parts["model"]
        slots, _ = model.layout(inputs, outputs, parts["normalizer"])
    except Exception as error:  # a plugin may raise anything
        chosen = [f"{path} = {value}" for path, value in values.items() if path.startswith("model.")]
        raise Unbuildable(inputs.width, outputs, chosen, error) from error
    widths = [slot.shape[-1] for slot in slots if slot.role == "weight"]
    return Shape((inputs.width, *widths), sum(slot.size for slot in slots))


def _end(dimension: Dimension, largest: bool) -> Any:
    """One end of a range; of options, the largest or smallest number, else the first."""
    if isinstance(dimension.sampler, PluginChoice):
        return dimension.sampler.names[0]
    ends = sampler_of(dimension).ends()
    if not all(isinstance(each, (int, float)) for each in ends):
        return ends[0]
    return max(ends) if largest else min(ends)
