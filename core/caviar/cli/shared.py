"""Helpers of several commands: options, one BLAS thread."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

import typer

from caviar.cli.completion import files, runs
from caviar.cli.terminal.slow import said_where_slow

File = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="A pipeline file, or a Python file.", show_default=False, autocompletion=files),
]
RunFolder = Annotated[
    Path,
    typer.Argument(metavar="RUN", help="A run's folder, such as runs/digits.", show_default=False, autocompletion=runs),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Set a value of the file, e.g. optimizer.learning_rate=0.01."),
]
Code = Annotated[Path | None, typer.Option(help="A Python file of plugins that the pipeline uses.", show_default=False)]


@contextmanager
def using_code(code: Path | None, file: Path | None = None) -> Iterator[None]:
    """In this block names also refer to the plugins of the file of --code, and of FILE where that is Python itself.

    Raises PluginError if one cannot be used.
    """
    from caviar.config.reading.document import python_part
    from caviar.registry.code import with_code
    from caviar.registry.index import using

    registry = None
    for each in (code, None if file is None else python_part(str(file))):
        if each is not None:
            with said_where_slow(f"importing {each} …"):
                registry = with_code(each, registry)
    with using(registry) if registry else nullcontext():
        yield


Quiet = Annotated[bool, typer.Option("--quiet", help="Give no advice.")]

_STARTED = time.monotonic()


def since_start() -> float:
    """Seconds since this process started, except for the start of Python itself."""
    return time.monotonic() - _STARTED


def limit_blas_threads() -> None:
    """Limits a training step to one thread; only works before numpy is imported.

    More threads slow small steps down and change bits. Parallelism comes from workers.
    """
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
