"""`pipe check`: reports every mistake of a file, or what a run will do."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caviar.cli.advice import show_advice
from caviar.cli.shared import Code, Quiet, Settings, using_code
from caviar.cli.terminal.output import show, width_of

if TYPE_CHECKING:
    from caviar.cli.preview import Preview
    from caviar.config.declaration.pipeline import Pipeline
    from caviar.interfaces.plugin import Plugin

_WORD = 11  # characters: what a line is about stands before them


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The pipeline file.", show_default=False)],
    settings: Settings = None,
    code: Code = None,
    quiet: Quiet = False,
) -> None:
    """Report every mistake of FILE, or what a run will do.

    With mistakes the exit code is 2. Of the data, only the head is read.
    """
    from caviar.config.load import load, locate
    from caviar.values.problem import LateMistake

    with using_code(code):
        pipeline = load(file, settings or ())
        try:
            show(*summary(pipeline, width_of(sys.stdout)), indent=_WORD)
            show(*_columns(pipeline))
        except LateMistake as mistake:
            raise locate(file, settings or (), mistake) from None
        show_advice(pipeline, quiet)


def summary(pipeline: Pipeline, width: int | None = None) -> list[str]:
    """What a run of a pipeline will do, in a few lines of up to `width` characters where words allow it."""
    from caviar.cli.preview import preview

    seen = preview(pipeline)
    lines = [("name", pipeline.name)]
    if pipeline.trainer.needs_data:
        lines += _data(seen) if seen else [("data", _name(pipeline.data))]
    lines += _training(pipeline, seen)
    lines += _search(pipeline, seen, width)
    return [f"{word:{_WORD}}{text}".rstrip() for word, text in lines]


def _columns(pipeline: Pipeline) -> Iterator[str]:
    """The table of columns, below an empty line."""
    from caviar.cli.columns_table import column_lines
    from caviar.config.checks.foreseen_rows import learned_head

    data = pipeline.data if pipeline.trainer.needs_data else None
    head = data.head() if data else None
    if data and head and (lines := list(column_lines(learned_head(data, head), data.split_columns))):
        yield from ("", *lines)


def _data(seen: Preview) -> Iterator[tuple[str, str]]:
    from caviar.config.checks.data_errors import rounded_column
    from caviar.config.checks.foreseen_rows import rows_line, split_lines
    from caviar.config.checks.target_head import target_lines

    head = seen.head
    about = "" if head.exact else "about "
    yield "data", f"{getattr(seen.data, 'path', None) or _name(seen.data)}"
    yield "rows", f"{about}{head.rows:,}: {rows_line(seen.data, head)}"
    yield from (("", line) for line in split_lines(seen.data, head))
    if head.unlabelled:
        rows = "1 row" if head.unlabelled == 1 else f"{head.unlabelled:,} rows"
        yield "", f"{rows} without a target {'is' if head.unlabelled == 1 else 'are'} left out"
    if seen.data.folds:
        unused = "; data.validation is not used" if "validation" in seen.data.model_fields_set else ""
        yield "", f"each trial is trained {seen.data.folds} times{unused}"
    told = []
    for kind in ("numbers", "flags", "words", "dates"):
        columns = [each for each in head.features if each.kind == kind]
        if columns:
            gaps = sum(bool(each.missing) for each in columns)
            told.append(f"{sum(each.width for each in columns):,} of {kind}{f' ({gaps} with gaps)' if gaps else ''}")
    bound = "at most " if seen.has_rare_words() else ""
    yield "columns", f"{', '.join(told)}; {bound if seen.all_inputs_seen() else 'about '}{seen.inputs:,} inputs"
    for column in head.features:
        if column.rounded:
            yield "", rounded_column(column.name)
    least = "" if seen.all_outputs_seen() else "at least "
    what = f"{least}{seen.outputs} classes" if seen.task == "classification" else "numbers"
    yield "target", f"{', '.join(each.name for each in head.target)}: {what}, {seen.task}"
    for note in head.notes:
        yield "guessed", note
    for line in target_lines(seen.data, seen.task, head):
        yield "", line


def _training(pipeline: Pipeline, seen: Preview | None) -> Iterator[tuple[str, str]]:
    from caviar.cli.plain_path import plain_path
    from caviar.cli.preview import steps
    from caviar.config.declaration.space import searched_tables

    model, read = _name(pipeline.model), searched_tables(pipeline)
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
        yield "normalizer", _name(pipeline.normalizer)
    by = _name(pipeline.optimizer if "optimizer" in read else pipeline.trainer)
    training = f"{by}, {_count(pipeline.trainer.epochs, 'epoch')}"
    batches = steps(pipeline, seen.parts()["training"]) if seen and seen.data.part is None else None
    if batches:
        training += f" of {' … '.join(dict.fromkeys(f'{each:,}' for each in batches))} steps"
    yield "training", training


def _search(pipeline: Pipeline, seen: Preview | None, width: int | None) -> Iterator[tuple[str, str]]:
    from caviar.cli.preview import searched, trials
    from caviar.config.checks.sources import called

    search, rows = pipeline.search, list(searched(pipeline))
    if not rows:
        yield "search", f"no range: {_count(search.trials, 'model')}" if search.trials > 1 else "no range: one model"
    else:
        most = trials(pipeline)
        rounds = -(-most // search.round)
        yield "search", f"{_count(most, 'trial')} by {_name(search.strategy)}, {_count(rounds, 'round')}"
        if most < search.trials:
            yield "", f"all possible trials, fewer than search.trials = {search.trials:,}"
        if search.pruner:
            yield "", f"pruned by {_name(search.pruner)}"
        if search.points:
            yield "", f"{_count(len(search.points), 'given point')} first"
        for source in search.sources if search.strategy.learns else ():
            yield "", f"starts from {called(source)}"
        if search.patience:
            yield "", f"ends after {_count(search.patience, 'finished trial')} without a better one"
        if search.seconds:
            yield "", f"ends after {search.seconds:g} s, with the trials that were trained by then"
        if search.trial_seconds:
            yield "", f"a trial that has trained for more than {search.trial_seconds:g} s is pruned"
    if search.conditions:
        yield "", f"the winner must meet {' and '.join(map(str, search.conditions))}"
    for line in _beside(rows, width):
        yield "", line
    if seen:
        yield from _cost(pipeline, seen)


def _cost(pipeline: Pipeline, seen: Preview) -> Iterator[tuple[str, str]]:
    """What the run will take; where trials may end early, it is an upper bound."""
    from caviar.engine.analysis.cost import speed

    sizes = seen.sizes()
    by = _count(sizes.workers, "worker")
    yield (
        "memory",
        f"about {_size(sizes.memory())} with {by}; populations of up to {_count(seen.population(), 'member')}",
    )
    seconds = sizes.seconds(speed())
    if seconds is not None:
        search = pipeline.search
        early = search.pruner or search.patience or search.trial_seconds or getattr(pipeline.trainer, "patience", 0)
        limit = search.seconds or seconds
        about = "about" if not early else "at most about"
        yield "time", f"{about} {_while(min(seconds, limit))} with {by} on cores of their own"


def _beside(rows: Sequence[Sequence[str]], width: int | None) -> Iterator[str]:
    """Rows as columns; where they are too wide, each has its path on a line of its own, and the rest below it."""
    if not rows:
        return
    wide = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    if width is None or _WORD + sum(wide) + 2 * len(wide) - 2 <= width:
        for row in rows:
            yield "  ".join(f"{cell:{most}}" for cell, most in zip(row, wide, strict=True)).rstrip()
    else:
        for path, *rest in rows:
            yield path
            yield f"  {'  '.join(cell for cell in rest if cell)}"


def _name(part: Plugin | None) -> str:
    from caviar.config.declaration.walk import alternatives
    from caviar.registry.load import label_of

    return " | ".join(map(label_of, alternatives(part))) if part else "given by the program"


def _count(many: int, noun: str) -> str:
    return f"{many:,} {noun}{'' if many == 1 else 's'}"


def _while(seconds: float) -> str:
    """A time that is known to a factor of two."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _size(count: int) -> str:
    return f"{max(1, round(count / 1e6)):,} MB" if count < 1e9 else f"{count / 1e9:.1f} GB"
