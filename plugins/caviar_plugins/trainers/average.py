"""Exponential moving averages of weights and statistics over steps: for `average`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from caviar.plugin import Array

if TYPE_CHECKING:
    from caviar_plugins.trainers.population import PopulationTrainer

_AVERAGED = ("parameters", "statistics")


def begin(trainer: PopulationTrainer, state: Mapping[str, Array]) -> dict[str, Array]:
    """The averages before the first step, which replaces them; none if no member has any."""
    bound: Any = trainer.average
    if not bound.any():
        return {}
    return {f"average.{name}": state[name].copy() for name in _AVERAGED}


def follow(trainer: PopulationTrainer, state: Mapping[str, Array]) -> None:
    """Adds the weights after a step to the averages, in place: each step counts `average` times as much as the next.

    Corrected for the start, as Adam's moments are: over few steps it is their mean, and the initial weights count
    nothing.
    """
    if "average.parameters" not in state:
        return
    kept = trainer.average
    new = (1 - kept) / (1 - kept ** state["step"])
    for name in _AVERAGED:
        average = state[f"average.{name}"]
        average *= 1 - new
        average += new * state[name]


def counted(state: dict[str, Array]) -> dict[str, Array]:
    """The state with the weights and statistics that are measured and saved: the averages if there are some."""
    return state | {name: state[f"average.{name}"] for name in _AVERAGED if f"average.{name}" in state}
