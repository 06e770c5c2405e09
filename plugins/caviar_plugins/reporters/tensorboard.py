"""TensorBoard: curves of each trial, and its table of hyperparameters."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from io import BytesIO
from pathlib import Path
from time import time
from typing import Any, ClassVar

from caviar.plugin import Array, Dimension, RunInfo, RunView, Summary, Trial, TrialState, write_atomically

from caviar_plugins.reporters.dimension_values import ends_of, is_number, options_of
from caviar_plugins.reporters.each_trial import EachTrial

_FILE = "events.out.tfevents.0.caviar"
"""Always the same name: a trial that is written again replaces itself."""


class TensorBoard(EachTrial, interface=1):
    """Writes the folder tensorboard in the run's folder: a subfolder of scalars for each trial, when it ends.

    `tensorboard --logdir runs/NAME/tensorboard` shows them. The tag of validation.accuracy is validation/accuracy, its
    step the epoch, from 1. The page HParams has a row for each trial, with the values of the space as its columns.
    """

    requires: ClassVar[tuple[str, ...]] = ("tensorboard",)

    def begin(self, run: RunInfo, view: RunView) -> Container[int]:
        folder = _folder(run)
        self._describe(run, (run.metric,))
        return {int(file.parent.name.removeprefix("trial-")) for file in folder.glob(f"trial-*/{_FILE}")}

    def write(self, run: RunInfo, trial: Trial, curves: Mapping[str, Array]) -> None:
        from tensorboard.compat.proto.summary_pb2 import Summary as Scalars
        from tensorboard.plugins.hparams import api_pb2, plugin_data_pb2

        ended = time()
        began = ended - trial.seconds
        start = plugin_data_pb2.SessionStartInfo(
            group_name=f"trial {trial.index}", start_time_secs=began, model_uri=str(run.folder)
        )
        for path, value in trial.values.items():
            _put(start.hparams[path], run.space[path], value)
        failed = trial.state in (TrialState.FAILED, TrialState.DIVERGED)
        status = api_pb2.STATUS_FAILURE if failed else api_pb2.STATUS_SUCCESS
        end = plugin_data_pb2.SessionEndInfo(status=status, end_time_secs=ended)
        events = [(0, began, _hparams("session_start_info", start))]
        for epoch in range(1, trial.epochs + 1):
            scalars = [
                Scalars.Value(tag=_tag(name), simple_value=curve[epoch - 1])
                for name, curve in curves.items()
                if epoch <= len(curve)
            ]
            events.append((epoch, began + trial.seconds * epoch / trial.epochs, Scalars(value=scalars)))
        events.append((trial.epochs, ended, _hparams("session_end_info", end)))
        folder = _folder(run) / f"trial-{trial.index:05d}"
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(folder / _FILE, _records(events))

    def finish(self, run: RunInfo, view: RunView, summary: Summary | None) -> None:
        self._describe(run, view.all_curves() or (run.metric,))

    def _describe(self, run: RunInfo, metrics: Iterable[str]) -> None:
        """Writes the columns of the table: the space and the metrics."""
        from tensorboard.plugins.hparams import api_pb2

        experiment = api_pb2.Experiment(
            description=f"{run.name}: {run.metric}, {run.goal}d",
            time_created_secs=time(),
            hparam_infos=[_column(each) for each in run.space.dimensions],
            metric_infos=[api_pb2.MetricInfo(name=api_pb2.MetricName(tag=_tag(name))) for name in metrics],
        )
        _folder(run).mkdir(exist_ok=True)
        write_atomically(_folder(run) / _FILE, _records([(0, time(), _hparams("experiment", experiment))]))


def _folder(run: RunInfo) -> Path:
    return run.folder / "tensorboard"


def _tag(metric: str) -> str:
    """TensorBoard groups tags by what stands before a slash."""
    return metric.replace(".", "/", 1)


def _column(dimension: Dimension) -> Any:
    from tensorboard.plugins.hparams import api_pb2

    info = api_pb2.HParamInfo(name=dimension.path, type=api_pb2.DATA_TYPE_FLOAT64)
    options = options_of(dimension)
    if options is None:
        info.domain_interval.min_value, info.domain_interval.max_value = sorted(ends_of(dimension))
        return info
    if not all(map(is_number, options)):
        info.type = api_pb2.DATA_TYPE_STRING
    for option in options:
        _put(info.domain_discrete.values.add(), dimension, option)
    return info


def _put(place: Any, dimension: Dimension, value: Any) -> None:
    """A hyperparameter's value as a number or as text; a column has one of the two."""
    if all(map(is_number, options_of(dimension) or ())):
        place.number_value = value
    else:
        place.string_value = value if isinstance(value, str) else dimension.sampler.describe(value)


def _hparams(content: str, message: Any) -> Any:
    """A summary for TensorBoard's plugin HParams. Its own function for this needs TensorFlow."""
    from tensorboard.compat.proto.summary_pb2 import Summary as Scalars
    from tensorboard.plugins.hparams import metadata, plugin_data_pb2

    data = plugin_data_pb2.HParamsPluginData(**{content: message})
    tag = f"_hparams_/{content}"
    return Scalars(
        value=[Scalars.Value(tag=tag, metadata=metadata.create_summary_metadata(data), tensor=metadata.NULL_TENSOR)]
    )


def _records(events: Iterable[tuple[int, float, Any]]) -> bytes:
    """The content of an event file: step, time and summary of each event."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.summary.writer.record_writer import RecordWriter

    content = BytesIO()
    writer = RecordWriter(content)
    writer.write(Event(wall_time=time(), file_version="brain.Event:2").SerializeToString())
    for step, when, summary in events:
        writer.write(Event(step=step, wall_time=when, summary=summary).SerializeToString())
    return content.getvalue()
