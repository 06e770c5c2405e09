"""Which modules beside a Python file it imports, itself or by way of others beside it, as their texts say."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def imports_beside(path: Path, content: bytes) -> dict[str, Path]:
    """The modules of a file's folder that it comes to import, by full name, each with the first file that imports it.

    Imports within functions count. One whose name a program computes is not seen.
    """
    folder = path.resolve().parent
    found: dict[str, Path] = {}
    waiting = [(path, content, "")]
    while waiting:
        importer, text, package = waiting.pop(0)
        for name in _imported(text, package):
            there = None if name in found else _file_of(folder, name)
            if there is None:
                continue
            found[name] = importer
            if there.is_file():
                inside = name if there.name == "__init__.py" else name.rpartition(".")[0]
                with suppress(OSError):  # reported by who imports it
                    waiting.append((there, there.read_bytes(), inside))
    return found


def _file_of(folder: Path, name: str) -> Path | None:
    """The file of a module, or the folder of a package that has none; None where neither is there."""
    there = folder.joinpath(*name.split("."))
    places = (there / "__init__.py", there.with_name(f"{there.name}.py"))
    return next((each for each in places if each.is_file()), there if there.is_dir() else None)


def _imported(text: bytes, package: str) -> Iterator[str]:
    """All names that a text may import, in order: of `from a.b import c`, a, a.b and a.b.c."""
    try:
        steps = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError):  # reported by who imports it
        return
    for step in steps:
        if isinstance(step, ast.Import):
            whole = [each.name for each in step.names]
        elif isinstance(step, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - step.level + 1] if step.level else []
            base = ".".join([*above, *([step.module] if step.module else [])])
            whole = [f"{base}.{each.name}" for each in step.names] if base else []
        else:
            continue
        for name in whole:
            parts = name.split(".")
            yield from (".".join(parts[: end + 1]) for end in range(len(parts)))
