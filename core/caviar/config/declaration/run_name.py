"""Names of runs: names that every system accepts for a folder."""

from __future__ import annotations

import re

ALLOWED = "letters, digits, '-', '_' and, inside, '.'"


def is_run_name(name: str) -> bool:
    """Whether the name has only `ALLOWED` characters."""
    return name.replace("-", "").replace("_", "").replace(".", "").isalnum() and "." not in (name[0], name[-1])


def plain_name(text: str) -> str:
    """The valid name that is closest to a text."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip(".-") or "pipeline"
