"""last-epochs: the winner's loss was still falling when its training ended, or jumped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import fmean, median, pstdev

from caviar.config.advice.advice import Advice
from caviar.engine.advice.ended import Ended
from caviar.text.scores import short_number
from caviar.values.metric_name import MetricName

_FEWEST = 8
_FALL = 0.03
"""The share of the loss that a fall must exceed to be worth more epochs."""
_JUMP = 1.25
"""How many times the loss of the epochs before is a jump."""


def last_epochs(ended: Ended) -> Iterator[Advice]:
    """About the validation loss of the winner after its last epochs; nothing after fewer than eight.

    It still falls where the mean of the last fifth of the epochs is below every epoch before, and below the mean of the
    fifth before by 3 % and by two standard errors, which come from the differences between neighbours. It jumps where
    the last value is a quarter, and four standard deviations, above the median of those two fifths before it; where the
    best epoch is kept, a jump changes nothing.
    """
    curve = list(ended.curves(str(MetricName("validation", "loss"))).get(ended.best.index, ()))
    epochs = ended.pipeline.trainer.epochs
    if len(curve) < _FEWEST or len(curve) < epochs or not all(value == value for value in curve):
        return
    many, of = max(2, len(curve) // 5), f"the validation loss of trial {ended.best.index}"
    if jumped := _jump(curve, many):
        if getattr(ended.pipeline.trainer, "keep", "last") != "best":
            before, last = map(short_number, jumped)
            setting, line = _calmer(ended)
            text = f"{of} jumped from {before} to {last} at the end of its training; {line}"
            yield Advice("last-epochs", "trainer.epochs", text, setting)
    elif fell := _fall(curve, many):
        before, last = map(short_number, fell)
        text = (
            f"{of} still fell at the end, from {before} to {last} within {many} epochs; more epochs pay: in [trainer], "
            f"epochs = {2 * epochs}"
        )
        yield Advice("last-epochs", "trainer.epochs", text, (f"trainer.epochs={2 * epochs}",))


def _fall(curve: Sequence[float], many: int) -> tuple[float, float] | None:
    before, last = fmean(curve[-2 * many : -many]), fmean(curve[-many:])
    recent = curve[-2 * many :]
    steps = [later - earlier for earlier, later in pairwise(recent)]
    if last >= min(curve[:-many]):  # after overfitting it can fall without reaching where it was
        return None
    error = pstdev(steps) / 2**0.5 * (2 / many) ** 0.5
    return (before, last) if before - last > max(2 * error, _FALL * abs(before)) else None


def _jump(curve: Sequence[float], many: int) -> tuple[float, float] | None:
    earlier, last = curve[-2 * many - 1 : -1], curve[-1]
    usual = median(earlier)
    return (usual, last) if last > max(_JUMP * usual, usual + 4 * pstdev(earlier)) else None


def _calmer(ended: Ended) -> tuple[tuple[str, ...], str]:
    """What ends a training calmly, as a setting and as a line of the file."""
    if "learning_rate" not in ended.pipeline.schedule and "schedule" in ended.pipeline.trainer.uses:
        line = 'let the learning rate fall to zero: [schedule.learning_rate] use = "cosine"'
        return ("schedule.learning_rate.use=cosine",), line
    if "keep" in type(ended.pipeline.trainer).model_fields:
        return ("trainer.keep=best",), 'keep the best epoch: in [trainer], keep = "best"'
    fewer = max(1, ended.pipeline.trainer.epochs * 4 // 5)
    return (f"trainer.epochs={fewer}",), f"train less: in [trainer], epochs = {fewer}"
