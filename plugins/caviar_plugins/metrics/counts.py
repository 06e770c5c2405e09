"""Counts of predicted, correct and true rows of each class, for balanced accuracy, F1, precision and recall."""

from __future__ import annotations

from dataclasses import dataclass

from caviar.plugin import Array, namespace


@dataclass(frozen=True)
class Counts:
    """Rows of each class, float64: right and guessed (members, classes), true (classes,)."""

    right: Array
    guessed: Array
    true: Array


def counts(prediction: Array, truth: Array) -> Counts:
    """Of equally likely classes the first is guessed."""
    xp = namespace(prediction)
    classes = xp.arange(prediction.shape[-1], dtype=truth.dtype)
    true = truth == classes
    guessed = xp.asarray(xp.argmax(prediction, axis=-1), dtype=truth.dtype)[:, :, None] == classes
    right, guesses, rows = (xp.asarray(each, dtype=xp.float64) for each in (guessed & true, guessed, true))
    return Counts(xp.sum(right, axis=1), xp.sum(guesses, axis=1), xp.sum(rows, axis=0))


def averaged_over(shares: Array, occurs: Array) -> Array:
    """Of two classes the second's share; of more the mean over those that occur, (members, classes)."""
    xp = namespace(shares)
    if shares.shape[-1] == 2:
        second: Array = shares[:, 1]
        return second
    means: Array = xp.sum(shares, axis=-1) / xp.sum(xp.asarray(occurs, dtype=xp.float64), axis=-1)
    return means


def by_class(prediction: Array) -> Array:
    """The same numbers as (members, classes, rows)."""
    turned: Array = namespace(prediction).moveaxis(prediction, -1, 1)
    return turned
