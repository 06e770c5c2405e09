"""Efforts: what `pipe init` writes for the time that a user wants to give."""

from __future__ import annotations

from dataclasses import dataclass

from caviar.config.hints.suggestions import closest
from caviar.values.head import Head
from caviar.values.problem import Problem

_TRAINED = 0.64  # of all rows: without the test part and the validation part
_TYPICAL = 20_000  # rows, where they are not known
_COLUMNS = 100  # that make a row of one of the recipe's networks twice as expensive
_FEWEST, _FEW = 4, 32  # epochs, and trials, whatever the number of rows; rows of the smallest mini-batch
_SMALL = 2000  # rows
_FOLDS, _LEAST_FOLDED = 5, 20  # of a small table; rows of the smallest that has folds


@dataclass(frozen=True)
class Effort:
    """A recipe, and what is written beside it; `about` is its time on two cores.

    `work` decides that: training rows, over the epochs of all trials and their folds. There are at most `epochs`.
    A small table has folds, each of which trains a network, and half as many trials. The numbers were measured with
    `python -m benchmarks.tables`, docs/benchmarks/tables.md.
    """

    recipe: str
    about: str
    work: float
    trials: int
    epochs: int
    ensemble: int

    def epochs_for(self, head: Head | None) -> int:
        """The number of epochs with which all trials take about the effort's time, in steps of an eighth or finer."""
        exact = self.work / (self._most_trials(head) * _cost(head))
        return int(min(max(_rounded(exact), _FEWEST), self.epochs))

    def trials_for(self, head: Head | None) -> int:
        """The number of trials: all, half with folds, fewer where the epochs are the fewest; at least 4."""
        return int(min(max(self.work / (_FEWEST * _cost(head)), _FEWEST), self._most_trials(head)))

    def _most_trials(self, head: Head | None) -> int:
        return max(self.trials // 2, _FEWEST) if folds_for(head) else self.trials


def _cost(head: Head | None) -> float:
    """What an epoch of one trial takes, in training rows of a narrow table."""
    wide = 1 + (len(head.features) if head else 0) / _COLUMNS
    folds = folds_for(head) or 1
    return max(_TRAINED * (head.rows if head else _TYPICAL), 1.0) * wide * folds


def batch_size_for(head: Head | None) -> int | None:
    """A smaller one than the recipe's for few rows, with which an epoch would have only some steps."""
    return _FEW if head is not None and head.rows < _SMALL else None


def folds_for(head: Head | None) -> int | None:
    """Several for few rows: a validation part of one split would be too small to tell trials apart."""
    return _FOLDS if head is not None and _LEAST_FOLDED <= head.rows < _SMALL else None


EFFORTS = {
    "quick": Effort("tabular", "30 s", work=3.5e6, trials=8, epochs=64, ensemble=8),
    "normal": Effort("tabular", "2 min", work=16e6, trials=24, epochs=96, ensemble=16),
    "best": Effort("tabular", "10 min", work=85e6, trials=64, epochs=192, ensemble=32),
}
USUAL = "normal"


class NoEffort(Problem):
    """There is no such effort."""


def effort_called(name: str) -> Effort:
    """The effort of that name. Raises NoEffort."""
    if name not in EFFORTS:
        raise NoEffort(f"--effort: there is no '{name}'{closest(name, EFFORTS)}")
    return EFFORTS[name]


def _rounded(exact: float) -> float:
    """1, 2, 3, …, 12, 14, 16, 20, 24, 28, 32, 40, …: the next smaller number that is easy to remember."""
    step = 1
    while exact >= 8 * step * 2:
        step *= 2
    return exact // step * step
