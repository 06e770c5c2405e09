"""The folder of a code file, importable while its functions run, as it is while a script runs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

CODE = "caviar_code_"
"""What the names of the modules of code files begin with."""


@contextmanager
def importable(function: Callable[..., Any]) -> Iterator[None]:
    """Makes the modules beside a function's code file importable; of an imported module's, Python has done so."""
    if not function.__module__.startswith(CODE):
        yield
        return
    folder = str(Path(function.__code__.co_filename).parent)
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        with suppress(ValueError):  # the function may have removed it
            sys.path.remove(folder)
