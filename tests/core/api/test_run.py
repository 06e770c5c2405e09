"""`open_run`: a run's folder for programs, while the run goes on and afterwards."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy
import pytest
from caviar import NoRun, Pipeline, Problem, Run, Search, StoreError, Study, Trial, TrialState, load, open_run
from caviar.plugin import ranked
from caviar_plugins import MLP, Adam, Choice, Inline, Log, Median, Memory, PopulationTrainer

RANDOM = numpy.random.default_rng(0)
X = RANDOM.normal(size=(300, 4))
SIDE = numpy.where(X[:, 0] + X[:, 1] > 0, "right", "left")
PIPELINE = Pipeline(
    name="opened",
    data=Memory(test=0.2),
    model=MLP(units=Choice([4, 8])),
    optimizer=Adam(learning_rate=Log(1e-3, 1e-1)),
    trainer=PopulationTrainer(epochs=3),
    search=Search(baselines=False, trials=40, pruner=Median(first=1)),
    executor=Inline(),
    reporter=(),
)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return PIPELINE.run(X, SIDE, runs=tmp_path_factory.mktemp("runs"))


@pytest.fixture
def run(study: Study) -> Run:
    return open_run(study)


def test_a_finished_run_has_the_trials_and_the_winner_of_its_study(run: Run, study: Study) -> None:
    assert run.trials == study.trials
    assert study.best is not None
    assert run.best == run.trials[study.best.trial]
    assert (run.metric, run.goal) == ("validation.accuracy", "maximize")


def test_curves_end_at_the_final_metrics_and_are_those_of_the_study(run: Run, study: Study) -> None:
    for metric in ("validation.accuracy", "train.loss"):
        curves = run.curves(metric)
        for trial in run.trials:
            assert len(curves[trial.index]) == trial.epochs
            if trial.state is TrialState.FINISHED:
                assert curves[trial.index][-1] == trial.metrics[metric]
            numpy.testing.assert_array_equal(curves[trial.index], study.curves(metric)[trial.index])
    assert run.curves().keys() == run.curves("validation.accuracy").keys()


@pytest.mark.parametrize("reader", ["run", "study"])
def test_an_unknown_metric_is_reported_with_what_there_is(reader: str, request: pytest.FixtureRequest) -> None:
    with pytest.raises(Problem, match=r"there is no metric 'accuracy'; available: train\.loss, .*validation\.accuracy"):
        request.getfixturevalue(reader).curves("accuracy")


def test_it_says_what_mattered_and_under_which_versions(run: Run) -> None:
    assert set(run.importance) == {"model.units", "optimizer.learning_rate"}
    assert sum(run.importance.values()) == pytest.approx(1)
    assert run.identity["numpy"] == numpy.__version__


def test_its_pipeline_is_resolved_and_can_be_run_again(run: Run) -> None:
    assert isinstance(run.pipeline, Pipeline)
    assert run.pipeline.search.metric == "validation.accuracy"
    smaller = run.pipeline.model_copy(update={"search": Search(baselines=False, trials=1)})
    assert smaller.run(X, SIDE).trials[0].values == run.trials[0].values


def test_the_saved_model_predicts_what_the_studys_does(run: Run, study: Study) -> None:
    model = run.model()
    assert study.best is not None
    assert (model.trial, model.metrics) == (study.best.trial, study.best.metrics)
    assert "test.accuracy" in model.metrics
    numpy.testing.assert_array_equal(model.predict(X), study.best.predict(X))
    numpy.testing.assert_array_equal(model.probabilities(X), study.best.probabilities(X))


def test_the_model_of_another_trial_predicts_with_that_trials_weights(run: Run) -> None:
    finished = ranked(run.trials, run.goal)
    kept, dropped = finished[:16], finished[16:]
    sizes = {trial.values["model.units"] for trial in kept}
    assert len(sizes) == 2, "trials of one shape only: this tests less than it says"
    for trial in dropped:
        with pytest.raises(StoreError, match=f"no weights of trial {trial.index}; only those of the best"):
            run.model(trial.index)
    for trial in kept:
        model = run.model(trial.index)
        assert model.trial == trial.index
        assert model.values == trial.values
        # Rows of training, validation and test: near the validation part's own accuracy where the weights are right.
        right = float((model.predict(X) == SIDE).mean())
        assert right == pytest.approx(trial.metrics["validation.accuracy"], abs=0.12)


def test_a_trial_without_a_model_says_why(run: Run) -> None:
    pruned = next(trial for trial in run.trials if trial.state is TrialState.PRUNED)
    with pytest.raises(Problem, match=f"trial {pruned.index} has no model: it is pruned, not finished"):
        run.model(pruned.index)
    with pytest.raises(Problem, match=r"there is no trial 99; .*opened has 40 trials"):
        run.model(99)


def test_a_folder_without_a_run_and_one_without_a_study_are_reported(tmp_path: Path, study: Study) -> None:
    with pytest.raises(NoRun, match="no run here"):
        open_run(tmp_path)
    (tmp_path / "pipeline.toml").write_bytes((Path(study) / "pipeline.toml").read_bytes())
    with pytest.raises(StoreError):
        open_run(tmp_path)


def test_a_run_that_goes_on_is_read_without_disturbing_it(tmp_path: Path) -> None:
    seen = list[tuple[int, int, int]]()

    def look(trial: Trial) -> None:
        run = open_run(tmp_path / "opened")
        ended = sum(each.state.done for each in run.trials)
        seen.append((len(run.trials), ended, len(run.curves())))
        with pytest.raises(Problem, match=r"best\.safetensors: missing"):
            run.model()

    search = Search(baselines=False, trials=4, round=2)
    done = PIPELINE.model_copy(update={"search": search}).run(X, SIDE, runs=tmp_path, on_trial=look)
    assert [trials for trials, _, _ in seen] == [2, 2, 4, 4]
    assert [ended for _, ended, _ in seen][-1] == 4
    assert all(ended <= curves for _, ended, curves in seen)
    assert len(done.trials) == 4


def test_reading_takes_no_lock_and_writes_no_file(study: Study) -> None:
    folder = Path(study)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    first, second = open_run(folder), open_run(folder)
    assert first.trials == second.trials
    first.curves(), second.model()
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_study_in_memory_has_its_curves_too_also_where_it_was_stopped() -> None:
    def stop(trial: Trial) -> None:
        if trial.index == 3:
            raise KeyboardInterrupt

    pipeline = PIPELINE.model_copy(update={"search": Search(baselines=False, trials=8, round=4)})
    for study in (pipeline.run(X, SIDE), pipeline.run(X, SIDE, on_trial=stop)):
        ended = [trial for trial in study.trials if trial.state.done]
        assert len(ended) > 1
        assert all(len(study.curves()[trial.index]) == trial.epochs for trial in ended)


def test_a_frame_has_a_row_for_each_trial(run: Run, study: Study) -> None:
    if find_spec("pandas") is None:
        pytest.skip("pandas is not installed")
    frame = run.to_pandas()
    assert frame["trial"].tolist() == list(range(40))
    assert frame["optimizer.learning_rate"].tolist() == [t.values["optimizer.learning_rate"] for t in run.trials]
    finished = frame[frame.state == "finished"]
    assert (finished["validation.accuracy"] == finished["objective"]).all()
    assert study.to_pandas().equals(frame)


def test_a_polars_frame_has_a_row_for_each_trial(run: Run) -> None:
    if find_spec("polars") is None:
        pytest.skip("polars is not installed")
    frame = run.to_polars()
    assert frame["trial"].to_list() == list(range(40))
    assert frame["optimizer.learning_rate"].to_list() == [t.values["optimizer.learning_rate"] for t in run.trials]


def test_curves_are_a_frame_with_a_row_for_each_epoch(run: Run, study: Study) -> None:
    if find_spec("pandas") is None or find_spec("polars") is None:
        pytest.skip("pandas or polars is not installed")
    frame = run.curves_to_pandas()
    assert len(frame) == sum(trial.epochs for trial in run.trials)
    for number, rows in frame.groupby("trial"):
        assert rows["epoch"].tolist() == list(range(1, len(rows) + 1))
        for metric, curve in run.curves_of(number).items():
            assert rows[metric].tolist() == curve.tolist() == run.curves(metric)[number].tolist()
    assert run.curves_to_polars().to_dict(as_series=False) == frame.to_dict("list")
    assert study.curves_to_pandas().equals(frame)


def test_curves_of_a_trial_that_is_not_there_are_an_error(run: Run) -> None:
    with pytest.raises(Problem, match=r"there is no trial 40; .* has 40 trials, numbered from 0"):
        run.curves_of(40)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_missing_library_is_reported_with_the_line_that_installs_it(
    library: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, library, None)  # as where it is not installed
    with pytest.raises(Problem, match=f"to_{library} needs {library}, which is not installed; pip install {library}"):
        getattr(run, f"to_{library}")()


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A file with a reporter that keeps what its view says."""
    file = tmp_path / "mine.py"
    file.write_text(REPORTER)
    return file


REPORTER = '''
import caviar
from caviar.plugin import RunView, hook


class Watching(caviar.Reporter, interface=1):
    """Writes what the view says, by public names alone."""

    @hook
    def after_round(self, run, index: int, view: RunView) -> None:
        ended = sum(trial.state.done for trial in view.trials)
        self.note(run, f"round {index}: {ended} {len(view.curves())} {view.metric} {view.goal}")

    @hook
    def after_run(self, run, view: RunView) -> None:
        best, model = view.best, view.model()
        self.note(run, f"end: {best.index == model.trial} {sorted(view.importance)} {view.pipeline.name}")

    def note(self, run, line: str) -> None:
        with (run.folder / "notes.txt").open("a") as notes:
            print(line, file=notes)
'''


def test_a_reporter_sees_the_study_after_each_round_and_at_the_end(tmp_path: Path, code: Path) -> None:
    (tmp_path / "seen.toml").write_text(
        """
        data = "digits"
        model.units = 4
        trainer.epochs = 2
        optimizer.learning_rate = { log = [1e-3, 1e-1] }
        search = { baselines = false, trials = 16, round = 8 }
        reporter = ["watching"]
        """
    )
    study = load(tmp_path / "seen.toml", code=code).run(runs=tmp_path)
    notes = (Path(study) / "notes.txt").read_text().splitlines()
    assert notes == [
        "round 0: 8 8 validation.accuracy maximize",
        "round 1: 16 16 validation.accuracy maximize",
        "end: True ['optimizer.learning_rate'] seen",
    ]
    assert open_run(study, code).trials == study.trials
