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
    package, fitting = module.partition(".")[0], list[str]()
    for requirement in wanted:
        extra = re.search(r"extra\s*==\s*['\"]([^'\"]+)", requirement)
        name = re.match(r"[A-Za-z0-9._-]+", requirement)
        if not extra or not name:
            continue
        if extra[1] == package:  # an extra for it alone, whatever the distribution is called: scikit-learn has sklearn
            fitting.insert(0, package)
        # CuPy is called after the CUDA version it is built for: cupy-cuda12x.
        elif re.sub(r"-cuda\d+x$", "", _plain(name[0])) == _plain(package):
            fitting.append(extra[1])
    return f"pip install '{distribution}[{fitting[0]}]'" if fitting else f"pip install {package}"


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
