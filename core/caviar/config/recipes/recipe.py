"""Recipe: a TOML file of defaults and ranges, and of those that hold for one task or one metric only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, cast, get_args

from caviar.config.declaration.pipeline import Pipeline
from caviar.config.declaration.space import SEARCHED
from caviar.config.hints.suggestions import closest
from caviar.config.reading.build import Builder
from caviar.config.reading.document import Document, beyond_64_bits, parse, text_of
from caviar.config.reading.errors import Mistakes
from caviar.config.reading.locations import InvalidValue, Location
from caviar.registry import index
from caviar.registry.recipes import RECIPE, recipe_file
from caviar.values.task import TaskKind

Variant: TypeAlias = tuple[str, ...]
"""Where the values of a recipe stand: () everywhere, ("classification",) or ("classification", "accuracy")."""

FILLED = ("transform", *SEARCHED, "search")
"""The tables that a recipe may fill: what data there is, and how a run is carried out, is the user's."""
TASKS = get_args(TaskKind)


@dataclass(frozen=True)
class Recipe:
    """`about` is its first comment, `pipelines` what each variant fills in, those around it included."""

    name: str
    about: str
    document: Document
    pipelines: Mapping[Variant, Pipeline]

    @property
    def file(self) -> str:
        """The path of its file."""
        return self.document.file

    @property
    def depends(self) -> bool:
        """Whether its values depend on the task."""
        return len(self.pipelines) > 1

    def variant(self, task: TaskKind, metric: str) -> Variant:
        """The most special one for a task and the name of a metric."""
        wanted: tuple[Variant, ...] = ((task, metric), (task,), ())
        return next(each for each in wanted if each in self.pipelines)


def read_recipe(name: str) -> Recipe:
    """The recipe of that name, as its file is now. Raises PluginError, and Mistakes with all those of the file."""
    if name not in index.names(RECIPE):
        raise index.PluginError(f"unknown recipe '{name}'{closest(name, index.names(RECIPE))}")
    file = str(recipe_file(index.find(RECIPE, name)))
    text = text_of(file)
    document = parse(text, file)
    builder = Builder(document)
    for keys in beyond_64_bits(document.tree):
        builder.note(Location(keys, ".".join(map(str, keys))), "whole numbers have at most 64 bits")
    if not (about := _about(text)):
        builder.note(Location(), "must begin with a comment that names the source of its values and its date")
    pipelines: dict[Variant, Pipeline] = {}
    if not builder.mistakes:
        _build(builder, document.tree, (), None, pipelines)
    if builder.mistakes:
        raise Mistakes(builder.mistakes)
    return Recipe(name, about, document, pipelines)


def _build(
    builder: Builder, table: Mapping[str, Any], at: Variant, below: Pipeline | None, found: dict[Variant, Pipeline]
) -> None:
    """Adds a variant over the one around it, and those within it."""
    here = Location(at, ".".join(at))
    inner = {key: each for key, each in table.items() if key in _within(at) and isinstance(each, dict)}
    given = {key: each for key, each in table.items() if key not in inner}
    for key in set(Pipeline.model_fields) & given.keys() - set(FILLED):
        builder.note(here.child(key), f"a recipe cannot set this; it sets {', '.join(FILLED)}")
        del given[key]
    try:
        found[at] = cast(Pipeline, builder.fields(Pipeline, given, here, below))
    except InvalidValue:
        return
    for key, each in inner.items():
        _build(builder, each, (*at, key), found[at], found)


def _within(at: Variant) -> tuple[str, ...]:
    """The words that name a variant within another one."""
    return ((*TASKS,), index.names("metric"), ())[len(at)]


def _about(text: str) -> str:
    lines = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("#").strip())
    return "\n".join(lines).strip()
