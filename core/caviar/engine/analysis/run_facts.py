"""Everything that a report shows about a study, read at one moment."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from caviar.config.checks.points import default_values
from caviar.config.declaration.space import sampler_of, span
from caviar.config.reading.resolved import code_of
from caviar.engine.analysis.importance import importance_among_leaders
from caviar.engine.analysis.origins import origins_told
from caviar.engine.analysis.results import Results
from caviar.engine.model.evaluation_file import read_evaluation
from caviar.engine.model.model_file import Facts
from caviar.engine.model.on_disk import ensemble_in, facts_in
from caviar.engine.search.history import history_of
from caviar.engine.storage.study_view import StudyView
from caviar.registry.load import label_of
from caviar.values.arrays import Array
from caviar.values.metric_name import ACTIVATIONS
from caviar.values.run_facts import ColumnFacts, RunFacts

_MOST_RECORDED = 8
"""Trials whose layers are shown at most."""


def facts_of(folder: Path, found: Results, ledger: StudyView) -> RunFacts:
    """What is known about a study whose results were read from this ledger; of its model once the search has ended."""
    import numpy

    study = ledger.study()
    assert study is not None, "what has results was described"
    history = history_of(found.trials, ledger, found.objective, found.space)
    model = None if found.assessment is None else facts_in(folder)
    together = found.assessment is not None and found.assessment.ensemble is not None
    best = found.best
    if best is not None and model is not None and model.members[0].trial == best.index:
        best = replace(best, metrics=model.metrics)
    samplers = {each.path: sampler_of(each) for each in found.space.dimensions}
    return RunFacts(
        name=found.pipeline.name,
        folder=folder,
        metric=found.metric,
        goal=found.objective.goal,
        total=found.total,
        pipeline=found.pipeline,
        file=study.file,
        space=found.space,
        scales={path: label_of(sampler) for path, sampler in samplers.items()},
        spans={path: span(sampler) for path, sampler in samplers.items()},
        defaults=default_values(found.pipeline),
        trials=found.trials,
        curves={trial: numpy.asarray(curve, float) for trial, curve in ledger.curves(found.metric).items()},
        reached=found.reached,
        best=best,
        importance=found.importance,
        leaders=importance_among_leaders(found.space, history),
        assessment=found.assessment,
        ensemble=ensemble_in(folder) if together else None,
        decision=model.decision if model else None,
        columns=_columns(model) if model else (),
        advice=tuple(f"{each.text} ({each.rule})" for each in found.advice),
        identity=found.identity,
        plugins=study.plugins,
        fingerprint=study.fingerprint,
        earlier=len(study.earlier),
        origins=origins_told(study.origins, found.trials),
        evaluation=read_evaluation(folder, found.assessment.trial) if found.assessment else None,
        activations=_activations(found, ledger),
        revalidations=tuple((each.date, each.conclusion) for each in found.tested.revalidations)
        if found.tested
        else (),
        timeline=ledger.timeline(),
        code=code_of(found.pipeline),
    )


def _columns(facts: Facts) -> tuple[ColumnFacts, ...]:
    """The columns that a model reads, as its training rows had them."""
    return tuple(
        ColumnFacts(name, _kind(facts, name), each.rows, each.missing, each.edges, each.words, each.others)
        for name, each in facts.preparations[0].summary.items()
    )


def _kind(facts: Facts, name: str) -> str:
    if name in facts.words:
        return "words"
    if name in facts.dates:
        return "dates"
    shape = facts.shapes[facts.features.index(name)]
    if name in facts.levels:
        return f"{facts.levels[name]} categories"
    return f"{' x '.join(map(str, shape))} numbers" if shape else "numbers"


def _activations(found: Results, ledger: StudyView) -> dict[int, dict[str, Array]]:
    """What was recorded of the layers of the best trials."""
    import numpy

    best = [trial.index for trial in found.compared[:_MOST_RECORDED]]
    told: dict[int, dict[str, Array]] = {trial: {} for trial in best}
    for name in ledger.metrics():
        if name.startswith(ACTIVATIONS):
            curves = ledger.curves(name)
            for trial in best:
                if trial in curves:
                    told[trial][name.removeprefix(ACTIVATIONS)] = numpy.asarray(curves[trial], float)
    return {trial: recorded for trial, recorded in told.items() if recorded}
