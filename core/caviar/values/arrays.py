"""Arrays of NumPy or CuPy: plugins ask an array for its library instead of importing one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[Any]
    State: TypeAlias = Mapping[str, NDArray[Any]]
else:
    Array = Any
    State = Mapping[str, Any]


def namespace(array: Array) -> Any:
    """The library an array belongs to (`xp`): numpy, cupy or an array-API stand-in."""
    ask = getattr(array, "__array_namespace__", None)
    if ask is not None:
        return ask()
    import cupy  # type: ignore[import-not-found, import-untyped, unused-ignore]  # CuPy 14 lacks the method

    return cupy
