"""Loads a TOML file as a checked pipeline, or raises all its mistakes."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike, fspath

from caviar.config.checks.crosscheck import complaints
from caviar.config.declaration.pipeline import Pipeline
from caviar.config.declaration.tiers import complete
from caviar.config.reading.build import Builder
from caviar.config.reading.document import read
from caviar.config.reading.errors import Mistakes
from caviar.values.problem import LateMistake


def load(path: str | PathLike[str], settings: Iterable[str] = ()) -> Pipeline:
    """The pipeline of a file, with `path=value` settings laid over it. Raises Mistakes, with all of them."""
    document = read(fspath(path), settings)
    builder = Builder(document)
    parts = builder.parts()
    for at, path in builder.files:
        if not path.is_file():
            builder.note(at, f"no such file: {path}")
    if parts is None:
        raise Mistakes(builder.mistakes)
    completed = complete(parts)
    wrong = {each.path.partition(".")[0] for each in builder.mistakes}
    found = [document.mistake(keys, ".".join(map(str, keys)), text) for keys, text in complaints(completed, wrong)]
    if builder.mistakes or found:
        raise Mistakes([*builder.mistakes, *found])
    return completed


def locate(path: str | PathLike[str], settings: Iterable[str], late: LateMistake) -> Mistakes:
    """A mistake that was found after reading the file, with its line."""
    where = ".".join(map(str, late.keys))
    return Mistakes([read(fspath(path), settings).mistake(late.keys, where, late.reason)])
