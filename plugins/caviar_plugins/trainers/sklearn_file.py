"""Fitted estimators as arrays of bytes, written and read by skops: no pickle, and no code of the file's."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from caviar.plugin import Array, Problem

MISSING = "it needs 'skops'; pip install 'caviar-ml[skops]', and search again"
_BLOCK = 4096  # files of members that differ in some digits get the same size
_DATE = (1980, 1, 1, 0, 0, 0)  # the first that a zip file can have
_NUMBER = re.compile(rb'(?<="__id__": )\d+|(?<=")\d+(?=\.npy")')


def available() -> bool:
    """Whether models can be saved."""
    return find_spec("skops") is not None


def packed(estimators: Sequence[Any]) -> Array:
    """uint8 (members, bytes), zeros at the end; without skops (members, 0)."""
    import numpy

    if not available():
        return numpy.zeros((len(estimators), 0), dtype=numpy.uint8)
    files = [_stable(_dumped(each)) for each in estimators]
    size = -(-max(map(len, files)) // _BLOCK) * _BLOCK
    whole = numpy.zeros((len(files), size), dtype=numpy.uint8)
    for place, each in enumerate(files):
        whole[place, : len(each)] = numpy.frombuffer(each, dtype=numpy.uint8)
    return whole


def opened(model: Array, others: Sequence[type]) -> list[Any]:
    """The estimators again. Raises Problem."""
    if not model.shape[1]:
        raise Problem(f"this model was not saved: {MISSING}")
    if not available():
        raise Problem("this model cannot be opened: it needs 'skops'; pip install 'caviar-ml[skops]'")
    import skops.io

    packages = {"sklearn", *(each.__module__.partition(".")[0] for each in others)}
    found = []
    for member in model:
        content = member.tobytes()
        content = content[: content.rindex(b"PK\x05\x06") + 22]  # the end of a zip file without comment
        asked = skops.io.get_untrusted_types(data=content)
        if foreign := [each for each in asked if not _is_class(each, packages)]:
            raise Problem(f"this model holds {', '.join(foreign)}, which is no class of {', '.join(sorted(packages))}")
        found.append(skops.io.loads(content, trusted=asked))
    return found


def _dumped(estimator: Any) -> bytes:
    import skops.io

    try:
        content: bytes = skops.io.dumps(estimator)
    except Exception as error:  # of whatever it cannot write
        name = type(estimator).__name__
        raise Problem(f"skops cannot save {name}: {type(error).__name__}: {error}") from error
    return content


def _is_class(name: str, packages: set[str]) -> bool:
    module, _, last = name.rpartition(".")
    return module.partition(".")[0] in packages and isinstance(getattr(import_module(module), last, None), type)


def _stable(content: bytes) -> bytes:
    """The same file for the same estimator: skops numbers objects by their addresses, and a zip file has dates."""
    numbers: dict[bytes, bytes] = {}

    def renumbered(found: re.Match[bytes]) -> bytes:
        return numbers.setdefault(found[0], str(len(numbers) + 1).encode())

    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        schema = _NUMBER.sub(renumbered, old.read("schema.json"))
        new.writestr(zipfile.ZipInfo("schema.json", _DATE), schema, zipfile.ZIP_DEFLATED)
        for name in (each for each in old.namelist() if each != "schema.json"):
            stem, _, suffix = name.partition(".")
            number = numbers.get(stem.encode(), stem.encode()).decode()
            new.writestr(zipfile.ZipInfo(f"{number}.{suffix}", _DATE), old.read(name), zipfile.ZIP_DEFLATED)
    return made.getvalue()
