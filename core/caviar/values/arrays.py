"""Arrays of NumPy or CuPy: plugins ask an array for its library instead of importing one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[Any]
    State: TypeAlias = Mapping[str, NDArray[Any]]
else:
    Array = Any
    State = Mapping[str, Any]


class Library(Protocol):
    """`xp`, as type checkers see it: every call returns an array, except for the names listed here."""

    float32: Any
    float64: Any
    int64: Any
    uint64: Any
    bool_: Any
    dtype: Any
    nan: Any
    inf: Any
    pi: Any
    e: Any
    newaxis: Any
    finfo: Any
    iinfo: Any
    linalg: Any

    def __hash__(self) -> int: ...

    def __getattr__(self, name: str) -> Callable[..., Array]: ...


def namespace(array: Array) -> Library:
    """The library an array belongs to (`xp`): numpy, cupy or an array-API stand-in."""
    ask = getattr(array, "__array_namespace__", None)
    if ask is not None:
        return cast(Library, ask())
    import cupy  # type: ignore[import-not-found, import-untyped, unused-ignore]  # CuPy 14 lacks the method

    return cast(Library, cupy)


def locked(array: Array) -> Array:
    """A read-only view of an array.

    Arrays of libraries that cannot lock one, such as CuPy's, are copied, so that a change affects no other user.
    """
    import numpy

    if not isinstance(array, numpy.ndarray):
        copy = getattr(array, "copy", None)
        found: Array = copy() if copy is not None else namespace(array).asarray(array, copy=True)
        return found
    view = array.view()
    view.flags.writeable = False
    return view
