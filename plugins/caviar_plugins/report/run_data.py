"""One run's facts as what the page draws: JSON with packed arrays, trials in the order of their numbers."""

from __future__ import annotations

import json
from math import sqrt
from typing import Any

from caviar.plugin import Array, RunFacts, Scores, Standing, Trial, TrialState, name_of, printable, ranked

from caviar_plugins.report.ablation import ablation
from caviar_plugins.report.activations import activations
from caviar_plugins.report.axes import dimensions
from caviar_plugins.report.curves import curves
from caviar_plugins.report.evaluation import evaluation
from caviar_plugins.report.packing import floats, number, whole
from caviar_plugins.report.timeline import timeline

STATES = tuple(state.value for state in TrialState)
_REASONS = 200
"""Reasons of trials that are told; each is a sentence, and many trials may fail alike."""


def run_data(facts: RunFacts, ablated: bool = True) -> dict[str, Any]:
    """The run as one JSON object; `ablated`: with the ablation, whose model takes a second to fit."""
    trials = facts.trials
    points = _points(facts)
    order = _order(facts)
    return {
        "name": facts.name,
        "folder": str(facts.folder),
        "metric": facts.metric,
        "goal": facts.goal,
        "total": facts.total,
        "done": facts.done,
        "epochs": facts.pipeline.trainer.epochs,
        "seed": facts.pipeline.seed,
        "best": None if facts.best is None else facts.best.index,
        "leadersTrials": facts.leaders.trials if facts.leaders else None,
        "dims": dimensions(facts, points),
        "states": STATES,
        "trials": _trials(facts, order),
        "curves": curves(facts, order),
        "importance": _importance(facts, points),
        "legend": _legend(facts),
        "timeline": timeline(facts),
        "ablation": ablation(facts, points) if ablated else None,
        "standings": _standings(facts),
        "decision": _decision(facts),
        "evaluation": evaluation(facts),
        "activations": activations(facts),
        "reasons": _reasons(trials),
        "moreReasons": max(0, sum(bool(trial.reason) for trial in trials) - _REASONS),
        "advice": list(facts.advice),
        "columns": [_column(each) for each in facts.columns],
        "rows": dict(facts.assessment.rows) if facts.assessment else None,
        "file": facts.file,
        "identity": dict(facts.identity),
        "origins": [[printable(what), which] for what, which in facts.origins],
        "plugins": dict(facts.plugins),
        "fingerprint": facts.fingerprint,
        "earlier": facts.earlier,
        "again": _again(facts),
        "revalidations": [[date[:10], printable(conclusion)] for date, conclusion in facts.revalidations],
    }


def _points(facts: RunFacts) -> Array:
    import numpy

    shape = len(facts.trials), len(facts.space)
    return numpy.asarray([trial.point for trial in facts.trials], dtype=numpy.float64).reshape(shape)


def _order(facts: RunFacts) -> list[int]:
    """The trials that can be compared, best first: finished ones as they are ranked, then pruned ones by epoch."""
    side = -1 if facts.goal == "maximize" else 1
    pruned = [trial for trial in facts.trials if trial.index in facts.reached]
    pruned.sort(key=lambda trial: (-trial.epochs, side * facts.reached[trial.index], trial.index))
    return [trial.index for trial in (*ranked(facts.trials, facts.goal), *pruned)]


def _trials(facts: RunFacts, order: list[int]) -> dict[str, Any]:
    trials = facts.trials
    scores = Scores.of(trials, facts.metric)
    places = {trial: place for place, trial in enumerate(order)}
    names = list(dict.fromkeys(name for trial in trials for name in trial.metrics))
    return {
        "count": len(trials),
        "number": whole(trial.index for trial in trials),
        "round": whole(trial.round for trial in trials),
        "state": whole(STATES.index(trial.state.value) for trial in trials),
        "feasible": whole(trial.feasible for trial in trials),
        "epochs": whole(trial.epochs for trial in trials),
        "seconds": floats([trial.seconds for trial in trials]),
        "runs": whole(len(trial.runs) for trial in trials),
        "rank": whole(places.get(trial.index, len(trials)) for trial in trials),
        "value": floats([facts.reached.get(trial.index, trial.judged) for trial in trials]),
        "spread": floats([_spread(scores, trial) for trial in trials]),
        "metrics": {name: floats([trial.metrics.get(name) for trial in trials]) for name in names},
    }


def _spread(scores: Scores, trial: Trial) -> float | None:
    """What stands behind ±: the standard error over training seeds, else the deviation over folds."""
    if trial.state is not TrialState.FINISHED:
        return None
    return scores.noise / sqrt(max(1, len(trial.runs))) if scores.noise else trial.over_folds(scores.metric)


def _legend(facts: RunFacts) -> str:
    scores = Scores.of(facts.trials, facts.metric)
    return scores.legend(trial for trial in facts.trials if trial.state is TrialState.FINISHED)


def _importance(facts: RunFacts, points: Array) -> list[dict[str, Any]]:
    """For each hyperparameter its share over all and among the leaders, and where more is better."""
    leaders = facts.leaders
    return [
        {
            "path": each.path,
            "all": number(facts.importance.get(each.path)),
            "leaders": number(leaders.shares.get(each.path)) if leaders else None,
            "tendency": number(_tendency(facts, points[:, place])) if each.ordered else None,
        }
        for place, each in enumerate(facts.space.dimensions)
    ]


def _tendency(facts: RunFacts, column: Array) -> float | None:
    """Spearman's correlation of coordinate and success over finished trials: above 0 where larger values are better."""
    import numpy

    side = 1 if facts.goal == "maximize" else -1
    judged = numpy.asarray(
        [
            side * trial.judged if trial.state is TrialState.FINISHED and trial.judged is not None else numpy.nan
            for trial in facts.trials
        ]
    )
    known = numpy.isfinite(judged) & ~numpy.isnan(column)
    if known.sum() < 8:
        return None
    ranks = [numpy.unique(each[known], return_inverse=True, return_counts=True)[1:] for each in (judged, column)]
    first, second = ((numpy.cumsum(counts) - (counts - 1) / 2)[inverse] for inverse, counts in ranks)
    apart = first.std() * second.std()
    return float(((first - first.mean()) * (second - second.mean())).mean() / apart) if apart else None


def _standings(facts: RunFacts) -> dict[str, Any] | None:
    found = facts.assessment
    if found is None:
        return None
    rows = [*([found.ensemble] if found.ensemble else []), found.winner, *found.baselines]
    return {
        "trial": found.trial,
        "metric": found.metric,
        "goal": found.goal,
        "parts": [{"part": part, "metric": found.on(part), "rows": found.rows[part]} for part in found.parts],
        "rows": [_standing(each) for each in rows],
        "members": {str(trial): many for trial, many in facts.ensemble.drawn.items()} if facts.ensemble else None,
    }


def _standing(standing: Standing) -> dict[str, Any]:
    return {
        "name": standing.name,
        "metrics": {name: number(value) for name, value in standing.metrics.items()},
        "intervals": {name: [*map(number, ends)] for name, ends in standing.intervals.items()},
        "lead": {part: [*map(number, ends)] for part, ends in standing.lead.items()},
        "note": standing.note,
    }


def _decision(facts: RunFacts) -> dict[str, Any] | None:
    found = facts.decision
    if found is None:
        return None
    return {
        "classes": [str(each) for each in found.classes],
        "confusion": {part: [list(row) for row in rows] for part, rows in found.confusion.items()},
        "threshold": found.threshold,
        "chosenBy": found.chosen_by,
    }


def _reasons(trials: tuple[Trial, ...]) -> dict[str, str]:
    told = [(trial.index, trial.reason) for trial in trials if trial.reason]
    return {str(index): printable(reason) for index, reason in told[:_REASONS]}


def _column(column: Any) -> dict[str, Any]:
    ends = column.quantiles
    middle = next((value for value, share in ends if share >= 0.5), None)
    words = list((column.words or {}).items())
    return {
        "name": column.name,
        "kind": column.kind,
        "rows": column.rows,
        "missing": column.missing,
        "low": number(ends[0][0]) if ends else None,
        "middle": number(middle),
        "high": number(ends[-1][0]) if ends else None,
        "words": words[:5],
        "more": len(words) - 5 if len(words) > 5 else 0,
        "others": column.others,
    }


def _again(facts: RunFacts) -> dict[str, Any]:
    """What trains it again: a command with the resolved file, its code file and the winner's values, or a program.

    `program`: the files of code that a command cannot be given, such as a module of a package; None where it can.
    """
    best, code = facts.best, facts.code or ()
    owners = {version.rpartition(" ")[0] for version in facts.plugins.values()}
    files = sorted(owner for owner in owners if owner.endswith(".py"))
    command = facts.code is not None and files == [path.name for path in code] and len(code) < 2
    return {
        "file": str(facts.folder / "pipeline.toml"),
        "code": [str(path) for path in code] if command else [],
        "program": None if command else files,
        "rows": "memory" if facts.pipeline.data and name_of(type(facts.pipeline.data)) == "memory" else "file",
        "values": {} if best is None else {path: _toml(value) for path, value in best.values.items()},
    }


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(map(_toml, value))}]"
    # TOML takes a character outside of the basic plane as it is, not as JSON's two escapes.
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
