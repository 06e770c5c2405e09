"""Names of runs: what may name a folder everywhere."""

from __future__ import annotations

import re

ALLOWED = "letters, digits, '-', '_' and, inside, '.'"


def is_run_name(name: str) -> bool:
    """Whether it is of `ALLOWED` characters alone."""
    return name.replace("-", "").replace("_", "").replace(".", "").isalnum() and "." not in (name[0], name[-1])


def plain_name(text: str) -> str:
    """The name of a run that is nearest to a text."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip(".-") or "pipeline"
