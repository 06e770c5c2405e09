"""What a function's code file means for it: its folder is importable, as a script's is; its version is the file's."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from caviar.function.version import version_of_code, version_of_function

CODE = "caviar_code_"
"""What the names of the modules of code files begin with."""


@contextmanager
def importable(function: Callable[..., Any]) -> Iterator[None]:
    """Makes the modules beside a function's code file importable; of an imported module's, Python has done so."""
    if not function.__module__.startswith(CODE):
        yield
        return
    module: Any = sys.modules[function.__module__]  # not the file of its code, which may be a decorator's
    folder = str(module.code.path.parent)
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        with suppress(ValueError):  # the function may have removed it
            sys.path.remove(folder)


def origin(function: Callable[..., Any]) -> tuple[str, str]:
    """Where a function is from, and the version of its code: of its code file as a whole, or of its own source."""
    if not function.__module__.startswith(CODE):
        return function.__module__, version_of_function(function)
    module: Any = sys.modules[function.__module__]
    return str(module.code.path), version_of_code(module.code.content)
