"""`caviar.retest`: tests a finished run again, from Python."""

from __future__ import annotations

from os import PathLike, fspath
from pathlib import Path
from typing import Any

from caviar.engine.analysis.stored_run import StoredRun
from caviar.engine.revalidation.finished import read_finished
from caviar.engine.revalidation.revalidate import SEEDS, revalidate
from caviar.engine.revalidation.today import held_in_memory, replaced
from caviar.registry.code import with_code
from caviar.registry.index import using
from caviar.support.dates import days_in, days_since, is_due
from caviar.values.problem import Problem
from caviar.values.revalidation import Revalidation


def retest(
    run: str | PathLike[str] | StoredRun,
    X: Any = None,
    y: Any = None,
    *,
    data: str | PathLike[str] | None = None,
    due: str | None = None,
    seeds: int = SEEDS,
    code: str | PathLike[str] | None = None,
    trust: bool = False,
) -> Revalidation | None:
    """Trains the winner of a finished run again, beside rivals, on today's data and system, and answers four questions.

    `run` is its folder, a `Run` or a `Study`. Rows are those of its file, of another file `data`, or `X` and `y`. Each
    is trained with so many `seeds`. With `due`, "30d" or "4w", it returns None where the last test is younger. The
    result is recorded in the run's folder. `code` and `trust` are those of `caviar.load`.

    Raises NoRun, StoreError, DataError and Mistakes: each is a Problem.
    """
    folder = run.folder if isinstance(run, StoredRun) else Path(fspath(run))
    days = None if due is None else days_in(due)
    if seeds < 2:
        raise Problem("seeds must be 2 or more: one training says nothing about chance")
    with using(with_code(None if code is None else Path(code))):
        finished = read_finished(folder).trusting(trust)
        if days is not None and not is_due(days_since(finished.tested), days):
            return None
        given = None if data is None else replaced(finished, Path(data))
        if X is not None:
            if given is not None or y is None:
                raise Problem("give rows as X and y, or as data")
            given = held_in_memory(finished, X, y)
        return revalidate(finished, given, seeds)
