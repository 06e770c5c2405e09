"""What all plugins are: frozen pydantic classes whose fields are the keys of the file."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, ClassVar, Self, Union, dataclass_transform, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from caviar.interfaces.field import TUNABLE, Facts, facts_of, setting, tunable


@dataclass_transform(kw_only_default=False, field_specifiers=(Field, tunable, setting))
class Declared(BaseModel):
    """Fields that hold constants, samplers or plugins; compared by value, never changed.

    Scalars are strict (`1` is a float; `"0.1"`, `true`, `nan` are not), lists fill tuples, strings fill paths, and
    "auto" fills a field that may be None. Positional arguments fill the fields in order.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, arbitrary_types_allowed=True
    )

    def __init__(self, *values: Any, **fields: Any) -> None:
        names = list(type(self).model_fields)
        if len(values) > len(names):
            raise TypeError(f"{type(self).__name__} takes at most {len(names)} values, not {len(values)}")
        super().__init__(**dict(zip(names, values, strict=False)), **fields)

    @field_validator("*", mode="before")
    @classmethod
    def _loosen(cls, value: Any, info: ValidationInfo) -> Any:
        assert info.field_name is not None
        types = _types(cls, info.field_name)
        if isinstance(value, str):
            if value == "auto" and type(None) in types:
                return None
            if Path in types:
                return Path(value)
        if isinstance(value, list) and any((get_origin(each) or each) is tuple for each in types):
            return _tuple(value)
        return value

    @field_validator("*", mode="after")
    @classmethod
    def _bound(cls, value: Any, info: ValidationInfo) -> Any:
        assert info.field_name is not None
        complaint = cls.facts(info.field_name).complaint(_extremes(value))
        if complaint:
            raise PydanticCustomError("bounds", "{complaint}", {"complaint": complaint})
        return value

    @classmethod
    def facts(cls, field: str) -> Facts:
        """Bounds, range, tier and words of one field."""
        return facts_of(cls.model_fields[field].metadata)

    @classmethod
    def is_tunable(cls, field: str) -> bool:
        """Whether a field may hold a sampler."""
        return TUNABLE in cls.model_fields[field].metadata

    @classmethod
    def types(cls, field: str) -> tuple[Any, ...]:
        """The types a field's constant may have; a union's alternatives one by one."""
        return _types(cls, field)


class Plugin(Declared):
    """A declared plugin. State is a value that is passed, never kept here."""

    kind: ClassVar[str]
    interface: ClassVar[int]
    name: ClassVar[str] = ""
    """Only for classes without an entry point; an entry point's name is its plugin's."""
    twin: ClassVar[str] = ""
    """The compiled form, "module:Class": a subclass that gives the same numbers faster. Not inherited."""
    requires: ClassVar[tuple[str, ...]] = ()
    """Modules that come with an extra of the plugin's distribution; without them its use is a mistake that says how."""
    _label: str = PrivateAttr("")

    @property
    def given_name(self) -> str:
        """What `called` named it, or "": tells it from another of the same plugin in the same place."""
        return self._label

    def called(self, label: str) -> Self:
        """The same plugin under a name of its own: `name = "…"` in an array of tables or in a choice."""
        copy = self.model_copy()
        copy._label = label
        return copy

    def take(self, members: slice) -> Self:
        """A bound plugin for some of its members."""
        cut: dict[str, Any] = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, Plugin):
                cut[name] = value.take(members)
            elif type(self).is_tunable(name) and float in type(self).types(name):
                cut[name] = value[members]
        return self.model_copy(update=cut)


def _extremes(value: Any) -> tuple[Any, ...]:
    """What bounds are checked against: a constant itself, of a sampler its ends, of a list its elements."""
    from caviar.interfaces.sampler import Sampler

    if isinstance(value, Sampler):
        return value.ends()
    return tuple(_extremes(each) for each in value) if isinstance(value, tuple) else (value,)


@cache
def _types(cls: type[Declared], field: str) -> tuple[Any, ...]:
    annotation = cls.model_fields[field].annotation
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def _tuple(value: Any) -> Any:
    return tuple(_tuple(each) for each in value) if isinstance(value, list) else value
