"""Tables for tests: text in a file."""

from pathlib import Path
from typing import Any

from caviar_plugins import TableFile


def table_of(folder: Path, text: str | bytes, target: str = "y", **fields: Any) -> TableFile:
    (folder / "t.csv").write_bytes(text.encode() if isinstance(text, str) else text)
    return TableFile(path=folder / "t.csv", target=target, **fields)
