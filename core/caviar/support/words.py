"""Words as arrays of numbers, so that a transform can save them with the model."""

from __future__ import annotations

import json
from collections.abc import Iterable

from caviar.values.arrays import Array


def words_to_array(words: Iterable[str]) -> Array:
    """Any strings, in order, as one uint8 array: the UTF-8 bytes of their JSON list."""
    import numpy

    text = json.dumps(list(words), ensure_ascii=False, separators=(",", ":"))
    # A cell may hold half of a surrogate pair, which strict UTF-8 has no bytes for.
    return numpy.frombuffer(text.encode("utf-8", "surrogatepass"), dtype=numpy.uint8)


def words_from_array(array: Array) -> tuple[str, ...]:
    """The inverse of `words_to_array`."""
    return tuple(json.loads(array.tobytes().decode("utf-8", "surrogatepass")))
