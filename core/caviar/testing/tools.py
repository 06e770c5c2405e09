"""Helpers of several contracts: bound plugins with different values per member, finite differences, another library."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, NoReturn, TypeVar

import numpy

from caviar.engine.training.bind import bind
from caviar.interfaces.plugin import Plugin
from caviar.values.arrays import Array
from caviar.values.description import NoDescription

P = TypeVar("P", bound=Plugin)


def spread(plugin: P, members: int) -> list[P]:
    """One declared plugin per member; if a float field declares a search range, each has its own value of it."""
    places = (numpy.arange(members) + 0.5) / members
    values = {}
    for name in type(plugin).model_fields:
        search = type(plugin).facts(name).search
        if search is not None and type(plugin).is_floating(name):
            values[name] = search.from_unit(places)
    return [
        plugin.model_copy(update={name: float(column[member]) for name, column in values.items()})
        for member in range(members)
    ]


def bound(plugins: Sequence[P], dtype: str = "float64", send: Callable[[Array], Array] = lambda array: array) -> P:
    """The bound plugin that the engine makes of one declared plugin per member."""
    return bind(plugins, dtype, send)


def slopes(function: Callable[[], float], x: Array, step: float = 1e-6) -> Array:
    """Central differences of a number in every element of x, which is changed and restored."""
    found = numpy.empty(x.shape)
    for place in numpy.ndindex(x.shape):
        kept = x[place]
        x[place] = kept + step
        above = function()
        x[place] = kept - step
        found[place] = (above - function()) / (2 * step)
        x[place] = kept
    return found


def close(found: Array, expected: Array) -> None:
    """Asserts that a gradient agrees with finite differences in float64, on the scale of the largest element."""
    numpy.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6 * max(1.0, float(numpy.abs(expected).max())))


def other_libraries() -> list[Any]:
    """CuPy if there is a GPU, else array-api-strict, which rejects NumPy's own extensions; skips without either."""
    found = []
    if find_spec("cupy") is not None:
        import cupy

        found += [cupy] if cupy.cuda.is_available() else []
    if find_spec("array_api_strict") is not None:
        import array_api_strict

        found.append(array_api_strict)
    if not found:
        skip("neither array-api-strict nor CuPy with a GPU is here")
    return found


def fetched(array: Array) -> Array:
    """An array of any library as a NumPy array."""
    return array.get() if hasattr(array, "get") else numpy.asarray(array)


def skip(reason: str) -> NoReturn:
    """pytest's skip, for a law that does not apply to a plugin; `pytest -rs` prints the reason."""
    import pytest

    pytest.skip(reason)


@contextmanager
def described() -> Iterator[None]:
    """Skips a law about descriptions if the plugin has none."""
    try:
        yield
    except NoDescription as missing:
        skip(f"{missing}, so no model that uses it can be exported")


def raises(kind: type[BaseException]) -> Any:
    """pytest's, imported late, so that contracts can be imported without pytest."""
    import pytest

    return pytest.raises(kind)
