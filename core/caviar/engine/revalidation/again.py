"""Searching again: a new study beside a run, on today's data, that begins with what a revalidation found best."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from caviar.config.declaration.space import space_of
from caviar.engine.training.epochs import with_epochs
from caviar.support.dates import now

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline
    from caviar.engine.revalidation.finished import FinishedRun
    from caviar.interfaces.data import Data
    from caviar.values.revalidation import Revalidation

_FIRST = 4  # of those that were trained: they are tried first


def search_again(run: FinishedRun, data: Data | None, found: Revalidation) -> Pipeline:
    """The pipeline of the new study, whose name has the date: as the file is now, in its ranges and for its epochs.

    Its strategy learns from the run's trials where the winner still wins. Where another configuration does, what they
    had on other data points the wrong way, so it learns from today's trainings alone.
    """
    names = (f"{run.pipeline.name}-{now()[:10]}{'' if each == 1 else f'-{each}'}" for each in count(1))
    name = next(each for each in names if not (run.folder.parent / each).exists())
    search = run.pipeline.search
    outside = {each.index for each in run.trials if each.outside}
    inside = [each for each in found.rivals if each.trial not in outside]
    ahead = sorted(inside, key=lambda each: (-each.ahead, each.trial))[:_FIRST]
    points = tuple(dict(each.values) for each in ahead) if len(space_of(run.pipeline)) else ()
    sources = (run.folder.absolute(),) if search.strategy.learns and found.wins.answer != "no" else ()
    strategy = search.strategy
    if getattr(strategy, "trials", None) is not None:  # one that plans ahead counts anew
        strategy = strategy.model_copy(update={"trials": None})
    changes = {
        "name": name,
        "search": search.model_copy(update={"points": points, "start_from": sources, "strategy": strategy}),
        **({} if data is None else {"data": data}),
    }
    return with_epochs(run.pipeline, run.file_epochs).model_copy(update=changes)
