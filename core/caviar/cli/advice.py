"""Advice as commands print it: one line each, and the command that tries it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from caviar.cli.terminal.output import show, width_of
from caviar.text.shell import shell_lines

if TYPE_CHECKING:
    from caviar.config.advice.advice import Advice
    from caviar.config.declaration.pipeline import Pipeline


def show_advice(pipeline: Pipeline, quiet: bool) -> None:
    """Print the advice on a file to standard error."""
    from caviar.config.advice.rules import advice_on

    for each in () if quiet else advice_on(pipeline):
        show(str(each), err=True)


def show_next_run(advice: Sequence[Advice], again: Sequence[str], given: Iterable[str], name: str) -> None:
    """Advice on a result and the command of a next run called `name`, ready to paste.

    `again` are the words of the command of this run without its settings, which are `given`.
    """
    for each in advice:
        show(str(each), err=True)
    new = [f"name={name}", *dict.fromkeys(setting for each in advice for setting in each.settings)]
    changed = {path_of(setting) for setting in new}
    settings = [*(setting for setting in given if path_of(setting) not in changed), *new]
    words = [*again, *(word for setting in settings for word in ("--set", setting))]
    if len(new) > 1:
        sys.stderr.write("".join(f"{line}\n" for line in shell_lines(words, width_of(sys.stderr))))


def path_of(setting: str) -> str:
    """The path of PATH=VALUE."""
    return setting.partition("=")[0].strip()


def next_name(name: str, taken: Callable[[str], bool]) -> str:
    """The first of NAME-next, NAME-next-2, … that no run has; NAME is the name without such an ending."""
    stem = re.sub(r"-next(-\d+)?$", "", name)
    number = 1
    while taken(told := f"{stem}-next" if number == 1 else f"{stem}-next-{number}"):
        number += 1
    return told
