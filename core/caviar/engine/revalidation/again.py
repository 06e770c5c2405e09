"""Searching again: a new study beside a run, on other data, that begins with its leaders and knows its trials."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from caviar.config.declaration.space import space_of
from caviar.engine.revalidation.history import now

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline
    from caviar.engine.revalidation.finished import FinishedRun
    from caviar.interfaces.data import Data

_LEADERS = 4  # the winner included: they are tried first


def search_again(run: FinishedRun, data: Data | None) -> Pipeline:
    """The pipeline of the new study: its name has the date, its strategy starts from the run where it learns."""
    names = (f"{run.pipeline.name}-{now()[:10]}{'' if each == 1 else f'-{each}'}" for each in count(1))
    name = next(each for each in names if not (run.folder.parent / each).exists())
    search = run.pipeline.search
    points = tuple(dict(each.values) for each in run.leaders[:_LEADERS]) if len(space_of(run.pipeline)) else ()
    sources = (run.folder.absolute(),) if search.strategy.learns else ()
    strategy = search.strategy
    if getattr(strategy, "trials", None) is not None:  # one that plans ahead counts anew
        strategy = strategy.model_copy(update={"trials": None})
    changes = {
        "name": name,
        "search": search.model_copy(update={"points": points, "start_from": sources, "strategy": strategy}),
        **({} if data is None else {"data": data}),
    }
    return run.pipeline.model_copy(update=changes)
