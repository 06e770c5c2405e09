"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def file_or_url(text: str) -> Path | str:
    """What a text names: a file, which SQLite's URL does too, or another URL, left as it is."""
    file = text.removeprefix("sqlite:///")
    return file if "://" in file else Path(file)


def write_whole(path: Path, content: bytes) -> None:
    """Replaces a file, synced: a crash leaves the old one or the new one. `sync_folder` then makes its name durable."""
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError:
        part.unlink(missing_ok=True)  # on a full disk its space is needed
        raise


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder survive a power loss."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
