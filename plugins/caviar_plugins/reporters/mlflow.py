"""MLflow: a run for the study, and below it one for each trial."""

from __future__ import annotations

import logging
import os
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from math import isfinite
from time import time
from typing import Any, ClassVar

from caviar.plugin import Array, RunInfo, RunView, Summary, Trial, TrialState, setting, study_id
from pydantic import PrivateAttr

from caviar_plugins.reporters.each_trial import EachTrial

_AT_ONCE = 1000
"""Metrics that MLflow takes in one call."""
_STATUS = {
    TrialState.FINISHED: "FINISHED",
    TrialState.PRUNED: "KILLED",
    TrialState.FAILED: "FAILED",
    TrialState.DIVERGED: "FAILED",
}


class MLflow(EachTrial, interface=1):
    """Writes a parent run that is called as the run, and a child run for each trial when it ends.

    A child's parameters are the trial's values, its metrics all metrics by epoch, from 1; a pruned trial is KILLED, one
    that failed or diverged FAILED, and the tags caviar.state and caviar.reason say more. At the end the parent gets the
    best trial's metrics, those of the test part included, and the resolved file as an artifact.

    `tracking_uri` is a server or a database; by default MLflow's own, MLFLOW_TRACKING_URI or mlflow.db here. Training
    waits while a server that does not answer is tried; MLFLOW_HTTP_REQUEST_MAX_RETRIES limits that.
    """

    requires: ClassVar[tuple[str, ...]] = ("mlflow",)

    tracking_uri: str | None = setting(default=None, also=("uri",))
    experiment: str = setting(default="caviar")

    _client: Any = PrivateAttr(default=None)
    _place: tuple[str, str] = PrivateAttr(default=("", ""))
    """The experiment's and the parent's names in MLflow."""
    _children: dict[int, str] = PrivateAttr(default_factory=dict)

    def begin(self, run: RunInfo, view: RunView) -> Container[int]:
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # nothing leaves this machine unasked
        with _quiet():
            from mlflow.tracking import MlflowClient

            self._client = client = MlflowClient(self.tracking_uri)
            found = client.get_experiment_by_name(self.experiment)
            experiment = found.experiment_id if found else client.create_experiment(self.experiment)
            study = study_id(run.folder)
            parents = client.search_runs([experiment], f"tags.`caviar.study` = '{study}'")
            if parents:
                parent = parents[0].info.run_id
                client.update_run(parent, status="RUNNING")
            else:
                tags = {"caviar.study": study, "caviar.metric": run.metric, "caviar.goal": run.goal}
                parent = client.create_run(experiment, tags=tags, run_name=run.name).info.run_id
            self._place, self._children = (experiment, parent), {}
            known = set()
            for child in self._found(f"tags.`mlflow.parentRunId` = '{parent}'"):
                number = int(child.data.tags["caviar.trial"])
                self._children[number] = child.info.run_id
                if child.info.status != "RUNNING":  # as one that was being written when the run was killed
                    known.add(number)
            return known

    def write(self, run: RunInfo, trial: Trial, curves: Mapping[str, Array]) -> None:
        from mlflow.entities import Metric, Param

        experiment, parent = self._place
        client, number = self._client, trial.index
        with _quiet():
            if number in self._children:
                client.delete_run(self._children.pop(number))
            ended = time()
            began = ended - trial.seconds
            tags = {"mlflow.parentRunId": parent, "caviar.trial": str(number), "caviar.state": trial.state.value}
            if trial.reason:
                tags["caviar.reason"] = trial.reason
            child = client.create_run(experiment, round(1000 * began), tags, f"trial {number}").info.run_id
            self._children[number] = child
            metrics = [
                Metric(name, value, round(1000 * (began + trial.seconds * epoch / len(curve))), epoch)
                for name, curve in curves.items()
                for epoch, value in enumerate(curve.tolist(), 1)
            ]
            params = [Param(path, str(value)) for path, value in trial.values.items()]
            client.log_batch(child, params=params)
            for first in range(0, len(metrics), _AT_ONCE):
                client.log_batch(child, metrics[first : first + _AT_ONCE])
            client.set_terminated(child, _STATUS[trial.state], round(1000 * ended))

    def finish(self, run: RunInfo, view: RunView, summary: Summary | None) -> None:
        client, (_, parent) = self._client, self._place
        with _quiet():
            best = view.best if summary is None else summary.best
            if best is not None:
                client.set_tag(parent, "caviar.best", str(best.index))
                for name, value in best.metrics.items():
                    if isfinite(value):
                        client.log_metric(parent, name, value)
            if (file := run.folder / "pipeline.toml").is_file():
                client.log_artifact(parent, str(file))
            client.set_terminated(parent, "KILLED" if summary is None else "FINISHED")

    def _found(self, wanted: str) -> Iterator[Any]:
        page = None
        while page is None or page.token:
            page = self._client.search_runs([self._place[0]], wanted, page_token=page and page.token)
            yield from page


@contextmanager
def _quiet() -> Iterator[None]:
    """Without MLflow's messages below warnings, such as that a database is created."""
    loggers = [logging.getLogger(name) for name in ("mlflow", "alembic")]
    before = [each.level for each in loggers]
    for each in loggers:
        each.setLevel(logging.WARNING)
    try:
        yield
    finally:
        for each, level in zip(loggers, before, strict=True):
            each.setLevel(level)
