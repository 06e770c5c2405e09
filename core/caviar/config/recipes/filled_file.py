"""The pipeline of a document, filled by the recipe that it names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from caviar.config.declaration.over import fields_given
from caviar.config.declaration.pipeline import Pipeline
from caviar.config.reading.build import Builder
from caviar.config.reading.document import Document
from caviar.config.reading.errors import Mistake, Mistakes
from caviar.config.reading.positions import Keys
from caviar.config.recipes.chosen import Chosen, chosen, filled, needs_task
from caviar.config.recipes.recipe import Recipe, read_recipe
from caviar.interfaces.data import DataError
from caviar.interfaces.fields.declared import Declared
from caviar.interfaces.sampler import Sampler
from caviar.registry.index import PluginError
from caviar.values.task import TaskKind


@dataclass(frozen=True)
class FilledFile:
    """`pipeline` has defaults in place of mistaken parts, and is None where that is none.

    `missing`: the data files that are not there. `unreadable`: why the data does not show the task that decides which
    values of the recipe it takes.
    """

    document: Document
    pipeline: Pipeline | None
    mistakes: tuple[Mistake, ...]
    missing: tuple[Mistake, ...] = ()
    by: Chosen | None = None
    unreadable: DataError | None = None

    def mistake(self, keys: Keys, text: str) -> Mistake:
        """A mistake at a key; of a value that the recipe gives, at the recipe's name."""
        path = ".".join(map(str, keys))
        if self.by is None or keys in self.document.lines or keys not in from_recipe(self):
            return self.document.mistake(keys, path, text)
        return self.document.mistake(("recipe",), path, f"{text} (the recipe '{self.by.recipe.name}' sets it)")


def filled_file(document: Document) -> FilledFile:
    """The pipeline of a document, with the values of its recipe in place of defaults."""
    try:
        recipe = _recipe_of(document)
    except Mistakes as error:  # without its values, others that are right would look wrong
        return FilledFile(document, None, error.mistakes)
    builder = Builder(document, None if recipe is None else Chosen(recipe).pipeline)
    built = builder.parts()
    if recipe is None or built is None:
        return FilledFile(document, built, tuple(builder.mistakes), builder.missing())
    by, unreadable = Chosen(recipe), None
    if needs_task(recipe, built) and "data" not in {each.table for each in builder.mistakes}:
        try:
            by = chosen(recipe, built, _task(recipe, built))
        except DataError as error:
            unreadable = error
        if by.variant:
            builder = Builder(document, by.pipeline)
            built = builder.parts()
    pipeline = None if built is None else filled(built, set(document.tree), by)
    return FilledFile(document, pipeline, tuple(builder.mistakes), builder.missing(), by, unreadable)


def from_recipe(file: FilledFile) -> frozenset[Keys]:
    """The keys whose values the recipe gives."""
    if file.by is None or file.pipeline is None:
        return frozenset()
    found = frozenset(_shared(file.by.pipeline, file.pipeline, ()))
    return found - file.document.lines.keys()


def _shared(below: Any, value: Any, keys: Keys) -> Iterator[Keys]:
    """The keys that both objects were given, those of a plugin only where both are of one class."""
    if isinstance(below, dict) and isinstance(value, dict):
        for word in below:
            yield from _key(below[word], value.get(word), (*keys, word))
    elif isinstance(value, Declared) and type(value) is type(below) and not isinstance(value, Sampler):
        if keys:
            yield (*keys, "use")
        for field, each in fields_given(below).items():
            yield from _key(each, getattr(value, field), (*keys, field))


def _key(below: Any, value: Any, keys: Keys) -> Iterator[Keys]:
    if isinstance(below, Declared) is isinstance(value, Declared) and type(below) is type(value):
        yield keys
    yield from _shared(below, value, keys)


def _recipe_of(document: Document) -> Recipe | None:
    name = document.tree.get("recipe", "auto")
    if not isinstance(name, str) or name == "auto":  # another type is reported with the other fields
        return None
    try:
        return read_recipe(name)
    except PluginError as error:
        raise Mistakes([document.mistake(("recipe",), "recipe", str(error))]) from None


def _task(recipe: Recipe, pipeline: Pipeline) -> TaskKind | None:
    """The task as the file declares it, else as the head of its data shows it. Raises DataError."""
    data = pipeline.data
    if data is None or data.task is not None:
        return data.task if data else None
    head = data.head()
    if head is None:
        text = "values for classes and for numbers, and only reading the data would show which"
        raise DataError(f"the recipe '{recipe.name}' has {text}; write task = \"…\" in [data]")
    return head.task
