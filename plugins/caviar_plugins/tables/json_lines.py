"""The line of a JSON lines file that is not JSON; the database that reads the file counts lines in its own way."""

from __future__ import annotations

import json
from pathlib import Path


def wrong_line(path: Path) -> str:
    """Where it is and what is wrong with it; "" if every line is JSON."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                json.loads(line.strip() or b"null")
            except UnicodeDecodeError:
                return f"{path}:{number}: not in UTF-8; save the file as UTF-8"
            except (ValueError, RecursionError) as error:
                return f"{path}:{number}: not JSON: {error}; each line must be one record"
    return ""
