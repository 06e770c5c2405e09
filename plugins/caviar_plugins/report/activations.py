"""What was recorded of the layers of the best trials, after each epoch."""

from __future__ import annotations

from typing import Any

from caviar.plugin import ACTIVATIONS, Problem, RunFacts

from caviar_plugins.report.packing import floats


def activations(facts: RunFacts) -> list[dict[str, Any]]:
    """One object for each trial, best first: its `layers`, each with the curves that it has by name."""
    return [{"trial": trial, "layers": _layers(curves)} for trial, curves in facts.activations.items()]


def _layers(curves: Any) -> list[dict[str, Any]]:
    layers: dict[str, dict[str, Any]] = {}
    for name, values in curves.items():
        layer, what = _parts(name)
        layers.setdefault(layer, {})[what] = floats(values)
    return [{"name": name, **layers[name]} for name in sorted(layers, key=_in_order)]


def _parts(name: str) -> tuple[str, str]:
    """The layer, and what was recorded of it."""
    for end in _ENDS:
        if name.endswith(f".{end}"):
            return name.removesuffix(f".{end}"), end
    raise Problem(
        f"the report cannot draw the metric '{ACTIVATIONS}{name}': names that begin with '{ACTIVATIONS}' are of layers "
        f"and end with {', '.join(_ENDS[:-1])} or {_ENDS[-1]}; let the trainer give it another name"
    )


_ENDS = ("before.mean", "before.std", "after.mean", "after.std", "dead")


def _in_order(layer: str) -> tuple[str, int, str]:
    """layer10 after layer9."""
    word = layer.rstrip("0123456789")
    return word, int(layer[len(word) :] or 0), layer
