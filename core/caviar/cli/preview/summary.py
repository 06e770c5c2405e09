"""The summary: what a run will do, in lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from caviar.cli.preview.data_lines import data_lines
from caviar.cli.preview.plain_path import plain_path
from caviar.cli.preview.preview import Preview, preview
from caviar.cli.preview.search_lines import search_lines
from caviar.cli.preview.sizes import steps
from caviar.cli.preview.wording import called, count
from caviar.config.declaration.programs import programs_of
from caviar.config.declaration.space import searched_tables

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline

INDENT = 11
"""Characters: what a line is about stands before them."""


def summary(pipeline: Pipeline, width: int | None = None) -> list[str]:
    """What a run of a pipeline will do, in a few lines of up to `width` characters where words allow it."""
    seen = preview(pipeline)
    lines = [("name", pipeline.name)]
    if pipeline.trainer.needs_data:
        lines += data_lines(seen) if seen else [("data", called(pipeline.data))]
    lines += _training(pipeline, seen)
    lines += _programs(pipeline)
    lines += search_lines(pipeline, seen, width and width - INDENT)
    return [f"{word:{INDENT}}{text}".rstrip() for word, text in lines]


def _programs(pipeline: Pipeline) -> Iterator[tuple[str, str]]:
    """The programs that the file names, of which nothing is started here."""
    unstarted = "not started by a check; a run starts it with --trust"
    for text in programs_of(pipeline):
        first, *rest = text.split("\n")
        yield "program", first
        yield from (("", line) for line in rest)
        yield "", "started by the dry run" if pipeline.trusted else unstarted


def _training(pipeline: Pipeline, seen: Preview | None) -> Iterator[tuple[str, str]]:
    model, read = called(pipeline.model), searched_tables(pipeline)
    if seen and seen.shapes:
        shapes = " … ".join(dict.fromkeys(map(str, seen.shapes)))
        sure = seen.all_inputs_seen() and not seen.has_rare_words() and seen.all_outputs_seen()
        parameters = " … ".join(dict.fromkeys(f"{each.parameters:,}" for each in seen.shapes))
        model += f" {shapes}, {'' if sure else 'about '}{parameters} parameters"
    if "model" in read:
        yield "model", model
    if seen and seen.unbuilt:
        yield "", f"{seen.unbuilt}; such trials fail"
    if seen and (line := plain_path(pipeline, seen.task)):
        yield "", line
    if "normalizer" in read:
        yield "normalizer", called(pipeline.normalizer)
    by = called(pipeline.optimizer if "optimizer" in read else pipeline.trainer)
    training = f"{by}, {count(pipeline.trainer.epochs, 'epoch')}"
    batches = steps(pipeline, seen.parts()["training"]) if seen and seen.data.part is None else None
    if batches:
        training += f" of {' … '.join(dict.fromkeys(f'{each:,}' for each in batches))} steps"
    yield "training", training
