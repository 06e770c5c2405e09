"""What several commands print as JSON: the best trial, its assessment and the advice on a result."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from caviar.cli.shared import plain, plain_numbers

if TYPE_CHECKING:
    from caviar.config.advice.advice import Advice
    from caviar.values.assessment import Assessment, Standing
    from caviar.values.trial import Trial


def best_object(best: Trial | None) -> dict[str, Any] | None:
    """The best trial; its metrics include those of the test part once its model was tested."""
    if best is None:
        return None
    return {
        "trial": best.index,
        "values": plain(best.values),
        "metrics": plain(best.metrics),
        "runs": plain_numbers(best.runs),
    }


def assessment_object(found: Assessment | None) -> dict[str, Any] | None:
    """The winner and the baselines on the same rows."""
    if found is None:
        return None
    return {
        "trial": found.trial,
        "metric": found.metric,
        "goal": found.goal,
        "rows": dict(found.rows),
        "inputs": found.inputs,
        "winner": _standing(found.winner),
        "baselines": [_standing(each) for each in found.baselines],
    }


def _standing(standing: Standing) -> dict[str, Any]:
    return {
        "name": standing.name,
        "metrics": plain(standing.metrics),
        "intervals": {name: plain_numbers(ends) for name, ends in standing.intervals.items()},
        "lead": {part: plain_numbers(ends) for part, ends in standing.lead.items()},
        "note": standing.note or None,
    }


def advice_objects(advice: Iterable[Advice]) -> list[dict[str, Any]]:
    """The advice on a result; `settings` are those that a next run should be given with --set."""
    return [{"rule": each.rule, "text": each.text, "settings": list(each.settings)} for each in advice]
