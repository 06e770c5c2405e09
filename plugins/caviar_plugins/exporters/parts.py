"""What exporters share: the operations that they know, and the preparations that members have in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from caviar.plugin import Constant, ExportError, Inputs, MemberDescription, ModelDescription, Operation

TRANSFORMS = ("fill", "scale", "smooth-clip", "normal-scores", "piecewise-linear", "one-hot", "thermometer", "dates")
ACTIVATIONS = ("relu", "leaky-relu", "gelu", "silu", "selu", "mish", "sigmoid", "tanh")
LAYERS = ("periodic", "cosines", "vectors", "dense", "layernorm", "parametric", "keep", "add", *ACTIVATIONS)
HEADS = ("softmax", "sigmoid", "identity")


@dataclass(frozen=True)
class Preparation:
    """How rows become inputs of `dtype`: what members share that prepare rows in the same way."""

    transforms: tuple[Operation, ...]
    inputs: Inputs
    dtype: str


def source(operation: Operation) -> str:
    """The column that a transform's operation reads: the one that it changes, unless it names another."""
    named = cast("tuple[str, ...]", operation.constants.get("source", (operation.column,)))
    return named[0]


def preparations(model: ModelDescription) -> tuple[list[Preparation], list[int]]:
    """The different ones, and for each member the place of its own."""
    found: dict[object, Preparation] = {}
    keys = []
    for member in model.members:
        keys.append((tuple(map(_content, member.transforms)), member.inputs, member.dtype))
        found.setdefault(keys[-1], Preparation(member.transforms, member.inputs, member.dtype))
    places = {key: place for place, key in enumerate(found)}
    return list(found.values()), [places[key] for key in keys]


def check_known(model: ModelDescription, exporter: str, with_modules: bool = False) -> None:
    """Raises ExportError, which names the operation, for one outside of the vocabulary of `Operation`.

    `with_modules`: also for the weights of PyTorch modules, whose formula is not known.
    """
    for member in model.members:
        for name, place in _unknown(member):
            if name == "module" and not with_modules:
                raise ExportError(
                    f"exporter '{exporter}' does not know the operation 'module': only its code says what a PyTorch "
                    "module computes; 'safetensors' writes its weights and what prepares its inputs"
                )
            if name != "module":
                raise ExportError(
                    f"exporter '{exporter}' does not know the operation '{name}', {place} of trial {member.trial}'s "
                    "model; it writes the formulas that caviar.plugin.Operation lists"
                )


def _unknown(member: MemberDescription) -> Iterator[tuple[str, str]]:
    """The names of unknown operations, each with what it is."""
    for each in member.transforms:
        if each.name not in TRANSFORMS:
            yield each.name, f"a transform of column '{each.column}'"
    for each in member.layers:
        if each.name not in LAYERS:
            yield each.name, "a layer"
        elif each.name == "parametric" and (of := cast("tuple[str, ...]", each.constants["of"])[0]) not in ACTIVATIONS:
            yield of, "an activation"
    if member.head.name not in HEADS:
        yield member.head.name, "the head"


def _content(operation: Operation) -> tuple[object, ...]:
    constants = sorted(operation.constants.items(), key=lambda pair: pair[0])
    return operation.name, operation.column, tuple((name, _bits(value)) for name, value in constants)


def _bits(value: Constant) -> object:
    return value if isinstance(value, (int, float, tuple)) else (value.dtype.str, value.shape, value.tobytes())
