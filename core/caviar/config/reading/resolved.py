"""Resolved texts: what `to_toml` wrote, read back exactly; and the distributions of a pipeline's plugins."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from caviar.config.declaration.pipeline import Pipeline
from caviar.config.declaration.space import unread
from caviar.config.declaration.walk import plugins_in
from caviar.config.reading.build import Builder
from caviar.config.reading.document import parse
from caviar.config.reading.errors import Mistakes
from caviar.config.reading.locations import InvalidValue, Location
from caviar.config.reading.readers import reader_name, suffixes
from caviar.interfaces.data import Data, DataError
from caviar.interfaces.fields.declared import Declared
from caviar.registry.code import file_of
from caviar.registry.load import entry_of, load, name_of, version_of

_OUTSIDE = ("executor", "reporter", "store")
"""Kinds that may change between two runs of a study."""
_OF_A_FILE = {"path", "target"}


def loads(text: str, file: str, without: Collection[str] = (), build: type[Builder] = Builder) -> Pipeline:
    """The pipeline of a resolved text, whose defaults are all written out; tables in `without` are left at theirs.

    Raises Mistakes naming `file`.
    """
    document = parse(text, file)
    tree = {key: value for key, value in document.tree.items() if key not in without}
    builder = build(replace(document, tree=tree))
    pipeline = builder.pipeline()
    if pipeline is None:
        raise Mistakes(builder.mistakes)
    return pipeline.trusting(False)


def loads_training(text: str) -> Pipeline:
    """The same for a text with only the parts that training depends on, without data."""
    builder = Builder(parse(text, "the pipeline"))
    try:
        return cast(Pipeline, builder.fields(Pipeline, builder.document.tree, Location()))
    except InvalidValue:
        raise Mistakes(builder.mistakes) from None


def owners_of(*declared: Declared) -> set[str | None]:
    """The distributions of all plugins in the values; with None if a plugin has no entry."""
    listed = map(entry_of, {type(plugin) for plugin in plugins_in(declared)})
    return {None if entry is None else entry.distribution for entry in listed}


def code_of(*declared: Declared) -> tuple[Path, ...] | None:
    """The code files that define all plugins in the values; None if one is a class of this program only."""
    if None in owners_of(*declared):
        return None
    return tuple(sorted({file.path for plugin in plugins_in(declared) if (file := file_of(type(plugin)))}))


def reader_for(path: Path, target: str, trained: Data | None) -> Data:
    """The data plugin that reads a file, by suffix, with the settings that it shares with the training data.

    Rows that a program passed in training are thus read by the same rules from a file. Raises DataError.
    """
    name = reader_name(path)
    if name is None:
        raise DataError(f"{path}: no plugin reads files of this kind; there are readers for {', '.join(suffixes())}")
    cls = load("data", name)
    if trained is not None and type(trained) is cls:
        return trained.model_copy(update={"path": path})
    shared = () if trained is None else type(trained).model_fields.keys() & cls.model_fields.keys() - _OF_A_FILE
    settings = {name: getattr(trained, name) for name in shared}
    return cast(type[Any], cls)(path=path, target=target, **settings)  # type: ignore[no-any-return]


def versions_of(pipeline: Pipeline) -> dict[str, str]:
    """The distribution and version of each plugin that results depend on: "optimizer.adam" -> "caviar-ml 0.1.0"."""
    read = tuple(getattr(pipeline, name) for name in Pipeline.model_fields if name not in unread(pipeline))
    kinds = ((plugin.kind, type(plugin)) for plugin in plugins_in(read))
    found = {f"{kind}.{name_of(cls)}": version_of(cls) for kind, cls in kinds if kind not in _OUTSIDE}
    return dict(sorted(found.items()))
