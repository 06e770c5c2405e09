"""Extras: the `pip install` command for a module that a plugin lacks."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, requires


def install_line(distribution: str, module: str) -> str:
    """The exact command: the distribution's extra that requires the module, else the module by its name."""
    try:
        wanted = requires(distribution) or []
    except PackageNotFoundError:  # a plugin of a code file
        wanted = []
    extras = []
    for requirement in wanted:
        extra = re.search(r"extra\s*==\s*['\"]([^'\"]+)", requirement)
        name = re.match(r"[A-Za-z0-9._-]+", requirement)
        # CuPy is called after the CUDA version it is built for: cupy-cuda12x.
        if extra and name and re.sub(r"-cuda\d+x$", "", _plain(name[0])) == _plain(module.partition(".")[0]):
            extras.append(extra[1])
    if extras:  # several have it: the one that is for it alone bears its name
        return f"pip install '{distribution}[{module if module in extras else extras[0]}]'"
    return f"pip install {module.partition('.')[0]}"


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
