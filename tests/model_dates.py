"""The date in a model's file: another one, for tests of its age, or none, for tests of all else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from caviar.engine.model.model_file import packed, unpacked


def redated(file: Path, date: str) -> None:
    """Writes the model as if its search had ended then."""
    facts, arrays = unpacked(file.read_bytes())
    file.write_bytes(packed(replace(facts, date=date), arrays))


def undated(file: Path) -> bytes:
    """The bytes that the file would have had on one and the same day, whenever it was made."""
    facts, arrays = unpacked(file.read_bytes())
    return packed(replace(facts, date="2026-01-01T00:00:00Z"), arrays)
