"""Which data plugin reads a file: the one that names the file's suffix, or is called like it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from caviar.interfaces.data import Data
from caviar.registry import index
from caviar.registry.load import load

_PACKED = (".gz", ".zst")


def reader_name(path: Path) -> str | None:
    """The name of the data plugin for a file; None where none reads such files."""
    suffix = suffix_of(path)[1:]
    return next((name for name, suffixes in _readers() if suffix in suffixes), None)


def suffix_of(path: Path) -> str:
    """What its name ends with: ".csv" of prices.csv and of prices.csv.gz."""
    suffix = path.suffix.lower()
    inner = Path(path.stem).suffix.lower()
    return inner if suffix in _PACKED and inner else suffix


def without_suffix(path: Path) -> Path:
    """The path without what `suffix_of` looks at: prices of prices.csv and of prices.csv.gz."""
    packed = path.suffix.lower() in _PACKED and Path(path.stem).suffix
    return (path.with_suffix("") if packed else path).with_suffix("")


def suffixes() -> tuple[str, ...]:
    """All suffixes that some plugin reads."""
    return tuple(f".{each}" for _, known in _readers() for each in known)


def _readers() -> Iterator[tuple[str, tuple[str, ...]]]:
    for name in index.names("data"):
        try:
            cls = load("data", name)
        except index.PluginError:  # reported where it is asked for
            yield name, (name,)
            continue
        if issubclass(cls, Data) and "path" in cls.model_fields:
            yield name, cls.suffixes or (name,)
