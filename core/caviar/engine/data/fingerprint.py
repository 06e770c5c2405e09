"""The fingerprint of a table, by which a study knows its data again."""

from __future__ import annotations

import hashlib

from caviar.values.table import Table


def fingerprint(table: Table) -> str:
    """A hash of the table's content: names, types, levels and every value."""
    digest = hashlib.sha256()
    for name, column in table.columns.items():
        digest.update(f"{name}\0{column.dtype}\0{column.shape}\0".encode())
        digest.update("\0".join(map(str, column)).encode() if column.dtype.kind == "O" else column.tobytes())
    if table.test is not None:
        digest.update(table.test.tobytes())
    for name, count in table.levels.items():
        digest.update(f"{name}\0{count}\0".encode())
    return digest.hexdigest()
