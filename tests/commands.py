"""`pipe` in this process: starting Python and loading its libraries takes longer than most commands do."""

from __future__ import annotations

import logging
import os
from contextlib import chdir
from functools import cache
from pathlib import Path
from subprocess import CompletedProcess
from traceback import format_exception
from unittest.mock import patch

from caviar.cli.main import app
from caviar.text.once import say_anew
from typer.main import get_command
from typer.testing import CliRunner

_built = cache(get_command)  # the runner would build all commands anew each time, which takes longer than `pipe check`


def pipe(folder: Path, *words: str) -> CompletedProcess[str]:
    """The command's exit code and what it printed, run in `folder`. Raises what it does not catch, except with --debug.

    Tests of processes, streams and signals start one instead.
    """
    say_anew()
    logger = logging.getLogger("caviar")
    handlers, level = [*logger.handlers], logger.level
    threads = {f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "OMP", "MKL")}  # as the command sets them
    try:
        with chdir(folder), patch.dict(os.environ, threads), patch("typer.testing._get_command", _built):
            done = CliRunner().invoke(app, list(words))
    finally:
        logger.handlers[:] = handlers
        logger.setLevel(level)
    error, told = done.exception, done.stderr
    if error and not isinstance(error, SystemExit):
        if "--debug" not in words:
            raise error
        told += "".join(format_exception(error))  # as Python prints it
    return CompletedProcess(["pipe", *words], done.exit_code, done.stdout, told)
