"""Declared classes: frozen pydantic models whose fields hold constants, samplers or plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, dataclass_transform

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PydanticUserError,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from caviar.interfaces.fields.coerce import coerce
from caviar.interfaces.fields.errors import FieldErrors, class_error
from caviar.interfaces.fields.field import TUNABLE, Facts, facts_of, setting, tunable
from caviar.interfaces.fields.markers import IsDeclared, IsSampler
from caviar.interfaces.fields.types import field_type

if TYPE_CHECKING:
    from pydantic._internal._model_construction import ModelMetaclass
else:
    ModelMetaclass = type(BaseModel)


class _Declaring(ModelMetaclass):
    """Creates the classes; pydantic's errors about one are raised in Caviar's words."""

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **known: Any) -> Any:
        try:
            return super().__new__(mcs, name, bases, namespace, **known)
        except PydanticUserError as error:
            raise class_error(name, error) from None


@dataclass_transform(kw_only_default=False, field_specifiers=(Field, tunable, setting))
class Declared(BaseModel, IsDeclared, metaclass=_Declaring):
    """Fields that hold constants, samplers or plugins; compared by value, immutable.

    Scalars are strict (`1` is a float; `"0.1"`, `true`, `nan` are not; NumPy's become Python's), lists fill tuples,
    strings fill paths (but for URLs where text fits too) and name plugins, and "auto" fills a field that may be None.
    Positional arguments fill the fields in order, but for those that are `kw_only`. Raises FieldErrors, a TypeError
    and a ValueError.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, arbitrary_types_allowed=True
    )

    def __init__(self, *values: Any, **fields: Any) -> None:
        names = [name for name, field in type(self).model_fields.items() if not field.kw_only]
        if len(values) > len(names):
            raise TypeError(f"{type(self).__name__} takes at most {len(names)} values, not {len(values)}")
        given = dict(zip(names, values, strict=False))
        if twice := given.keys() & fields:
            raise TypeError(f"{type(self).__name__}.{min(twice)}: given twice, by position and by name")
        given |= fields
        try:
            super().__init__(**given)
        except ValidationError as error:
            raise FieldErrors(type(self), given, error) from None
        except PydanticUserError as error:
            raise class_error(type(self).__name__, error) from None

    def __setattr__(self, name: str, value: Any) -> None:
        try:
            super().__setattr__(name, value)
        except ValueError:
            told = "cannot be set: plugins are immutable; keep what must persist in the state, or copy with model_copy"
            raise AttributeError(f"{type(self).__name__}.{name} {told}") from None

    @field_validator("*", mode="before")
    @classmethod
    def _coerced(cls, value: Any, info: ValidationInfo) -> Any:
        assert info.field_name is not None
        return coerce(field_type(cls, info.field_name), value)

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
        """Bounds, range, tier and other names of one field."""
        return facts_of(cls.model_fields[field].metadata)

    @classmethod
    def is_floating(cls, field: str) -> bool:
        """Whether a field is a tunable number with fractions, in which the members of one population may differ."""
        return TUNABLE in cls.model_fields[field].metadata and float in field_type(cls, field).types


def _extremes(value: Any) -> tuple[Any, ...]:
    """The values that bounds are checked against: the constant, a sampler's ends, a list's or table's elements."""
    if isinstance(value, IsSampler):
        return value.ends()
    if isinstance(value, dict):
        value = tuple(value.values())
    return tuple(_extremes(each) for each in value) if isinstance(value, tuple) else (value,)
