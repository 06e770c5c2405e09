"""Loads a TOML file as a checked pipeline, or raises all its mistakes."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike, fspath

from caviar.config.checks.crosscheck import complaints
from caviar.config.declaration.pipeline import Pipeline
from caviar.config.declaration.tiers import complete
from caviar.config.reading.document import read
from caviar.config.reading.errors import Mistakes
from caviar.config.recipes.filled_file import filled_file
from caviar.values.problem import LateMistake


def load(path: str | PathLike[str], settings: Iterable[str] = ()) -> Pipeline:
    """The pipeline of a file, with `path=value` settings laid over it, filled by its recipe; it is not trusted.

    Raises Mistakes, with all of them, and DataError where the recipe depends on a task that the data does not show.
    """
    file = filled_file(read(fspath(path), settings))
    mistakes = [*file.mistakes, *file.missing]
    if file.pipeline is None:
        raise Mistakes(mistakes)
    completed = complete(file.pipeline)
    wrong = {each.table for each in mistakes}
    mistakes += (file.mistake(keys, text) for keys, text in complaints(completed, wrong))
    if mistakes:
        raise Mistakes(mistakes)
    if file.unreadable is not None:
        raise file.unreadable
    return completed.trusting(False)


def locate(path: str | PathLike[str], settings: Iterable[str], late: LateMistake) -> Mistakes:
    """A mistake that was found after reading the file, with its line."""
    return Mistakes([filled_file(read(fspath(path), settings)).mistake(late.keys, late.reason)])
