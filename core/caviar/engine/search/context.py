"""The parts of a study's search that its rounds and re-tests share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from caviar.config.declaration.space import floats
from caviar.engine.search.deduplicate import Tried
from caviar.engine.search.history import HistoryTable
from caviar.engine.search.identities import Identities
from caviar.engine.search.objective import Objective
from caviar.engine.search.observers import Observers
from caviar.engine.search.time_limit import NO_LIMIT, TimeLimit
from caviar.engine.storage.study_ledger import StudyLedger
from caviar.values.dimension import Space
from caviar.values.earlier import EarlierTrial
from caviar.values.history import History
from caviar.values.run import RunInfo
from caviar.values.trial import Trial

if TYPE_CHECKING:
    from caviar.config.declaration.pipeline import Pipeline


@dataclass(frozen=True)
class SearchContext:
    """One study's parts. `earlier` are the trials of earlier runs, `given` those of the points that the file names."""

    pipeline: Pipeline
    space: Space
    objective: Objective
    ledger: StudyLedger
    observers: Observers
    info: RunInfo
    max_population: int
    earlier: tuple[EarlierTrial, ...] = ()
    given: tuple[Trial, ...] = ()
    limit: TimeLimit = NO_LIMIT
    mixed: bool = False
    """Whether trials may be trained under several numeric identities; each is marked."""

    @cached_property
    def floats(self) -> frozenset[str]:
        """The paths in which members of one population may differ."""
        return floats(self.pipeline)

    @property
    def folds(self) -> int:
        """The number of trainings of a trial, one for each fold."""
        return (self.pipeline.data and self.pipeline.data.folds) or 1

    def history(self, trials: Sequence[Trial]) -> History:
        """The history for a strategy: the trials of earlier runs, then `trials`, which are this study's."""
        curves = self.ledger.curves(self.objective.metric) if trials else {}
        return self._table.history(trials, curves, len(self.given))

    @cached_property
    def _table(self) -> HistoryTable:
        return HistoryTable(self.objective, self.space, self.earlier)

    @property
    def identities(self) -> Identities:
        """The numeric identities under which the study's trials may be trained."""
        return Identities(self.ledger, self.mixed)

    @cached_property
    def tried(self) -> Tried:
        """What the trials have tried."""
        return Tried()
