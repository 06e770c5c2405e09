"""Starting from earlier runs: their trials teach the strategy, and what could not be used is told."""

from __future__ import annotations

import shutil
from math import inf, nan
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import Trial, TrialState, load
from caviar.engine.resume.check import Refused
from caviar.engine.study import Interrupted, run
from caviar.engine.warm_start.map_to_space import Unusable
from caviar.plugin import Changes, EarlierTrial, StudyRecord
from caviar_plugins import SQLite

from tests.core.engine.search.rungs import bits, differences
from tests.core.engine.warm_start.warm import PIPELINE, earlier, first, note, started, trials  # noqa: F401

MORE_ELSEWHERE = PIPELINE.replace("batch_size = 32", "batch_size = { int = [8, 16] }")


@pytest.fixture
def file(first: Path, tmp_path: Path) -> Path:  # noqa: F811
    """A copy of that folder."""
    shutil.copytree(first, tmp_path / "copy")
    return tmp_path / "copy" / "p.toml"


def test_every_trial_of_the_same_pipeline_is_history_with_its_point_and_its_curve(file: Path) -> None:
    assert note(started(file)) == "12 of 12 trials fit"
    with SQLite().read(file.parent / "runs" / "first") as ledger:
        curves = ledger.curves("validation.accuracy")
    for theirs, ours in zip(trials(file, "first"), earlier(file), strict=True):
        numpy.testing.assert_allclose(ours.trial.point[1], theirs.point[1], rtol=1e-9)
        assert ours.trial.values == theirs.values
        assert ours.trial.objective == theirs.objective
        assert list(ours.curve) == list(curves[theirs.index])


def test_that_a_strategy_knows_too_few_trials_to_learn_from_is_told_where_it_is_so(file: Path) -> None:
    told = "start_from: 'coarse-to-fine' learns nothing from 12 trials; it waits until 16 are known, new ones too"
    assert started(file).info.notes[1:] == (told,)
    assert started(file, "name=enough", "search.strategy.first=12").info.notes[1:] == ()


def test_the_strategy_learns_from_them(file: Path) -> None:
    """coarse-to-fine explores for 16 trials; with 12 known before, its second round is in boxes already."""
    cold = run(load(file, ["name=cold", "search.strategy=coarse-to-fine"]), file.parent / "runs")
    warm = started(file, "search.strategy=coarse-to-fine")
    assert [each.point for each in cold.summary.trials[:6]] == [each.point for each in warm.summary.trials[:6]]
    assert [each.point for each in cold.summary.trials[6:]] != [each.point for each in warm.summary.trials[6:]]


@pytest.mark.parametrize("strategy", ["random", "sobol", "grid"])
def test_a_strategy_that_does_not_learn_is_told_to_read_nothing(file: Path, strategy: str) -> None:
    cold = run(load(file, ["name=cold", f"search.strategy={strategy}"]), file.parent / "runs")
    done = started(file, f"search.strategy={strategy}")
    assert done.info.notes == (f"start_from is not read: '{strategy}' does not learn from earlier trials",)
    assert earlier(file) == ()
    assert [each.point for each in done.summary.trials] == [each.point for each in cold.summary.trials]


def test_a_study_without_a_usable_trial_does_not_start_until_the_line_is_fixed(file: Path) -> None:
    with pytest.raises(Unusable) as error:
        started(file, text=MORE_ELSEWHERE)
    assert "runs/first: none of 12 trials fit (12 outside trainer.batch_size)" in str(error.value)
    assert "fix this, or remove it" in str(error.value)
    assert trials(file, "next") == ()
    assert note(started(file, "search.trials=1")) == "12 of 12 trials fit"


def test_the_winner_is_one_of_the_runs_own_trials(file: Path) -> None:
    done = started(file, "search.trials=2", "trainer.epochs=1")
    best = done.summary.best
    assert best is not None
    assert best.objective == max(each.objective or 0.0 for each in done.summary.trials)
    assert best.objective < max(each.trial.objective or 0.0 for each in earlier(file))


def test_other_data_is_reported_and_the_trials_are_used(file: Path) -> None:
    y = numpy.arange(90) % 3
    numpy.savez(file.parent / "blobs.npz", X=numpy.random.default_rng(1).normal(0, 1.2, (90, 4)) + y[:, None], y=y)
    assert note(started(file)) == "12 of 12 trials fit; its data was different"


def test_another_metric_that_was_measured_is_taken(file: Path) -> None:
    done = started(file, "search.metric=validation.log_loss", "search.trials=1")
    assert note(done) == "12 of 12 trials fit; it searched validation.accuracy"
    measured = [each.metrics["validation.log_loss"] for each in trials(file, "first")]
    assert [each.trial.objective for each in earlier(file)] == measured


def test_a_metric_that_was_not_measured_is_refused(file: Path) -> None:
    numpy.savez(file.parent / "blobs.npz", X=numpy.zeros((90, 4)), y=numpy.linspace(0, 1, 90))
    with pytest.raises(Unusable, match=r"searched validation\.accuracy and did not measure validation\.r2"):
        started(file)


def test_a_run_that_cannot_be_read_is_reported_as_what_to_start_from(file: Path) -> None:
    (file.parent / "runs" / "first" / "study.sqlite").write_text("junk")
    with pytest.raises(Unusable, match=r"^search\.start_from: the run cannot be read: .*study\.sqlite: not a study"):
        started(file)


def test_a_run_cannot_start_from_itself(file: Path) -> None:
    with pytest.raises(Refused, match=r"changed: search\.start_from; .* or give it another name"):
        started(file, "name=first", "search.strategy=random", "search.trials=13")


def test_several_runs_are_read_one_after_the_other(file: Path) -> None:
    started(file, "search.trials=3")
    both = 'strategy = "coarse-to-fine"\nstart_from = ["runs/first", "runs/next"]'
    file.write_text(PIPELINE.replace("[search]", f"[search]\n{both}"))
    done = run(load(file, ["name=third"]), file.parent / "runs")
    told = [each.rpartition(": ")[2] for each in done.info.notes]
    few = "'coarse-to-fine' learns nothing from 15 trials; it waits until 16 are known, new ones too"
    assert told == ["12 of 12 trials fit", "3 of 3 trials fit", few]
    assert [each.trial.index for each in earlier(file, "third")] == [*range(12), 0, 1, 2]


def test_what_was_taken_is_kept_when_the_earlier_run_grows_or_goes(file: Path) -> None:
    settings = ["search.strategy=coarse-to-fine", "search.round=3"]
    whole = bits(started(file, *settings, "name=whole").info.folder)
    started(file, *settings, "search.trials=4")
    file.write_text(PIPELINE)
    run(load(file, ["search.trials=15"]), file.parent / "runs")
    grown = started(file, *settings, "search.trials=8")
    (note,) = grown.info.notes
    assert note.startswith("the file has changed; search.trials: changes no trial before")
    shutil.rmtree(file.parent / "runs" / "first")
    file.write_text(PIPELINE)
    done = run(load(file, [*settings, "name=next"]), file.parent / "runs")
    assert done.info.notes[0] == "resumes with the 12 trials it started from; start_from is not read again"
    assert not differences(bits(done.info.folder), whole)


def test_a_study_that_began_without_does_not_start_from_a_run_later(file: Path) -> None:
    run(load(file, ["name=next", "search.trials=3"]), file.parent / "runs")
    with pytest.raises(Refused, match=r"was started with a different pipeline; changed: search\.start_from;"):
        started(file, "search.strategy=random")


@pytest.mark.parametrize("after", ["false", "true"])
def test_a_warm_search_that_dies_at_any_commit_goes_on_to_the_same_bits(file: Path, after: str) -> None:
    text = PIPELINE.replace("[search]", '[search]\nstrategy = "coarse-to-fine"\nstart_from = "runs/first"')
    file.write_text(text + "\n[[search.points]]\nmodel.units = 5\n")
    settings = ["store.use=failing", f"store.after={after}", "search.trials=8", "search.round=4"]
    code = file.parent / "plugins.py"

    def search(name: str, *more: str) -> tuple[list[Any], ...]:
        return bits(run(load(file, [*settings, *more, f"name={name}"], code), file.parent / "runs").info.folder)

    whole = search("whole")
    for call in range(1, 40):
        try:
            search(f"dies{call}", f"store.call={call}")
        except (Interrupted, KeyboardInterrupt):
            assert not differences(search(f"dies{call}"), whole), f"died at call {call}"
        else:
            assert call > 4
            return
    pytest.fail("never finished")


def test_infinities_survive_in_the_store(tmp_path: Path) -> None:
    lost = Trial(3, 0, (0.25, nan), {"a": (1, 2)}, TrialState.DIVERGED, 1, {"loss": nan}, -inf, "why", inf)
    record = StudyRecord("", {}, "", {}, "loss", "maximize", (EarlierTrial(lost, (0.5, nan, -inf)),))
    with SQLite().open(tmp_path / "run") as ledger:
        ledger.commit(Changes(study=record))
    with SQLite().open(tmp_path / "run") as ledger:
        assert repr(ledger.study()) == repr(record)
