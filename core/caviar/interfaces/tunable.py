"""Types of fields that may hold a sampler in place of their value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeAlias, TypeVar

from caviar.interfaces.fields.field import TUNABLE

T = TypeVar("T")

if TYPE_CHECKING:
    from caviar.interfaces.sampler import Sampler

    class Tunable(Generic[T]):
        """A field that reads as T and accepts a T or a sampler of T."""

        def __get__(self, plugin: object, owner: Any = None) -> T: ...
        def __set__(self, plugin: object, value: T | Sampler) -> None: ...

    Each: TypeAlias = T | Sampler
    """One element of a list or table that may be a sampler: `tuple[Each[int], ...]`."""

else:
    Tunable = Each = Annotated[T, TUNABLE]
