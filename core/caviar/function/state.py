"""A training's state as named arrays: any nesting of dicts, lists and tuples of arrays, numbers, text and None.

The arrays are named "0", "1", … in the order of the nesting; "nesting" is the rest, as JSON in UTF-8 (uint8). Arrays
and tensors come back in the library that they came from, on the processor, named tuples in their class. Nothing is
pickled.
"""

from __future__ import annotations

import json
import sys
from base64 import b64decode, b64encode
from collections import ChainMap, Counter, defaultdict
from collections.abc import Mapping
from dataclasses import is_dataclass
from typing import Any

from caviar.function.named_tuples import class_at, made_at, place_of
from caviar.function.unsavable import UnsavableState
from caviar.values.arrays import Array

_NESTING = "nesting"
_SPECIAL = (defaultdict, Counter, ChainMap)  # which do something of their own for a key that is missing
_BITS = 10_000  # Python reads whole numbers of up to 4,300 digits, about 14,000 bits, from text
_KEYS = (str, int, float, bool, type(None))


def to_arrays(state: Any) -> dict[str, Array]:
    """Copies of a state's arrays, and its nesting. Raises UnsavableState."""
    import numpy

    arrays: dict[str, Array] = {}
    try:
        text = json.dumps(_nesting(state, "state", arrays, ()))
    except RecursionError:
        raise UnsavableState("state is nested too deeply, and cannot be saved; flatten it") from None
    arrays[_NESTING] = numpy.frombuffer(text.encode(), dtype=numpy.uint8).copy()
    return arrays


def from_arrays(arrays: Mapping[str, Array]) -> Any:
    """The inverse; the arrays are copied, so that the training may change what it gets."""
    return _value(json.loads(arrays[_NESTING].tobytes()), arrays)


def _nesting(value: Any, at: str, arrays: dict[str, Array], around: tuple[int, ...]) -> Any:
    """JSON for a value: scalars as they are, all else a list of a mark and its content."""
    kind = type(value)
    if kind is int and value.bit_length() > _BITS:
        raise UnsavableState(f"{at} is a whole number of {value.bit_length()} bits, and cannot be saved; use bytes")
    if value is None or kind in (bool, int, float, str):
        return value
    if kind is bytes:
        return ["bytes", b64encode(value).decode()]
    if id(value) in around:
        raise UnsavableState(f"{at} contains itself, and cannot be saved")
    around = (*around, id(value))
    if kind in _SPECIAL:
        raise UnsavableState(f"{at} is of type {_named(kind)}, and would come back as a dict; use dict(…)")
    if isinstance(value, Mapping):
        for key in value:
            if type(key) not in _KEYS:
                raise UnsavableState(f"{at} has the key {key!r} of type {_named(type(key))}; use text or a number")
        return ["dict", [[key, _nesting(each, f"{at}[{key!r}]", arrays, around)] for key, each in value.items()]]
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        place = place_of(kind)
        if class_at(place, kind._fields) is not kind:
            raise UnsavableState(f"{at} is a {_named(kind)}, which no other process could find; define it in a module")
        values = [
            _nesting(each, f"{at}.{name}", arrays, around) for name, each in zip(kind._fields, value, strict=True)
        ]
        return ["named", [place, kind._fields, values]]
    if is_dataclass(value):
        text = "use dataclasses.asdict(…) and make it again from that, or its leaves, jax.tree.flatten(…)[0]"
        raise UnsavableState(f"{at} is of type {_named(kind)}, a dataclass, and cannot be saved as it is; {text}")
    if kind in (list, tuple):
        return [kind.__name__, [_nesting(each, f"{at}[{n}]", arrays, around) for n, each in enumerate(value)]]
    try:
        library, array = _array(value, at)
    except (TypeError, ValueError, RuntimeError, BufferError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise UnsavableState(f"{at}, of type {_named(kind)}, cannot be made an array of NumPy: {reason}") from error
    name = str(len(arrays))
    arrays[name] = array
    return [library, [name, str(getattr(value, "dtype", "")), list(array.shape)]]


def _value(nesting: Any, arrays: Mapping[str, Array]) -> Any:
    import numpy

    if not isinstance(nesting, list):
        return nesting
    mark, content = nesting
    if mark == "bytes":
        return b64decode(content)
    if mark == "dict":
        return {key: _value(each, arrays) for key, each in content}
    if mark in ("list", "tuple"):
        values = [_value(each, arrays) for each in content]
        return tuple(values) if mark == "tuple" else values
    if mark == "named":
        place, fields, values = content
        return made_at(place, fields, [_value(each, arrays) for each in values])
    name, dtype, _ = content
    return _restored(mark, numpy.array(arrays[name], order="C"), dtype)  # a member's array of no axes is a scalar


def _array(value: Any, at: str) -> tuple[str, Array]:
    """The library of an array or tensor, and a contiguous copy of it for NumPy. Raises UnsavableState."""
    import numpy

    library = type(value).__module__.partition(".")[0]
    if library == "pandas" or (library == "numpy" and isinstance(value, numpy.ma.MaskedArray)):
        lost = "index" if library == "pandas" else "mask"
        raise UnsavableState(f"{at} is of type {_named(type(value))}, whose {lost} would be lost; save its arrays")
    if library == "numpy":
        library = "scalar" if isinstance(value, numpy.generic) else "numpy"
        found = numpy.array(value, order="C")
    elif library == "torch" and hasattr(value, "detach"):
        value = value.detach().cpu()
        value = value.resolve_neg() if value.is_neg() else value
        bits = value.view(sys.modules["torch"].int16) if str(value.dtype) == "torch.bfloat16" else value
        found = numpy.array(bits.numpy(), order="C")
    elif hasattr(value, "__array__"):
        found = numpy.array(value, order="C")
    elif hasattr(value, "__dlpack__"):
        found = numpy.array(numpy.from_dlpack(value), order="C")
    else:
        found = numpy.asarray(None)
    if found.dtype.kind not in "fiub" or found.dtype.itemsize > 8:
        what = f"an array of {found.dtype}" if hasattr(value, "dtype") else f"of type {_named(type(value))}"
        allowed = "dicts, lists and tuples of arrays, tensors, numbers, text, bytes and None"
        raise UnsavableState(f"{at} is {what}, which cannot be saved; a state is {allowed}")
    return library, found.astype(found.dtype.newbyteorder("="), copy=False)


def _restored(library: str, array: Array, dtype: str) -> Any:
    """An array in the library that it came from; NumPy's where that one is not known."""
    if library == "scalar":
        return array[()]
    if library == "torch":
        import torch  # type: ignore[import-not-found, unused-ignore]

        tensor = torch.from_numpy(array)
        return tensor.view(torch.bfloat16) if dtype == "torch.bfloat16" else tensor
    if library in ("jax", "jaxlib"):
        import jax.numpy  # type: ignore[import-not-found, unused-ignore]

        return jax.numpy.asarray(array)
    if library == "tensorflow":
        import tensorflow  # type: ignore[import-not-found, import-untyped, unused-ignore]

        return tensorflow.convert_to_tensor(array)
    if library == "cupy":
        import cupy  # type: ignore[import-not-found, import-untyped, unused-ignore]

        return cupy.asarray(array)
    return array


def _named(kind: type) -> str:
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def difference(one: Mapping[str, Array], other: Mapping[str, Array]) -> str | None:
    """The place of the first part in which two states differ in a bit, such as "state['x'][0]"; None of equal ones."""
    return _differing(from_arrays(one), from_arrays(other), "state")


def _differing(one: Any, other: Any, at: str) -> str | None:
    if type(one) is not type(other):
        return at
    if isinstance(one, dict):
        if one.keys() != other.keys():
            return at
        return next((f for key in one if (f := _differing(one[key], other[key], f"{at}[{key!r}]"))), None)
    if isinstance(one, (list, tuple)):
        if len(one) != len(other):
            return at
        pairs = enumerate(zip(one, other, strict=True))
        return next((found for n, (a, b) in pairs if (found := _differing(a, b, f"{at}[{n}]"))), None)
    if hasattr(one, "dtype"):
        (_, a), (_, b) = _array(one, at), _array(other, at)
        same = (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())
        return None if same else at
    return None if repr(one) == repr(other) else at
