"""A revalidation of a run whose file was changed after its winner's training, or whose time ended that training."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy
import pytest
from caviar import Trial, TrialState, load
from caviar.config.declaration.space import space_of
from caviar.engine.revalidation.again import search_again
from caviar.engine.revalidation.finished import FinishedRun, read_finished
from caviar.engine.revalidation.revalidate import revalidate
from caviar.engine.study import run
from caviar.engine.warm_start.given_points import given_trials

FILE = """
data.path = "rows.npz"
executor = "inline"
reporter = []
model.units = 4
optimizer.learning_rate = { log = [1e-3, 1e-1] }
trainer = { epochs = 2, batch_size = 32 }
search = { baselines = false, trials = 4, ensemble = 0 }
"""
pytest.importorskip("scipy", reason="a revalidation needs SciPy")


@pytest.fixture
def winner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trial:
    monkeypatch.chdir(tmp_path)
    x = numpy.random.default_rng(0).normal(size=(60, 3))
    numpy.savez("rows.npz", X=x, y=x.sum(axis=1))
    Path("p.toml").write_text(FILE)
    best = run(load("p.toml"), Path("runs")).summary.best
    assert best is not None
    return best


def finished(*settings: str) -> FinishedRun:
    run(load("p.toml", settings), Path("runs"))
    return read_finished(Path("runs/p"))


def test_of_an_unchanged_file_nothing_is_said(winner: Trial) -> None:
    found = revalidate(finished(), seeds=2)
    assert found.wins.details == ()
    assert "neighbour" in {each.kind for each in found.rivals}


def test_rivals_are_trained_as_long_as_the_winner_was_and_that_is_said(winner: Trial) -> None:
    again = finished("trainer.epochs=5")
    found = revalidate(again, seeds=2)
    assert found.wins.details == ("all were trained for 2 epochs, as the winner was; the file has 5 now",)
    assert found.system_moved.answer == "no", "the winner's weights are the same"
    assert search_again(again, None, found).trainer.epochs == 5


def test_a_winner_outside_the_ranges_has_no_neighbours_and_that_is_said(winner: Trial) -> None:
    rate = winner.values["optimizer.learning_rate"]
    again = finished(f"optimizer.learning_rate={{ log = [{rate * 1.001}, 1.0] }}")
    assert again.best.index == winner.index
    found = revalidate(again, seeds=2)
    (told,) = found.wins.details
    assert told == "the winner lies outside the ranges that the file has now, where it has no neighbours"
    assert {each.kind for each in found.rivals} == {"winner", "leader", "fresh"}
    pipeline = search_again(again, None, found)
    given = given_trials(pipeline, space_of(pipeline))
    assert given
    assert all(each.values["optimizer.learning_rate"] > rate for each in given)


def test_a_winner_that_the_time_stopped_is_trained_to_its_end_and_that_is_said(winner: Trial) -> None:
    stopped = replace(winner, state=TrialState.QUEUED, epochs=1)
    whole = finished()
    trials = tuple(stopped if each.index == winner.index else each for each in whole.trials)
    found = revalidate(replace(whole, trials=trials, weights=None), seeds=2)
    assert found.wins.details == (
        "the winner stood at epoch 1 of 2 when the time ended its search; here it is trained to its end",
    )
    assert found.system_moved.answer == "no"
    assert any("its bits are not compared" in each for each in found.system_moved.details)


def test_the_training_state_of_a_winner_that_the_time_stopped_is_not_read_as_its_weights(winner: Trial) -> None:
    Path("p.toml").write_text(FILE.replace("epochs = 2", "epochs = 1_000_000"))
    run(load("p.toml", ["search.seconds=2", "name='long'"]), Path("runs"))
    found = read_finished(Path("runs/long"))
    assert not found.best.state.done
    assert found.weights is None
