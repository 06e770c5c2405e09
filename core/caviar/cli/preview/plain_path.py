"""The reason why trials of a pipeline will train in plain array code; without a numerical library."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from caviar.config.checks.losses import with_loss
from caviar.config.declaration.space import PluginChoice, parts_of, sampler_of, settle, space_of
from caviar.values.task import Task, TaskKind

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline


def plain_path(pipeline: Pipeline, task: TaskKind) -> str:
    """One line, or nothing if every trial uses compiled passes, or its model has none, or trains on a device.

    Each choice of plugins and each end of a range is tried by itself, the others standing at their first.
    """
    if pipeline.backend is not None and pipeline.backend.on_device:
        return ""
    reasons = [_reason(pipeline, values, task) for values in _variants(pipeline)]
    told = [each for each in dict.fromkeys(reasons) if each]
    if not told:
        return ""
    return f"{'' if all(reasons) else 'some trials: '}{'; '.join(told)}"


def _variants(pipeline: Pipeline) -> Iterator[dict[str, Any]]:
    dimensions = space_of(pipeline).dimensions
    options = {
        each.path: each.sampler.names if isinstance(each.sampler, PluginChoice) else sampler_of(each).ends()
        for each in dimensions
    }
    first = {path: values[0] for path, values in options.items()}
    yield first
    for path, values in options.items():
        yield from ({**first, path: value} for value in values[1:])


def _reason(pipeline: Pipeline, values: dict[str, Any], task: TaskKind) -> str | None:
    """An exception of a third-party plugin here is also raised, and reported, when the model is built."""
    try:
        settled = settle(pipeline, values)
        parts: dict[str, Any] = parts_of(settled)
        loss = getattr(with_loss(settled, Task(task, ("y",))), "loss", None)
        reason: str | None = parts["model"].plain_because(parts["normalizer"], loss)
    except Exception:
        return None
    return reason
