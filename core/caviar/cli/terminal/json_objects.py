"""What commands print as JSON: trials, the best of them, its assessment and the advice on a result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from caviar.config.advice.advice import Advice
    from caviar.engine.revalidation.tested import Tested
    from caviar.interfaces.store import Origin
    from caviar.values.assessment import Assessment, Standing
    from caviar.values.class_decision import ClassDecision
    from caviar.values.ensemble import Ensemble
    from caviar.values.trial import Trial


def trial_object(trial: Trial) -> dict[str, Any]:
    """A trial of `pipe results`."""
    return {
        "trial": trial.index,
        "values": _plain(trial.values),
        "metrics": _plain(trial.metrics),
        "runs": _numbers(trial.runs),
        "state": trial.state.value,
        "epochs": trial.epochs,
        "feasible": trial.feasible if trial.state == "finished" else None,
        "seconds": round(trial.seconds, 3),
        "reason": trial.reason,
        "trace": trial.trace,
        "origins": list(trial.origins),
        "outside": trial.outside,
    }


def origin_objects(origins: Iterable[Origin]) -> list[dict[str, Any]]:
    """The origins of a study's trials, in whose list a trial's `origins` are places."""
    return [{"epochs": each.epochs, "identity": dict(each.identity)} for each in origins]


def best_object(best: Trial | None) -> dict[str, Any] | None:
    """The best trial; its metrics include those of the test part once its model was tested."""
    if best is None:
        return None
    return {
        "trial": best.index,
        "values": _plain(best.values),
        "metrics": _plain(best.metrics),
        "runs": _numbers(best.runs),
    }


def assessment_object(found: Assessment | None) -> dict[str, Any] | None:
    """The winner, the ensemble and the baselines on the same rows."""
    if found is None:
        return None
    return {
        "trial": found.trial,
        "metric": found.metric,
        "goal": found.goal,
        "rows": dict(found.rows),
        "inputs": found.inputs,
        "winner": _standing(found.winner),
        "ensemble": None if found.ensemble is None else _standing(found.ensemble),
        "baselines": [_standing(each) for each in found.baselines],
    }


def _standing(standing: Standing) -> dict[str, Any]:
    return {
        "name": standing.name,
        "metrics": _plain(standing.metrics),
        "intervals": {name: _numbers(ends) for name, ends in standing.intervals.items()},
        "lead": {part: _numbers(ends) for part, ends in standing.lead.items()},
        "note": standing.note or None,
    }


def ensemble_object(found: Ensemble | None) -> dict[str, Any] | None:
    """The ensemble: its trials, its metrics, and how it decides between classes."""
    if found is None:
        return None
    return {
        "members": [{"trial": trial, "count": count} for trial, count in found.drawn.items()],
        "metrics": _plain(found.metrics),
        "decision": decision_object(found.decision),
    }


def tested_object(found: Tested | None) -> dict[str, Any] | None:
    """When the winner was tested last, what has changed since, and all revalidations; None before there is one."""
    if found is None:
        return None
    return {
        "date": found.date,
        "days": round(found.days, 2),
        "changes": found.changes,
        "revalidations": [dict(each.whole) for each in found.revalidations],
    }


def advice_objects(advice: Iterable[Advice]) -> list[dict[str, Any]]:
    """The advice on a result; `settings` are those that a next run should be given with --set."""
    return [{"rule": each.rule, "text": each.text, "settings": list(each.settings)} for each in advice]


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values for JSON: NaN and infinities become null."""
    return {name: None if isinstance(v, float) and not isfinite(v) else v for name, v in values.items()}


def _numbers(values: Sequence[float]) -> list[float | None]:
    """The same for a list."""
    return [value if isfinite(value) else None for value in values]


def decision_object(decision: ClassDecision | None) -> dict[str, Any] | None:
    """A model's decision as `--json` gives it; None where it predicts numbers."""
    if decision is None:
        return None
    two = len(decision.classes) == 2
    return {
        "classes": list(decision.classes),
        "positive": decision.classes[1] if two else None,
        "threshold": (0.5 if decision.threshold is None else decision.threshold) if two else None,
        "chosen_by": decision.chosen_by or None,
        "confusion": {part: [list(row) for row in rows] for part, rows in decision.confusion.items()},
    }
