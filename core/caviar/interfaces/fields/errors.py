"""pydantic's errors in Caviar's words: one sentence per field, what it must be and what it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import PydanticUserError, ValidationError

from caviar.interfaces.fields.field import facts_of
from caviar.interfaces.fields.markers import IsSampler
from caviar.interfaces.fields.types import field_type, say, spell


@dataclass(frozen=True)
class MessageStyle:
    """The style of messages: names of plugins, the simplest range, and the notation of a range."""

    called: Callable[[type[Any]], str]
    plainest: str
    range: str


PROGRAM = MessageStyle(lambda cls: cls.__name__, "Uniform", "{}({})")


class FieldErrors(TypeError, ValueError):
    """The mistakes in the fields of an object, one per line: "Adam.learning_rate: must be above 0, not -1".

    Wrong types and wrong values come together, so it is both of Python's errors.
    """

    def __init__(self, cls: type[Any], given: Mapping[str, Any], error: ValidationError) -> None:
        self.cls: Any = cls
        self.given, self.error = given, error
        found = self.messages(PROGRAM)
        super().__init__("\n".join(f"{cls.__name__}{f'.{field}' if field else ''}: {text}" for field, text in found))

    def messages(self, speech: MessageStyle) -> Iterator[tuple[str | None, str]]:
        """Yields (field, sentence) for each invalid field; field None if the object as a whole is invalid."""
        complaints: dict[str | None, list[Any]] = {}
        for each in self.error.errors(include_url=False):
            complaints.setdefault(str(each["loc"][0]) if each["loc"] else None, []).append(each)
        for field, found in complaints.items():
            yield field, self._sentence(field, found, speech)

    def _sentence(self, field: str | None, found: list[Any], speech: MessageStyle) -> str:
        for each in found:
            if each["type"] == "bounds":
                return str(each["ctx"]["complaint"])
            if each["type"] in ("value_error", "assertion_error"):
                return str(each["ctx"]["error"])
            if each["type"] == "missing":
                return "missing; it has no default"
            if field and each["type"] == "extra_forbidden":
                return f"there is no such field; {_meant(self.cls, field)}"
        if field is None or field not in self.cls.model_fields:
            return str(found[0]["msg"])
        expected, value = field_type(self.cls, field), self.given.get(field)
        if isinstance(value, IsSampler):
            sampler = speech.called(type(value))
            return f"must be {expected.words()}, but '{sampler}' can give {say(found[0]['input'])}"
        if any(each["type"] == "finite_number" for each in found):
            return f"must be finite, not {say(value)}"
        hint = ""
        if isinstance(value, list) and value and float in expected.types and expected.tunable:
            scale = speech.called(type(expected.search)) if expected.search else speech.plainest
            ends = sorted(value) if all(isinstance(each, (int, float)) for each in value) else value
            hint = f"; a range is written {speech.range.format(scale, say(ends)[1:-1])}"
        elif isinstance(value, str) and (near := _nearest(value, expected.options())):
            hint = f"; did you mean {say(near)}?"
        return f"must be {expected.words()}, not {spell(value)}{hint}"


def _nearest(word: str, options: tuple[str, ...]) -> str | None:
    """The option that a word abbreviates, if only one, or misspells."""
    begun = [each for each in options if word and each.startswith(word.lower())]
    return begun[0] if len(begun) == 1 else next(iter(get_close_matches(word.lower(), options, 1, 0.8)), None)


def _meant(cls: type[Any], word: str) -> str:
    fields = list(cls.model_fields)
    also = [field for field in fields if word in facts_of(cls.model_fields[field].metadata).also]
    meant = also or get_close_matches(word, fields, 1, 0.6)
    return f"did you mean '{meant[0]}'?" if meant else f"it has {', '.join(fields) or 'none'}"


def class_error(name: str, error: PydanticUserError) -> TypeError:
    """pydantic's error about a class of this name, without its links and terms for models."""
    text = error.message
    if error.code == "model-field-missing-annotation" and (found := re.search(r"`(\w+) = ", text)):
        field = found[1]
        constant = f"`{field}: ClassVar[float] = …` for what all objects share"
        return TypeError(f"{name}.{field} has no type; write `{field}: float = …` for a field, or {constant}")
    if error.code == "class-not-fully-defined" and (found := re.search(r"define `(\w+)`", text)):
        return TypeError(f"{name} has a field of type {found[1]}, which is not defined where the class is")
    return TypeError(f"{name} cannot be a class of fields: {' '.join(text.split())}")
