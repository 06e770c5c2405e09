"""Fields of plugins: bounds, search ranges, tiers and names in other libraries, declared with the field."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from pydantic import Field
from pydantic_core import core_schema

from caviar.interfaces.fields.markers import IsSampler

T = TypeVar("T")


@dataclass(frozen=True)
class Facts:
    """What a field declares in addition to its type."""

    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None
    search: Any = None
    tier: int | None = None
    also: tuple[str, ...] = ()
    also_note: str = ""

    def complaint(self, value: Any) -> str | None:
        """The reason why a number (or one of several) is out of bounds, or None."""
        if isinstance(value, (list, tuple)):
            return next((text for text in map(self.complaint, value) if text), None)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value):
            return None
        if self.gt is not None and not value > self.gt:
            return f"must be above {self.gt:g}, not {value:g}"
        if self.ge is not None and not value >= self.ge:
            return f"must be at least {self.ge:g}, not {value:g}"
        if self.lt is not None and not value < self.lt:
            return f"must be below {self.lt:g}, not {value:g}"
        if self.le is not None and not value <= self.le:
            return f"must be at most {self.le:g}, not {value:g}"
        return None


class _SamplerOr:
    """Makes pydantic accept a sampler of T wherever it accepts a T."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        def check(value: Any, inner: Any) -> Any:
            if isinstance(value, IsSampler):
                for end in value.ends():
                    inner(end)
                return value
            return inner(value)

        return core_schema.no_info_wrap_validator_function(check, handler(source))


TUNABLE = _SamplerOr()

if TYPE_CHECKING:
    Many: TypeAlias = tuple[T, ...] | list[T]
    """A tuple of T; a program may give a list, which becomes one."""

else:
    Many = tuple[T, ...]


def tunable(
    *,
    default: Any = ...,
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    search: Any = None,
    tier: int | None = None,
    also: tuple[str, ...] = (),
) -> Any:
    """Declares a field that may be searched: bounds (of a range's ends too), default range, tier, other names.

    `search` is the range taken when the field's tier is searched and no range is given; `also` holds names that other
    libraries use, for suggestions.
    """
    return _field(default, Facts(ge, gt, le, lt, search, tier, also))


def setting(
    *,
    default: Any = ...,
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    also: tuple[str, ...] = (),
    also_note: str = "",
    kw_only: bool = False,
) -> Any:
    """Declares a field that is never searched: bounds and other names.

    `also_note` says what the field is where a suggestion is made for one of the names in `also`, whose meaning may
    differ from the field's.

    One that is `kw_only` is given by name alone: positional arguments fill the others, and a field of a subclass that
    follows it needs no default.
    """
    return _field(default, Facts(ge, gt, le, lt, also=also, also_note=also_note), kw_only)


def _field(default: Any, facts: Facts, kw_only: bool = False) -> Any:
    info = Field(default, kw_only=kw_only)
    info.metadata.append(facts)
    return info


def facts_of(metadata: list[Any]) -> Facts:
    """The facts among a pydantic field's metadata."""
    return next((each for each in metadata if isinstance(each, Facts)), Facts())
