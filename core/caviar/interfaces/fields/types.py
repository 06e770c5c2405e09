"""The type of a field, read from its annotation, and its description in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cache
from json import dumps
from math import isfinite
from os import PathLike
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from caviar.interfaces.fields.field import TUNABLE, facts_of
from caviar.interfaces.fields.markers import IsDeclared, IsPlugin
from caviar.support.files import file_or_url


@dataclass(frozen=True)
class FieldType:
    """The alternatives of a field's type, whether it accepts a sampler, and the sampler that it declares itself."""

    types: tuple[Any, ...]
    tunable: bool
    search: Any = None

    @property
    def optional(self) -> bool:
        """Whether the field accepts "auto"."""
        return type(None) in self.types

    @property
    def plugin(self) -> type[Any] | None:
        """The base class of the plugin that the field accepts, if it accepts one."""
        return next((each for each in self._classes() if issubclass(each, IsPlugin)), None)

    @property
    def nested(self) -> type[Any] | None:
        """The class of the table that the field accepts, if that is not a plugin's."""
        return next((each for each in self._classes() if issubclass(each, IsDeclared)), None)

    @property
    def element(self) -> FieldType | None:
        """The type of each element of a list."""
        lists = (get_args(each) for each in self.types if get_origin(each) is tuple)
        return next((type_of_annotation(each[0]) for each in lists), None)

    @property
    def entry(self) -> FieldType | None:
        """The type of each value of a table with free keys."""
        tables = (get_args(each) for each in self.types if get_origin(each) is dict)
        return next((type_of_annotation(each[1]) for each in tables), None)

    @property
    def whole(self) -> bool:
        """Whether the field accepts only whole numbers."""
        return int in self.types and float not in self.types

    def accept(
        self, value: Any, build: Callable[[type[Any], Any], Any], elements: Callable[[FieldType, Any], list[Any]]
    ) -> Any:
        """The value that the field receives for one given by a file or a program.

        None for "auto", paths and tuples; what nothing else is meant by stays as it is. `build(cls, value)` gives the
        plugin or the table that belongs here, `elements` those of a list or the entries of a table.
        """
        if Any in self.types:
            return value
        if isinstance(value, str) and value == "auto" and self.optional:
            return None
        if isinstance(value, (list, tuple)) and self.element:
            return tuple(elements(self.element, value))
        if self.plugin and (str not in self.types or isinstance(value, dict)):
            return build(self.plugin, value)
        if isinstance(value, dict) and self.nested:
            return build(self.nested, value)
        if isinstance(value, dict) and self.entry:
            return dict(zip(value, elements(self.entry, value), strict=True))
        if isinstance(value, (str, PathLike)) and Path in self.types:
            return file_or_url(value) if isinstance(value, str) and str in self.types else Path(value)
        return value

    def options(self) -> tuple[str, ...]:
        """The strings that the field accepts, if they are limited."""
        literals = (each for each in self.types if get_origin(each) is Literal)
        return tuple(option for each in literals for option in get_args(each) if isinstance(option, str))

    def fixed(self) -> FieldType:
        """The same type without samplers, for the options of a choice."""
        return replace(self, tunable=False)

    def words(self, many: bool = False) -> str:
        """The type in words: "a number or a list of whole numbers"."""
        types = [each for each in self.types if not (each is str and Path in self.types)]  # a path is text
        named = [_word(each, many) for each in types if each is not type(None)]
        return " or ".join(dict.fromkeys(named)) + (' or "auto"' if self.optional else "")

    def _classes(self) -> Iterable[type[IsDeclared]]:
        return (each for each in self.types if isinstance(each, type) and issubclass(each, IsDeclared))


@cache
def field_type(cls: type[Any], field: str) -> FieldType:
    """The type of a field of a declared class."""
    info = cls.model_fields[field]
    found = type_of_annotation(info.annotation)
    return FieldType(found.types, found.tunable or TUNABLE in info.metadata, facts_of(info.metadata).search)


def type_of_annotation(annotation: Any) -> FieldType:
    """The type that an annotation describes."""
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        found = type_of_annotation(inner)
        return FieldType(found.types, found.tunable or TUNABLE in metadata)
    if get_origin(annotation) in (Union, UnionType):
        parts = [type_of_annotation(each) for each in get_args(annotation)]
        return FieldType(tuple(each for part in parts for each in part.types), any(part.tunable for part in parts))
    return FieldType((annotation,), False)


_WORDS = {
    float: ("a number", "numbers"),
    int: ("a whole number", "whole numbers"),
    str: ("text", "texts"),
    bool: ("true or false", "true or false"),
    Path: ("a path", "paths"),
}


def _word(each: Any, many: bool) -> str:
    if each in _WORDS:
        return _WORDS[each][many]
    if get_origin(each) is Literal:
        return "one of " + ", ".join(say(option) for option in get_args(each))
    if get_origin(each) is tuple:
        return ("lists of " if many else "a list of ") + type_of_annotation(get_args(each)[0]).words(many=True)
    if get_origin(each) is dict:
        return "tables" if many else "a table"
    if isinstance(each, type) and issubclass(each, IsPlugin):
        return f"{each.kind}s" if many else f"{_article(each.kind)} {each.kind}"
    if isinstance(each, type) and issubclass(each, IsDeclared):
        return "tables" if many else "a table"
    return "any value"


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"


def say(value: Any) -> str:
    """A value as a file would contain it, truncated if it is long."""
    if isinstance(value, IsPlugin):
        return f"{_article(value.kind)} {value.kind}"
    if isinstance(value, (date, datetime, time)):
        text = value.isoformat()
    elif isinstance(value, dict):
        return "a table"
    elif isinstance(value, (list, tuple)):
        text = f"[{', '.join(map(say, value))}]"
    elif isinstance(value, (str, bool)):
        text = dumps(value, ensure_ascii=False)
    elif isinstance(value, float) and isfinite(value):
        text = f"{value:g}"
    else:
        text = str(value)
    return _cut(text)


def spell(value: Any) -> str:
    """A value as `say` formats it, but numbers in full: 8.0, where 8 would not show the mistake."""
    if isinstance(value, (list, tuple)):
        return _cut(f"[{', '.join(map(spell, value))}]")
    return str(value) if isinstance(value, float) else say(value)


def _cut(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"
