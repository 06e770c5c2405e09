"""Pipelines in Python: studies in memory and in folders, interruption, scripts and notebooks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import Mistakes, Pipeline, Refused, Search, Trial, TrialState, load
from caviar.engine.analysis.results import read_results
from caviar_plugins import (
    MLP,
    SGD,
    Adam,
    Choice,
    Constant,
    Cosine,
    Inline,
    Log,
    LogInt,
    Memory,
    PopulationTrainer,
    Processes,
    Uniform,
)

RANDOM = numpy.random.default_rng(0)
X = RANDOM.normal(size=(300, 4))
SIDE = numpy.where(X[:, 0] + X[:, 1] > 0, "right", "left")


def small(**fields: Any) -> Pipeline:
    given = {
        "model": MLP(units=8),
        "search": Search(baselines=False, trials=3),
        "trainer": PopulationTrainer(epochs=3),
        **fields,
    }
    return Pipeline(**{"optimizer": Adam(learning_rate=Log(1e-3, 1e-1)), "executor": Inline(), "reporter": (), **given})


def test_what_does_not_fit_together_is_reported_before_anything_is_trained() -> None:
    with pytest.raises(Mistakes, match=r"search\.metric: unknown metric 'validation.acuracy'"):
        small(search=Search(metric="validation.acuracy")).run(X, SIDE)


def test_a_changed_copy_is_checked_as_a_new_pipeline_is() -> None:
    assert small().model_copy(update={"normalizer": "batchnorm", "seed": 3}) == small(normalizer="batchnorm", seed=3)
    with pytest.raises(TypeError, match=r"Pipeline\.serch: there is no such field; did you mean 'search'"):
        small().model_copy(update={"serch": 1})
    with pytest.raises(ValueError, match=r'Pipeline\.seed: must be a whole number, not "x"'):
        small().model_copy(update={"seed": "x"})


def test_a_run_checks_no_copy_of_the_pipeline_for_each_trial() -> None:
    checked = list[Pipeline]()

    class Counted(Pipeline):
        def model_post_init(self, context: Any) -> None:
            super().model_post_init(context)
            checked.append(self)

    adam, search = Adam(learning_rate=Log(1e-3, 1e-1)), Search(baselines=False, trials=8)
    Counted(optimizer=adam, executor=Inline(), reporter=(), search=search).run(X, SIDE)
    assert len(checked) < search.trials


def test_every_call_begins_anew_and_gives_the_same() -> None:
    seen: list[Trial] = []
    first, second = (small().run(X, SIDE, on_trial=seen.append) for _ in range(2))
    assert [trial.index for trial in seen] == [0, 1, 2] * 2
    assert first.trials == second.trials
    assert first.folder is None


def test_what_is_shown_of_a_study_in_memory_names_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small(reporter=("progress",)).run(X, SIDE)
    alone = capsys.readouterr().err
    small(reporter=("progress",)).run(X, SIDE, runs=tmp_path)
    assert f"Next: caviar.open_run({str(tmp_path / 'pipeline')!r})" in capsys.readouterr().err
    assert "in memory only" in alone
    assert "Next:" not in alone


def test_a_folder_makes_the_study_durable(tmp_path: Path) -> None:
    seen: list[Trial] = []
    small().run(X, SIDE, runs=tmp_path)
    study = small(search=Search(baselines=False, trials=5)).run(X, SIDE, runs=tmp_path, on_trial=seen.append)
    assert [trial.index for trial in seen] == [3, 4]
    assert (len(study.trials), study.folder) == (5, tmp_path / "pipeline")


def test_a_changed_study_is_refused_in_the_words_of_programs(tmp_path: Path) -> None:
    small().run(X, SIDE, runs=tmp_path)
    with pytest.raises(
        Refused, match=r"a different pipeline; changed: seed; .* another name \(name=…\) or folder \(runs=…\)"
    ):
        small(seed=2).run(X, SIDE, runs=tmp_path)


def test_an_interrupted_study_is_given_back_as_far_as_it_came(tmp_path: Path) -> None:
    def stop(trial: Trial) -> None:
        if trial.index == 1:
            raise KeyboardInterrupt

    pipeline = small(search=Search(baselines=False, trials=6, round=2), model=MLP(units=LogInt(4, 8)))
    study = pipeline.run(X, SIDE, on_trial=stop)
    assert study.interrupted
    assert sum(trial.state is TrialState.FINISHED for trial in study.trials) in (1, 2)
    assert study.best is not None
    assert study.best.predict(X).shape == (300,)


def test_a_study_prints_as_one_line_with_what_it_came_to() -> None:
    study = small().run(X, SIDE)
    assert study.best is not None
    best = f"best trial {study.best.trial} with validation.accuracy {study.best.metrics['validation.accuracy']:.6g}"
    assert repr(study) == f"<Study 'pipeline': 3 trials, 3 finished, {best}>"


@pytest.mark.parametrize(
    ("plugin", "word", "told"),
    [
        (Adam, "lr", "Adam.lr: there is no such field; did you mean 'learning_rate'?"),
        (Adam, "learning_rat", "Adam.learning_rat: there is no such field; did you mean 'learning_rate'?"),
        (Search, "n_trials", "Search.n_trials: there is no such field; did you mean 'trials'?"),
        (
            Memory,
            "scale",
            "Memory.scale: there is no such field; it has task, validation, test, folds, target_transform, "
            "target_range, positive, threshold, group, time, part, split_features, decimal, missing, columns, "
            "missing_target",
        ),
    ],
)
def test_an_unknown_field_is_reported_in_one_sentence_with_the_word_we_have_for_it(
    plugin: Callable[..., object], word: str, told: str
) -> None:
    with pytest.raises(TypeError) as caught:
        plugin(**{word: 1})
    assert str(caught.value) == told


def test_a_study_that_no_trial_wins_says_how_near_they_came() -> None:
    study = small(search=Search(baselines=False, trials=2, where="validation.accuracy > 1")).run(X, SIDE)
    assert study.best is None
    best = max(each.metrics["validation.accuracy"] for each in study.trials)
    assert "no trial meets validation.accuracy > 1: the nearest is trial" in repr(study)
    assert f"with validation.accuracy {best:.6g}>" in repr(study)


def test_a_search_starts_from_a_study_by_its_folder(tmp_path: Path) -> None:
    study = small().run(X, SIDE, runs=tmp_path)
    words: dict[str, Any] = {"start_from": study}
    assert Search(**words) == Search(start_from=tmp_path / "pipeline")
    assert Search(start_from=(tmp_path,), tiers=(1,)) != Search(**words)
    words = {"start_from": [study]}
    assert Search(**words) == Search(start_from=tmp_path / "pipeline")


def test_a_search_cannot_start_from_a_study_in_memory() -> None:
    words: dict[str, Any] = {"start_from": small().run(X, SIDE)}
    with pytest.raises(ValueError, match=r"^Search\.start_from: the study 'pipeline' is in memory only;"):
        Search(**words)


def test_a_function_that_raises_is_reported_and_stops_nothing() -> None:
    with pytest.warns(UserWarning, match="on_trial raised ZeroDivisionError"):
        study = small().run(X, SIDE, on_trial=lambda trial: print(1 / 0))
    assert len(study.trials) == 3


def test_a_choice_of_schedules_is_trained_by_workers_and_read_back(tmp_path: Path) -> None:
    schedule = {"learning_rate": Choice((Cosine(final=Uniform(0.0, 0.1)), Constant()))}
    study = small(schedule=schedule, executor=Processes(workers=2), search=Search(baselines=False, trials=4)).run(
        X, SIDE, runs=tmp_path
    )
    assert [trial.state for trial in study.trials] == [TrialState.FINISHED] * 4
    assert {trial.values["schedule.learning_rate"] for trial in study.trials} == {"cosine", "constant"}
    found = read_results(tmp_path / "pipeline")
    assert found.pipeline.schedule == schedule
    assert found.trials == study.trials
    assert study.best is not None
    assert len(study.best.predict(X)) == len(X)


def test_a_file_can_be_run(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text('data = "digits"\nreporter = []\nmodel.units = 8\ntrainer.epochs = 1\n')
    pipeline = load(tmp_path / "p.toml")
    assert len(pipeline.run().trials) == 1
    assert 'use = "digits"' in pipeline.to_toml()


def test_tiers_and_defaults_mean_the_same_as_in_a_file() -> None:
    study = small(optimizer=SGD(), search=Search(baselines=False, trials=2)).run(X, SIDE)
    assert set(study.trials[0].values) == {"optimizer.learning_rate", "optimizer.momentum", "trainer.batch_size"}


SCRIPT = """
import numpy
from caviar import Pipeline, Search
from caviar_plugins import Adam, Log, Processes

x = numpy.random.default_rng(0).normal(size=(200, 3))
pipeline = Pipeline(optimizer=Adam(learning_rate=Log(1e-3, 1e-1)), search=Search(trials=4), executor=Processes(2))
study = pipeline.run(x, x[:, 0] > 0)
print(len(study.trials), study.best.predict(x).dtype)
"""


def test_a_script_needs_no_main_guard(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    done = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.stdout == "4 bool\n", done.stderr


def test_a_notebook_runs_it_with_a_plugin_of_its_own() -> None:
    pytest.importorskip("ipykernel")
    manager = pytest.importorskip("jupyter_client.manager")
    cell = SCRIPT.replace("pipeline =", "class Slow(Adam):\n    pass\n\npipeline =").replace("=Adam(", "=Slow(")
    kernel, client = manager.start_new_kernel(kernel_name="python3")
    try:
        told: list[str] = []
        reply = client.execute_interactive(
            cell, timeout=120, output_hook=lambda message: told.append(str(message["content"].get("text", "")))
        )
        assert reply["content"]["status"] == "ok", reply["content"]
        assert "4 bool" in "".join(told)
    finally:
        client.stop_channels()
        kernel.shutdown_kernel(now=True)
