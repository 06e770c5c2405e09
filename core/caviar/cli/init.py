"""`pipe init`: the first file: for a table, from an example, or a plugin's whole distribution."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caviar.cli.terminal.output import show
from caviar.text.shell import shell_lines

if TYPE_CHECKING:
    from caviar.cli.scaffold.guess import Guess
    from caviar.interfaces.data import Data
    from caviar.values.head import Head


def init(
    what: Annotated[
        str, typer.Argument(metavar="[FILE | NAME]", help="A table to learn from, or a name.", show_default=False)
    ] = "",
    target: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="The column to predict; several may be given.", show_default=False),
    ] = None,
    effort: Annotated[
        str,
        typer.Option(
            metavar="quick|normal|best", help="How long a run may take; normal if not given.", show_default=False
        ),
    ] = "",
    example: Annotated[bool, typer.Option("--example", help="Copy the example called NAME; list them.")] = False,
    plugin: Annotated[bool, typer.Option("--plugin", help="Write a starter for a plugin called NAME.")] = False,
    kind: Annotated[
        str, typer.Option(metavar="KIND", help="The plugin's kind; an optimizer if not given.", show_default=False)
    ] = "",
) -> None:
    """Begin: a file for a table, an example, a plugin.

    Examples:

      pipe init my.csv

      pipe init my.csv --target price

      pipe init my.csv --effort best

      pipe init --example

      pipe init --example digits

      pipe init --plugin my-optimizer

      pipe init --plugin my-sampler --kind sampler
    """
    if kind and not plugin:
        raise typer.BadParameter("--kind needs --plugin NAME")
    if effort and (example or plugin):
        raise typer.BadParameter("--effort needs a table")
    if example:
        _example(what)
    elif plugin:
        _plugin(what, kind or "optimizer")
    elif what:
        _table(Path(what), target or [], effort)
    else:
        raise typer.BadParameter("give a table, such as my.csv, or --example, or --plugin NAME")


def _table(path: Path, targets: list[str], effort: str) -> None:
    from caviar.cli.preview.columns_table import column_lines
    from caviar.cli.scaffold.again import check_replaceable
    from caviar.cli.scaffold.efforts import USUAL, effort_called
    from caviar.cli.scaffold.guess import guess_target, unfit_targets
    from caviar.cli.scaffold.table_starter import pipeline_file, starter
    from caviar.config.reading.resolved import reader_for

    asked = effort_called(effort or USUAL)
    reader = reader_for(path, targets[0] if targets else "y", None)
    columns = reader.names()
    file = pipeline_file(path)
    check_replaceable(file, path, lambda names: _predicting(reader, names), targets)
    remark = ""
    if columns and not targets:
        guess = guess_target(columns, unfit_targets(columns, lambda name: _predicting(reader, [name]).head()))
        target, remark = _asked(guess, columns)
        targets = [target]
    reader = _predicting(reader, targets or ["y"])
    file.write_text(starter(path, remark, reader, asked), encoding="utf-8")
    if (head := reader.head()) is not None:
        show(*column_lines(head))
        show(*(f"guessed: {note}" for note in (*head.notes, *_classes(head))))
    named = " and ".join(f"'{name}'" for name in targets or ["y"])
    show(f"{file} predicts {named}{', ' if remark else ''}{remark}")
    if remark and guess.by == "its place":
        other = shell_lines(["pipe", "init", str(path), "--target", "COLUMN"], None, indent="")[0]
        show(f"If another column is to be predicted: {other}")
    show(f"Next: {_command('check', file)}, then {_command('run', file)}")


def _classes(head: Head) -> Iterator[str]:
    """That the target is taken for classes, where it may well be a quantity."""
    from caviar.config.advice.many_classes import doubtful_classes

    if column := doubtful_classes(head):
        told = f"the {column.distinct} whole numbers of '{column.name}' are classes"
        yield f'{told}; task = "regression" in [data] predicts them as numbers'


def _predicting(reader: Data, targets: list[str]) -> Data:
    """The reader with its targets, which puts up with odd cells. Raises DataError where it takes one target only."""
    from caviar.interfaces.data import DataError
    from caviar.interfaces.fields.types import field_type
    from caviar.registry.load import name_of

    if len(targets) == 1:
        return reader.model_copy(update={"target": targets[0]}).tolerant()
    if field_type(type(reader), "target").element is None:
        raise DataError(f"'{name_of(type(reader))}' has one target; give --target once")
    if len(set(targets)) < len(targets):
        raise DataError("--target: the same column is given twice")
    return reader.model_copy(update={"target": tuple(targets)}).tolerant()


def _asked(guess: Guess, columns: tuple[str, ...]) -> tuple[str, str]:
    """The target and how it was found; a person at a terminal is asked."""
    if sys.stdin.isatty() and sys.stderr.isatty():
        while (answer := typer.prompt("Which column is to be predicted?", guess.target, err=True)) not in columns:
            show(f"There are {', '.join(columns)}", err=True)
        return answer, ""
    other = f"; the runner-up is '{guess.runner_up}'" if guess.runner_up else ""
    return guess.target, f"guessed by {guess.by}{other}"


def _example(name: str) -> None:
    from caviar.cli.scaffold.examples import copy_example, examples, needs_trust

    if not name:
        known = examples()
        wide = max(map(len, known))
        show(*(f"{each:{wide}}  {about}" for each, about in known.items()), indent=wide + 2)
        return
    written = copy_example(name, Path())
    show(f"Written: {', '.join(map(str, written))}")
    show(f"Next: {_command('run', written[0])}{' --trust' if needs_trust(written[0]) else ''}")


def _plugin(name: str, kind: str) -> None:
    from caviar.cli.scaffold.plugin_starter import begin

    if not name:
        raise typer.BadParameter(f"name the plugin: pipe init --plugin my-{kind} --kind {kind}")
    written = begin(name, Path(), kind)
    show(f"Written: {', '.join(map(str, written))}")
    show(f"Next, in {written[0].parent}: pip install -e '.[test]' && pytest && pipe run example.toml")


def _command(name: str, file: Path) -> str:
    """A command on a file, as a shell takes it."""
    return shell_lines(["pipe", name, str(file)], None, indent="")[0]
