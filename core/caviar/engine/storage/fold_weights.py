"""The weights of a trial with folds: those of each fold's training, under names that say the fold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from caviar.values.arrays import Array


def joined(by_fold: Sequence[Mapping[str, Array]]) -> dict[str, Array]:
    """The weights of all folds as those of one trial: `fold1.layer1.weight`; of one training they keep their names."""
    if len(by_fold) == 1:
        return dict(by_fold[0])
    return {f"{_prefix(fold)}{name}": array for fold, each in enumerate(by_fold) for name, array in each.items()}


def parted(weights: Mapping[str, Array], folds: int) -> list[Mapping[str, Array]]:
    """The inverse: the weights of each fold."""
    if folds == 1:
        return [weights]
    return [
        {name.removeprefix(prefix): array for name, array in weights.items() if name.startswith(prefix)}
        for prefix in map(_prefix, range(folds))
    ]


def _prefix(fold: int) -> str:
    return f"fold{fold + 1}."
