"""The origins of trials as a column of a table."""

from __future__ import annotations

from collections.abc import Iterable

from caviar.values.trial import Trial


def origin_marks(trials: Iterable[Trial]) -> dict[int, str]:
    """The places of each trial's origins, by its number: "0", or "0+1"; {} where all trials have the same one."""
    marks = {trial.index: trial.origins for trial in trials}
    if len({place for places in marks.values() for place in places}) < 2:
        return {}
    return {number: "+".join(map(str, places)) for number, places in marks.items()}
