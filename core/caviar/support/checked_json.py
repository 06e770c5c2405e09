"""JSON files for people and programs that carry a checksum of what they say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

from caviar.support.files import open_plain, write_atomically

_CHECKSUM = "checksum"


def write_checked(file: Path, told: Mapping[str, Any]) -> None:
    """Replaces such a file; a crash leaves the old one or the new one. Raises OSError."""
    write_atomically(file, (json.dumps({**told, _CHECKSUM: _checksum(told)}, indent=1) + "\n").encode())


def read_checked(file: Path) -> dict[str, Any]:
    """What such a file says, without its checksum. Raises OSError, and ValueError where it is not as it was written."""
    with open_plain(file) as opened:
        content = opened.read()
    try:
        told = json.loads(content)
        checksum = told.pop(_CHECKSUM)
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{file}: damaged") from error
    if not isinstance(told, dict) or content != (json.dumps({**told, _CHECKSUM: checksum}, indent=1) + "\n").encode():
        raise ValueError(f"{file}: damaged")
    if checksum != _checksum(told):
        raise ValueError(f"{file}: damaged")
    return told


def _checksum(told: Mapping[str, Any]) -> int:
    return crc32(json.dumps(told).encode())
