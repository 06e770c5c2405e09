"""The file of a run's folder by which its study is found in a PostgreSQL database."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from caviar.plugin import StoreError, file_errors, open_plain, sync_folder, write_atomically

FILE = "study.postgresql"

_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)


def known_id(folder: Path) -> str | None:
    """The id of a folder's study; None where none was started. Raises StoreError."""
    path = folder / FILE
    if not os.path.lexists(path):
        return None
    with file_errors(path), open_plain(path) as file:
        text = file.read(1000).decode(errors="replace").strip()
    if not _ID.fullmatch(text):
        raise StoreError(f"{path}: damaged; write the id into it that the table caviar.run has for this run's name")
    return text


def note_id(folder: Path, new: str) -> bool:
    """Gives a folder its id, at one moment; False where another process was first. Raises StoreError."""
    path, part = folder / FILE, folder / f".{FILE}-{new}"
    with file_errors(path):
        try:
            write_atomically(part, f"{new}\n".encode())
            os.link(part, path)
        except FileExistsError:
            return False
        except OSError:  # a file system without hard links, or what the next line raises again
            write_atomically(path, f"{new}\n".encode())
        finally:
            with suppress(OSError):
                part.unlink()
        sync_folder(folder)
    return True
