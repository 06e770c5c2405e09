"""The database that reads tables: in memory, one a read, nothing fetched from the network."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

Connection: TypeAlias = Any
"""A connection of duckdb, which has no types of its own here."""


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for what is unpacked or spilled, which is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="caviar-table-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextmanager
def connected(folder: Path) -> Iterator[Connection]:
    """A connection whose rows keep the order of the file, and which spills into `folder`."""
    import duckdb

    config: dict[str, Any] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "temp_directory": str(folder),
        "preserve_insertion_order": True,
    }
    connection = duckdb.connect(config=config)
    try:
        yield connection
    finally:
        connection.close()
