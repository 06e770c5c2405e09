"""last-tested: more than a month has passed since the winner was tested."""

from __future__ import annotations

from collections.abc import Iterator

from caviar.config.advice.advice import Advice
from caviar.engine.advice.ended import Ended


def last_tested(ended: Ended) -> Iterator[Advice]:
    """Data and systems change, and hyperparameters that were the best need not be so any more."""
    if ended.tested is not None and ended.tested.overdue:
        yield Advice("last-tested", "", f"{ended.tested.words}; pipe retest reports whether it still wins")
