"""What names a study in other systems."""

from __future__ import annotations

import re
from os.path import lexists
from pathlib import Path
from secrets import token_hex

from caviar.support.files import open_plain, sync_folder, write_atomically

FILE = "study-id"
_ID = re.compile(r"[0-9a-f]{12}", re.ASCII)


def study_id(folder: Path) -> str:
    """A random name that is made once and kept in the run's folder: a resumed run finds its trials elsewhere by it.

    A run that begins anew, in an empty folder, has another. It survives a power loss before anything is named by it.
    Raises OSError, and ValueError where the file is not as it was written.
    """
    known = known_study_id(folder)
    if known is None:
        known = token_hex(6)
        write_atomically(folder / FILE, known.encode())
        sync_folder(folder)
    return known


def known_study_id(folder: Path) -> str | None:
    """The name, None where none was made; raises as `study_id` does."""
    file = folder / FILE
    if not lexists(file):
        return None
    with open_plain(file) as opened:
        text = opened.read(100).decode(errors="replace").strip()
    if not _ID.fullmatch(text):
        raise ValueError(f"{file}: damaged; put back a copy, or remove it, and a new one is made")
    return text
