"""What names a study in other systems."""

from __future__ import annotations

from pathlib import Path
from secrets import token_hex

from caviar.support.files import open_plain, write_atomically


def study_id(folder: Path) -> str:
    """A random name that is made once and kept in the run's folder: a resumed run finds its trials elsewhere by it.

    A run that begins anew, in an empty folder, has another.
    """
    file = folder / "study-id"
    if not file.exists():
        write_atomically(file, token_hex(6).encode())
    with open_plain(file) as opened:
        return opened.read().decode().strip()
