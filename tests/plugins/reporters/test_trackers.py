"""tensorboard, mlflow, wandb and optuna: what their own readers find of a study that was killed and resumed."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from caviar import Run, Trial
from caviar.testing import ReporterContract

from tests.plugins.reporters.tracked import killed, reported

pytestmark = [
    pytest.mark.peers,
    pytest.mark.filterwarnings("ignore"),  # what they are warned of among themselves
]
for _module in ("tensorboard", "mlflow", "wandb", "optuna"):
    pytest.importorskip(_module, reason=f"it is about {_module}: install '.[peers]'")

from caviar_plugins import MLflow, OptunaStorage, TensorBoard, WandB  # noqa: E402

ALL = ("tensorboard", "optuna", '{ use = "mlflow", tracking_uri = "sqlite:///mlflow.db" }', "wandb")


class TestTensorBoard(ReporterContract):
    reporter = TensorBoard()


class TestOptuna(ReporterContract):
    reporter = OptunaStorage()


class TestWandB(ReporterContract):
    reporter = WandB()


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('mlflow') / 'mlflow.db'}"


class TestMLflow(ReporterContract):
    reporter = MLflow()

    @pytest.fixture(autouse=True)
    def in_a_database_of_its_own(self, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", database)
        monkeypatch.chdir(tmp_path)  # where it puts artifacts


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Killed in the second round, once before the last trial was reported to any and once after; then resumed."""
    folder = tmp_path_factory.mktemp("trackers")
    killed(folder, (), ALL, trials=9)
    killed(folder, ALL, (), trials=4)
    return reported(folder, ALL)


def curve_of(run: Run, trial: Trial) -> list[float]:
    return [float(value) for value in run.curves_of(trial.index).get("validation.accuracy", [])]


def test_tensorboard_reads_each_curve_once(run: Run) -> None:
    from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer

    found = EventMultiplexer().AddRunsFromDirectory(str(run.folder / "tensorboard"))
    found.Reload()
    assert sorted(found.Runs()) == [".", *(f"trial-{number:05d}" for number in range(16))]
    for trial in run.trials:
        curve = curve_of(run, trial)
        if curve:
            scalars = found.Scalars(f"trial-{trial.index:05d}", "validation/accuracy")
            assert [each.step for each in scalars] == list(range(1, trial.epochs + 1))
            assert [each.value for each in scalars] == pytest.approx(curve, rel=1e-6, nan_ok=True)


def test_tensorboard_lists_hyperparameters_and_how_trials_ended(run: Run) -> None:
    from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
    from tensorboard.context import RequestContext
    from tensorboard.data.provider import ListHyperparametersResult
    from tensorboard.plugins import base_plugin
    from tensorboard.plugins.hparams import api_pb2, backend_context, list_session_groups

    multiplexer = plugin_event_multiplexer.EventMultiplexer().AddRunsFromDirectory(str(run.folder / "tensorboard"))
    multiplexer.Reload()
    provider = data_provider.MultiplexerDataProvider(multiplexer, str(run.folder))
    context = backend_context.Context(base_plugin.TBContext(data_provider=provider))
    no_other = ListHyperparametersResult(hyperparameters=[], session_groups=[])
    told = context.hparams_metadata(RequestContext(), "")
    columns = context.experiment_from_metadata(RequestContext(), "", True, told, no_other)
    intervals = {each.name: each.domain_interval for each in columns.hparam_infos}
    assert set(intervals) == set(run.trials[0].values)
    assert (intervals["trainer.units"].min_value, intervals["trainer.units"].max_value) == (4, 64)
    assert {each.name.tag for each in columns.metric_infos} == {"validation/accuracy", "validation/loss"}
    request = api_pb2.ListSessionGroupsRequest(
        slice_size=100,
        allowed_statuses=[api_pb2.STATUS_SUCCESS, api_pb2.STATUS_FAILURE],
        col_params=[api_pb2.ColParams(hparam=name) for name in run.trials[0].values],
    )
    groups = list_session_groups.Handler(RequestContext(), context, "", request).run().session_groups
    assert len(groups) == 16
    for group in groups:
        trial = run.trials[int(group.name.removeprefix("trial "))]
        told = {name: value.string_value or value.number_value for name, value in group.hparams.items()}
        assert told == dict(trial.values)
        (session,) = group.sessions
        bad = trial.state in ("failed", "diverged")
        assert session.status == (api_pb2.STATUS_FAILURE if bad else api_pb2.STATUS_SUCCESS)


def test_optuna_loads_the_study_with_its_distributions(run: Run) -> None:
    import optuna
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    (study,) = studies(run.folder / "optuna.journal")
    assert (study.study_name, study.direction.name, study.metric_names) == ("train", "MAXIMIZE", [run.metric])
    assert sorted(each.user_attrs["caviar trial"] for each in study.trials) == list(range(16))
    states = {"finished": "COMPLETE", "pruned": "PRUNED", "failed": "FAIL", "diverged": "FAIL"}
    for each in study.trials:
        trial = run.trials[each.user_attrs["caviar trial"]]
        assert each.state.name == states[trial.state]
        assert each.params == dict(trial.values)
        steps = {step: value for step, value in enumerate(curve_of(run, trial), 1) if not math.isnan(value)}
        assert each.intermediate_values == steps
        assert each.distributions == {
            "trainer.rate": FloatDistribution(1e-3, 1.0, log=True),
            "trainer.units": IntDistribution(4, 64, log=True),
            "trainer.layers": IntDistribution(1, 3),
            "trainer.share": FloatDistribution(0.0, 0.5),
            "trainer.shape": CategoricalDistribution(["a", "b"]),
        }
    assert run.best is not None
    assert study.best_value == run.best.objective
    assert len(optuna.importance.get_param_importances(study)) == 5, "its own functions work on it"


def studies(journal: Path) -> Iterator[Any]:
    import optuna
    from optuna.storages.journal import JournalFileBackend

    storage = optuna.storages.JournalStorage(JournalFileBackend(str(journal)))
    for name in optuna.get_all_study_names(storage):
        yield optuna.load_study(study_name=name, storage=storage)


def test_optunas_database_has_the_study_too_and_another_run_of_its_name_is_refused(tmp_path: Path) -> None:
    import optuna

    reporter = '{ use = "optuna", storage = "sqlite:///optuna.db" }'
    reported(tmp_path, (reporter,))
    reported(tmp_path, (reporter,))  # again: nothing new
    storage = optuna.storages.RDBStorage(f"sqlite:///{tmp_path}/optuna.db")
    assert len(optuna.load_study(study_name="train", storage=storage).trials) == 16
    storage.engine.dispose()
    with pytest.raises(AssertionError, match="the storage has another study called 'train'"):
        reported(tmp_path, (reporter,), "--runs", "others")


def test_mlflow_finds_a_parent_and_a_child_for_each_trial(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from mlflow.tracking import MlflowClient

    monkeypatch.chdir(run.folder.parents[1])
    client: Any = MlflowClient("sqlite:///mlflow.db")
    experiment = client.get_experiment_by_name("caviar")
    found = client.search_runs([experiment.experiment_id])
    (parent,) = [each for each in found if "mlflow.parentRunId" not in each.data.tags]
    assert (parent.info.run_name, parent.info.status) == ("train", "FINISHED")
    assert run.best is not None
    assert parent.data.tags["caviar.best"] == str(run.best.index)
    assert parent.data.metrics["validation.accuracy"] == run.best.objective
    assert [each.path for each in client.list_artifacts(parent.info.run_id)] == ["pipeline.toml"]
    children = {int(each.data.tags["caviar.trial"]): each for each in found if each is not parent}
    assert sorted(children) == list(range(16))
    assert len(found) == 17
    statuses = {"finished": "FINISHED", "pruned": "KILLED", "failed": "FAILED", "diverged": "FAILED"}
    for trial in run.trials:
        child = children[trial.index]
        assert child.info.status == statuses[trial.state]
        assert child.data.params == {path: str(value) for path, value in trial.values.items()}
        if curve := curve_of(run, trial):
            history = sorted(client.get_metric_history(child.info.run_id, "validation.accuracy"), key=lambda m: m.step)
            assert [each.step for each in history] == list(range(1, trial.epochs + 1))
            assert [each.value for each in history] == pytest.approx(curve, nan_ok=True)


def test_wandb_reads_a_run_for_each_trial(run: Run) -> None:
    files = sorted((run.folder / "wandb").glob("offline-run-*/run-*.wandb"))
    found = {int(file.stem.rpartition("-")[2]): list(records(file)) for file in files}
    assert sorted(found) == list(range(16))
    assert len(files) == 16
    groups = set()
    for number, content in found.items():
        trial, curve = run.trials[number], curve_of(run, run.trials[number])
        (begun,) = [each.run for each in content if each.HasField("run")][:1]
        groups.add(begun.run_group)
        config = {each.key: json.loads(each.value_json) for each in begun.config.update if each.key != "_wandb"}
        assert config == dict(trial.values)
        rows = [items(each.history.item) for each in content if each.HasField("history")]
        assert [row["_step"] for row in rows] == list(range(1, trial.epochs + 1))
        assert [row["validation.accuracy"] for row in rows] == pytest.approx(curve, nan_ok=True)
        (code,) = [each.exit.exit_code for each in content if each.HasField("exit")]
        assert code == (trial.state in ("failed", "diverged"))
    assert len(groups) == 1


def records(file: Path) -> Iterator[Any]:
    """The messages of a file of W&B's, in its own definition of them; the file is a log of LevelDB's after 7 bytes."""
    from wandb.proto import wandb_internal_pb2

    messages: Any = wandb_internal_pb2
    content, place, message = file.read_bytes(), 7, b""
    assert content[:4] == b":W&B"
    while place < len(content):
        if 32768 - place % 32768 < 7:  # what is left of a block and is too short for a header
            place += 32768 - place % 32768
            continue
        _, size, kind = struct.unpack_from("<IHB", content, place)
        message += content[place + 7 : place + 7 + size]
        place += 7 + size
        if kind in (1, 4):  # whole, or the last part
            record = messages.Record()
            record.ParseFromString(message)
            yield record
            message = b""


def items(found: Any) -> Mapping[str, Any]:
    return {".".join(each.nested_key) or each.key: json.loads(each.value_json) for each in found}
