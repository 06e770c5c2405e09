"""The record of a study: what its trials came from, with which a resumed run must agree."""

from __future__ import annotations

from caviar.config.declaration.dump import to_toml
from caviar.config.reading.resolved import versions_of
from caviar.engine.search.objective import Objective
from caviar.engine.training.job import Work
from caviar.interfaces.metric import Metric
from caviar.interfaces.store import StudyRecord
from caviar.registry.load import name_of, version_of
from caviar.values.earlier import EarlierTrial
from caviar.values.metric_name import MetricName


def judges_of(work: Work, objective: Objective) -> list[Metric]:
    """The metrics that rank trials: the searched one and those of conditions. The file may give their names only."""
    judging = (objective.metric, *(condition.metric for condition in objective.conditions))
    names = {MetricName.parse(metric).name for metric in judging}
    return [work.metrics[name] for name in sorted(names) if name in work.metrics]


def record_of(work: Work, objective: Objective, earlier: tuple[EarlierTrial, ...] = ()) -> StudyRecord:
    """The record of a job's study. Its plugins include the metrics that rank trials."""
    pipeline = work.pipeline
    judges = {f"{p.kind}.{name_of(type(p))}": version_of(type(p)) for p in judges_of(work, objective)}
    plugins = versions_of(pipeline) | judges
    return StudyRecord(
        file=to_toml(pipeline),
        identity=work.identity,
        fingerprint=work.datasets[0].fingerprint,
        plugins=plugins,
        metric=objective.metric,
        goal=objective.goal,
        earlier=earlier,
    )
