"""A stand-in for CuPy: NumPy's numbers, in arrays that refuse what CuPy's refuse and tell when someone waits."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy
from caviar import Backend


class DeviceArray:
    """An array that lies elsewhere: it mixes with no array of NumPy's, and to look at a value is to wait for it."""

    __array_ufunc__ = None  # so that NumPy leaves operators to us
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, host: Any, library: Library) -> None:
        self.host, self.library = numpy.asarray(host), library

    def __array_namespace__(self, **_: Any) -> Library:
        return self.library

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError("implicit conversion to a NumPy array is not allowed")

    def __getattr__(self, name: str) -> Any:
        if name == "item" or name == "tolist":
            self.library.waits += 1
        found = getattr(self.host, name)
        return self.library.wrapped(found) if callable(found) else self.library.taken(found)

    @property
    def data(self) -> Any:
        """CuPy's pointer to the memory."""
        return SimpleNamespace(ptr=self.host.ctypes.data)

    def __len__(self) -> int:
        return len(self.host)

    def __iter__(self) -> Any:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, key: Any) -> Any:
        return self.library.taken(self.host[self.library.key(key)])

    def __setitem__(self, key: Any, value: Any) -> None:
        self.host[self.library.key(key, value)] = self.library.given(value)


def _looked(kind: Callable[[Any], Any]) -> Callable[[DeviceArray], Any]:
    def look(array: DeviceArray) -> Any:
        array.library.waits += 1
        return kind(array.host)

    return look


def _operated(operation: Callable[..., Any], swapped: bool) -> Callable[..., Any]:
    def operate(array: DeviceArray, *others: Any) -> Any:
        values = [array.host, *map(array.library.given, others)]
        return array.library.taken(operation(*reversed(values) if swapped else values))

    return operate


def _in_place(operation: Callable[..., Any]) -> Callable[..., Any]:
    def change(array: DeviceArray, other: Any) -> DeviceArray:
        array.host = operation(array.host, array.library.given(other))
        return array

    return change


_ARITHMETIC = "add sub mul truediv floordiv pow matmul and or xor lshift rshift"
_LOOKS: dict[str, Callable[[Any], Any]] = {"bool": bool, "int": int, "float": float, "index": operator.index}
for name in _ARITHMETIC.split():
    each = getattr(operator, f"__{name}__")
    setattr(DeviceArray, f"__{name}__", _operated(each, swapped=False))
    setattr(DeviceArray, f"__r{name}__", _operated(each, swapped=True))
    setattr(DeviceArray, f"__i{name}__", _in_place(getattr(operator, f"__i{name}__")))
for name in ("lt", "le", "eq", "ne", "gt", "ge", "neg", "pos", "abs", "invert"):
    setattr(DeviceArray, f"__{name}__", _operated(getattr(operator, f"__{name}__"), swapped=False))
for name, look in _LOOKS.items():
    setattr(DeviceArray, f"__{name}__", _looked(look))


@dataclass
class Library:
    """The module: NumPy's functions on arrays that lie elsewhere.

    `waits` counts the processor's looks at values, `sends` what it sends itself; `used` says what was called.
    """

    __name__: str
    waits: int = 0
    sends: int = 0
    used: set[str] = field(default_factory=set)
    __hash__ = object.__hash__

    def __getattr__(self, name: str) -> Any:
        found = getattr(numpy, name)
        self.used.add(name)
        if isinstance(found, type) or not callable(found):
            return found
        return self.wrapped(found, sends=name in ("asarray", "array"))

    def wrapped(self, function: Callable[..., Any], sends: bool = False) -> Callable[..., Any]:
        """The function, from and to arrays that lie elsewhere."""

        def call(*values: Any, **named: Any) -> Any:
            if sends and not isinstance(values[0], DeviceArray):
                self.sends += 1
                return DeviceArray(function(*values, **named), self)
            given = {name: self.given(value) for name, value in named.items()}
            return self.taken(function(*map(self.given, values), **given))

        return call

    def given(self, value: Any) -> Any:
        """What NumPy gets to see of a value."""
        if isinstance(value, DeviceArray):
            return value.host
        if isinstance(value, (list, tuple)):
            return type(value)(map(self.given, value))
        if isinstance(value, numpy.ndarray):
            raise TypeError("an array of NumPy's among arrays of a device")
        return value

    def taken(self, value: Any) -> Any:
        """What comes out of NumPy."""
        if isinstance(value, (numpy.ndarray, numpy.generic)):
            return DeviceArray(value, self)
        return value

    def key(self, key: Any, value: Any = 0) -> Any:
        """An index; how many values a mask chooses is waited for, unless all become the same number."""
        parts = key if isinstance(key, tuple) else (key,)
        masks = any(isinstance(part, DeviceArray) and part.dtype == bool for part in parts)
        if masks and not isinstance(value, (int, float)):
            self.waits += 1
        return self.given(key)


class StandIn(Backend, interface=1):
    """Trains plainly, on a library that nobody has kernels for."""

    name: ClassVar[str] = "stand-in"
    on_device: ClassVar[bool] = True
    module: ClassVar[Library] = Library("stand_in")

    def missing(self) -> str | None:
        return None

    def library(self) -> Any:
        return self.module

    def send(self, array: Any) -> Any:
        return DeviceArray(numpy.array(array), self.module)

    def fetch(self, array: Any) -> Any:
        self.module.waits += 1
        return array.host.copy()


class Emulated(StandIn):
    """Trains as on CuPy, with the kernels for it."""

    name: ClassVar[str] = "emulated"
    module: ClassVar[Library] = Library("cupy")
