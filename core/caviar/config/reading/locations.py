"""Locations in the file, and errors about the values there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from caviar.config.reading.positions import Keys
from caviar.interfaces.fields.declared import Declared
from caviar.interfaces.fields.errors import FieldErrors, MessageStyle
from caviar.registry.index import PluginError
from caviar.registry.load import name_of

_FILE = MessageStyle(name_of, "uniform", "{{ {} = [{}] }}")


@dataclass(frozen=True)
class Location:
    """A place in the file: its keys in the document, and its path in messages."""

    keys: Keys = ()
    path: str = ""

    def child(self, key: str | int, word: str | None = None) -> Location:
        """The place below this one; `word` is its element in the path if that is not the key."""
        said = str(key) if word is None else word
        return Location((*self.keys, key), ".".join(part for part in (self.path, said) if part))


class InvalidValue(Exception):
    """A value cannot be built; its mistakes are recorded. `rest` is an object without the mistaken parts."""

    def __init__(self, rest: Declared | None = None) -> None:
        super().__init__()
        self.rest = rest


class FieldProblems(Exception):
    """The mistakes in an object's fields: (field, sentence), field None for the object as a whole."""

    def __init__(self, found: Iterable[tuple[str | None, str]]) -> None:
        self.found = list(found)


def construct(cls: type[Declared], given: Mapping[str, Any]) -> Declared:
    """The object. Raises FieldProblems with Caviar's messages."""
    try:
        return cls(**given)
    except FieldErrors as errors:
        raise FieldProblems(errors.messages(_FILE)) from None
    except PluginError as error:
        raise FieldProblems([(None, str(error))]) from None
    except Exception as error:  # a third party's validator or `ends` may raise anything
        raise FieldProblems([(None, f"{type(error).__name__}: {error}")]) from error
