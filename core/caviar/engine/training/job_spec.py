"""Job specifications: a job as plain bytes, from which another process makes the same job."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from caviar.config.declaration.dump import to_toml
from caviar.config.declaration.pipeline import Pipeline, Search
from caviar.config.declaration.space import searched_tables
from caviar.config.reading.resolved import loads_training, owners_of, versions_of
from caviar.engine.training.identity import changes
from caviar.engine.training.job import Work
from caviar.engine.training.variants import variant_for
from caviar.interfaces.backend import Backend
from caviar.interfaces.metric import Metric
from caviar.registry.code import read_code
from caviar.registry.index import PluginError, Registry, using
from caviar.registry.load import load, name_of, version_of
from caviar.support.packed import Buffer, pack, unpack

if TYPE_CHECKING:
    from caviar.interfaces.executor import Job


def job_spec_of(work: Work) -> list[Buffer] | None:
    """The bytes of a job; None if a plugin exists in this process only, such as a class in a notebook."""
    training = _training(work)
    if None in owners_of(training):
        return None
    import numpy

    return pack(
        {
            "code": {str(file.path): numpy.frombuffer(file.content, "uint8") for file in work.pipeline.registry.files},
            "pipeline": to_toml(training),
            "plugins": work.plugins(),
            "task": work.task,
            "datasets": work.datasets,
            "metrics": [name for name, metric in work.metrics.items() if metric is not work.pipeline.search.metric],
            "searched": work.searched,
            "conditions": work.conditions,
            "folder": None if work.folder is None else str(work.folder.absolute()),
        }
    )


def plugins_of(work: Work) -> dict[str, str]:
    """The distribution and version of each plugin that training uses: "optimizer.adam" -> "caviar-ml 0.1.0"."""
    metrics = {f"{each.kind}.{name_of(type(each))}": version_of(type(each)) for each in work.metrics.values()}
    return versions_of(_training(work)) | metrics


def _training(work: Work) -> Pipeline:
    """The parts that training depends on; a worker need not import the other plugins."""
    return Pipeline(
        seed=work.pipeline.seed,
        backend=work.backend,
        transform=(),
        reporter=(),
        search=Search(metric=work.pipeline.search.metric, goal=work.pipeline.search.goal),
        **{name: getattr(work.pipeline, name) for name in searched_tables(work.pipeline)},
    )


def open_job(job_spec: Any, worker: int = 0, workers: int = 1) -> Job:
    """The job of a job specification; its data stay in the given buffer.

    This process is number `worker`, from 0, of `workers` on this machine. Raises PluginError, also where a plugin has
    another version here than where the specification was made.
    """
    facts = unpack(job_spec)
    files = tuple(read_code(Path(path), content.tobytes()) for path, content in facts["code"].items())
    with using(Registry(files)):
        return _opened(facts, worker, workers)


def _opened(facts: Mapping[str, Any], worker: int, workers: int) -> Work:
    pipeline = loads_training(facts["pipeline"])
    metrics = {name: cast(Metric, load("metric", name)()) for name in facts["metrics"]}
    if isinstance(own := pipeline.search.metric, Metric):
        metrics[name_of(type(own))] = own
    backend = cast(Backend, pipeline.backend)
    backend.take_device(worker)
    sharing = ceil(workers / (backend.devices() or 1))
    variant_for(backend)  # loads the compiler now, while trials are proposed, and not in the first trial's time
    judged = facts["searched"], sharing, facts["conditions"]
    folder = None if facts["folder"] is None else Path(facts["folder"])
    work = Work(pipeline, backend, facts["task"], facts["datasets"], metrics, *judged, folder=folder)
    if moved := changes(facts["plugins"], work.plugins()):
        raise PluginError(f"this worker has other plugins than its run: {moved}; install the run's versions here")
    return work
