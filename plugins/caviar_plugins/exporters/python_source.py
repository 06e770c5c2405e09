"""Files of Python source: arrays as constants, formulas copied with what they need, a text about the columns."""

from __future__ import annotations

import ast
import base64
import json
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from textwrap import wrap
from typing import cast

from caviar.plugin import ColumnDescription, Constant, ModelDescription

_WIDTH = 116


class Arrays:
    """The arrays of a file, each under a name of its own, the same array once."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, tuple[int, ...], bytes], str] = {}

    def literal(self, name: str, constant: Constant, is_scalar: bool = False) -> str:
        """A constant in source: a number or texts as they are, an array by its name.

        With `is_scalar`, an array of one number is that number.
        """
        import numpy

        if isinstance(constant, tuple):
            return repr(constant)
        found = numpy.asarray(constant)
        if found.size == 1 and (found.ndim == 0 or is_scalar):
            return repr(found.item())
        little = numpy.ascontiguousarray(found, found.dtype.newbyteorder("<"))
        return self._names.setdefault((little.dtype.str, little.shape, little.tobytes()), name)

    def source(self) -> Iterator[str]:
        """The definitions, in the order of their first use."""
        for (dtype, shape, content), name in self._names.items():
            yield f'{name} = array("{dtype}", {shape}, """'
            yield from wrap(base64.b64encode(content).decode(), _WIDTH)
            yield '""")'


def functions(file: Path, names: Collection[str]) -> list[str]:
    """The source of a module's functions with these names, and of those that they call, in the module's order."""
    text = file.read_text(encoding="utf-8")
    found = {each.name: each for each in ast.parse(text).body if isinstance(each, ast.FunctionDef)}
    needed, wanted = set[str](), set(names)
    while wanted:
        needed |= wanted
        called = {each.id for name in wanted for each in ast.walk(found[name]) if isinstance(each, ast.Name)}
        wanted = (called & found.keys()) - needed
    return [f"{ast.get_source_segment(text, node)}" for name, node in found.items() if name in needed]


def imported(path: Path, name: str) -> str:
    """The line that gets a name from a file, wherever it lies and whatever it is called."""
    if path.parent == Path() and path.suffix == ".py" and path.stem.isidentifier():
        return f"from {path.stem} import {name}"
    return f"import runpy; {name} = runpy.run_path({str(path)!r})[{name!r}]"


def quoted(path: Path) -> str:
    """A path as Python reads it, in double quotes."""
    return json.dumps(str(path), ensure_ascii=False)


def docstring(lines: Iterable[str]) -> Iterator[str]:
    """Lines as a docstring that nothing in them can end: names and words are whatever the data holds."""
    text = "\n".join(lines).replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    yield from f'''"""{text}\n"""'''.split("\n")


def columns_told(model: ModelDescription) -> Iterator[str]:
    """A line on each column, for the text at the head of the file."""
    wide = min(40, max(len(repr(column.name)) for column in model.columns))
    for column in model.columns:
        yield f"    {column.name!r:{wide}}  {_held(column, model)}"


def _held(column: ColumnDescription, model: ModelDescription) -> str:
    if column.words:
        operations = [each for member in model.members for each in member.transforms if each.column == column.name]
        known = sorted({word for each in operations for word in texts(each.constants.get("words", ())) if word})
        shown = ", ".join(map(repr, known[:5])) + (f", and {len(known) - 5} others" if len(known) > 5 else "")
        return f"words: {shown}" if known else "words"
    if column.dates:
        return "dates"
    return f"numbers, {' x '.join(map(str, column.shape))} a row" if column.shape else "numbers"


def texts(constant: Constant) -> tuple[str, ...]:
    """A constant that is known to be texts."""
    return cast("tuple[str, ...]", constant)
