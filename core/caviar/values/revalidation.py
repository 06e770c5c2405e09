"""A revalidation: what became of a finished run on today's data and software, as four answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, TypeAlias

from caviar.values.history import Goal

Verdict: TypeAlias = Literal["yes", "no", "cannot tell"]
Kind: TypeAlias = Literal["winner", "leader", "neighbour", "fresh"]
Interval: TypeAlias = tuple[float, float]


@dataclass(frozen=True)
class Answer:
    """An answer with what it rests on: `text` is a sentence, `interval` the 95 % interval of the number in it.

    `details` are further sentences. The interval is None where there is nothing to measure.
    """

    answer: Verdict
    text: str
    interval: Interval | None = None
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rival:
    """One that was trained, the winner included: a trial of the run, or of a number that the run does not have.

    `scores`: the compared metric on the held-out rows, a number for each seed; infinitely bad where a training
    diverged. `ahead`: by how much it is better than the winner, the mean over seeds; below 0 the winner is better.
    `interval` is that of `ahead`, for all rivals at once.
    """

    kind: Kind
    trial: int
    values: Mapping[str, Any]
    scores: tuple[float, ...]
    ahead: float = 0.0
    interval: Interval | None = None


@dataclass(frozen=True)
class Shift:
    """A difference between old and new rows in one column.

    `what` is "values", "missing" or "new values". `size`: by values, the share of rows that would have to have another
    one, the distance of Kolmogorov and Smirnov or the total variation; of missing cells, and of values that the old
    rows did not have, by how much their share of the rows differs. `p` is corrected for all tests of all columns.
    """

    column: str
    what: Literal["values", "missing", "new values"]
    size: float
    p: float
    text: str = ""


@dataclass(frozen=True)
class ToldApart:
    """A classifier that tells old rows from new ones: its AUC on rows that it was not trained on.

    `columns`: by how much the AUC falls where a column is shuffled, the largest first. `p` is corrected as a shift's.
    """

    auc: float
    interval: Interval
    p: float
    columns: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Revalidation:
    """The winner of a run, trained again beside its rivals on today's data and system.

    `date` is UTC in ISO 8601, `metric` the compared one, `seeds` how many trainings each had, `rows` how many new rows
    judged them. `system` is what it ran on, `changes` how that differs from when the search ended. `searched`: the run
    of a new search that followed.
    """

    GOOD: ClassVar[int] = 0
    MOVED: ClassVar[int] = 3
    DATA_MOVED: ClassVar[int] = 4

    date: str
    trial: int
    metric: str
    goal: Goal
    seeds: int
    rows: int
    wins: Answer
    metric_moved: Answer
    data_moved: Answer
    system_moved: Answer
    rivals: tuple[Rival, ...] = ()
    shifts: tuple[Shift, ...] = ()
    told_apart: ToldApart | None = None
    system: Mapping[str, str] = field(default_factory=dict)
    changes: str = ""
    system_cost: bool = False
    searched: str | None = None

    @property
    def exit_code(self) -> int:
        """3: another configuration wins, or the system made the winner worse; 4: the data moved; else 0."""
        if self.wins.answer == "no" or self.system_cost:
            return self.MOVED
        return self.DATA_MOVED if self.data_moved.answer == "yes" else self.GOOD

    @property
    def conclusion(self) -> str:
        """The exit code in words."""
        good = "still good" if self.wins.answer == "yes" else "no rival is shown to be better"
        return {
            self.GOOD: good,
            self.MOVED: "the winner has lost: search again"
            if self.wins.answer == "no"
            else "the system moved: search again",
            self.DATA_MOVED: "the data moved, and nothing beats the winner",
        }[self.exit_code]
