"""The best epoch so far of each member: for `patience`, and for `keep = "best"`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from caviar.plugin import Array, Metrics, TrainerContext

from caviar_plugins.trainers.evaluation import as_columns

if TYPE_CHECKING:
    from caviar_plugins.trainers.population import PopulationTrainer

_KEPT = ("parameters", "statistics")


def begin(
    trainer: PopulationTrainer, state: Mapping[str, Array], names: tuple[str, ...], context: TrainerContext
) -> dict[str, Array]:
    """The initial record, before the first epoch; `names` are those of an epoch's metrics."""
    xp, members = context.backend.library(), len(state["epoch"])
    kept = {
        "best.objective": xp.full(members, xp.nan, dtype=xp.float64),
        "best.epoch": xp.zeros(members, dtype=xp.int64),
    }
    if trainer.keep == "best":
        kept |= {f"best.{name}": state[name].copy() for name in _KEPT}
        kept["best.metrics"] = xp.full((members, len(names)), xp.nan, dtype=xp.float64)
    return kept


def note(
    trainer: PopulationTrainer,
    state: dict[str, Array],
    measured: Mapping[str, Array],
    context: TrainerContext,
    epoch: int,
) -> None:
    """Records this epoch for members whose searched metric is the best so far.

    Patience counts from the first of equal epochs, which the others did not improve on. Kept are the weights of the
    last of them, as in RealMLP (arXiv:2407.04491): as good on validation rows, and trained for longer.
    """
    if "best.objective" not in state:
        return
    xp = context.backend.library()
    now, before = measured[context.metric], state["best.objective"]
    better = xp.isnan(before) | (now > before if context.goal == "maximize" else now < before)
    before[better] = now[better]
    state["best.epoch"][better] = epoch
    if trainer.keep == "best":
        as_good = better | (now == before)
        for name in _KEPT:
            state[f"best.{name}"][as_good] = state[name][as_good]
        state["best.metrics"][as_good] = as_columns(measured, context)[as_good]


def ended(trainer: PopulationTrainer, state: Mapping[str, Array], context: TrainerContext) -> tuple[bool, ...]:
    """The members without improvement for `patience` epochs."""
    if not trainer.patience:
        return (False,) * len(state["epoch"])
    waited = context.backend.fetch(state["epoch"] - state["best.epoch"])
    return tuple(bool(epochs >= trainer.patience) for epochs in waited)


def restore(
    trainer: PopulationTrainer, state: dict[str, Array], names: tuple[str, ...], context: TrainerContext
) -> tuple[dict[str, Array], Metrics | None]:
    """The state with the final weights, and its metrics if they are not those of the last epoch."""
    if trainer.keep == "last":
        return state, None
    metrics = Metrics(names, 1, context.backend.fetch(state["best.metrics"])[:, None, :])
    return state | {name: state[f"best.{name}"] for name in _KEPT}, metrics
