"""`pipe check`: finds every mistake of a file, or says what it describes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caviar.cli.shared import Code, Settings

if TYPE_CHECKING:
    from caviar.config.pipeline import Pipeline
    from caviar.interfaces.plugin import Plugin
    from caviar.values.dimension import Dimension


def check(
    file: Annotated[Path, typer.Argument(help="The pipeline file.", show_default=False)],
    settings: Settings = None,
    code: Code = None,
) -> None:
    """Check FILE without reading data: print every mistake (exit 2), or what would be searched."""
    from caviar.config.load import load

    typer.echo("\n".join(summary(load(file, settings or (), code))))


def summary(pipeline: Pipeline) -> list[str]:
    """What a pipeline describes, in a few lines."""
    from caviar.config.space import space_of

    space, search = space_of(pipeline), pipeline.search
    lines = [
        f"name       {pipeline.name}",
        f"data       {_name(pipeline.data)}",
        f"model      {_name(pipeline.model)}, normalizer {_name(pipeline.normalizer)}",
        f"training   {_name(pipeline.optimizer)}, {pipeline.trainer.epochs} epochs",
    ]
    if len(space):
        lines.append(f"search     {search.trials} trials by {_name(search.strategy)}, {search.round} a round")
        paths, scales = [each.path for each in space.dimensions], [_scale(each) for each in space.dimensions]
        wide, long = max(map(len, paths)), max(map(len, scales))
        for dimension, scale in zip(space.dimensions, scales, strict=True):
            tier = f"  tier {dimension.tier}" if dimension.tier else ""
            lines.append(f"  {dimension.path:{wide}}  {scale:{long}}  {_range(dimension)}{tier}")
    else:
        lines.append("search     nothing" + (f": {search.trials} models" if search.trials > 1 else ": one model"))
    return lines


def _name(part: Plugin | None) -> str:
    from caviar.interfaces.sampler import Sampler
    from caviar.registry.load import label_of

    if isinstance(part, Sampler):
        return " | ".join(label_of(option) for option in part.ends())
    return label_of(part) if part else "given by the program"


def _scale(dimension: Dimension) -> str:
    from caviar.config.space import sampler_of
    from caviar.registry.load import name_of

    return name_of(type(sampler_of(dimension)))


def _range(dimension: Dimension) -> str:
    from caviar.config.space import PluginChoice, sampler_of

    ends = dimension.sampler.names if isinstance(dimension.sampler, PluginChoice) else sampler_of(dimension).ends()
    return (" … " if dimension.ordered else " | ").join(dimension.sampler.describe(end) for end in ends)
