"""What a change of the file does to a study that goes on: each row of the table in docs/stop.md."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy
import pytest
from caviar import Reporter, Trial, TrialState, load
from caviar.engine.analysis.results import read_results
from caviar.engine.resume.check import Refused
from caviar.engine.search.history import HistoryTable
from caviar.engine.search.objective import Objective
from caviar.engine.search.retests import before_round
from caviar.engine.storage.study_ledger import open_study
from caviar.engine.storage.study_view import read_study
from caviar.engine.study import Interrupted, Run, run
from caviar.plugin import EpochInfo, hook
from caviar_plugins import SQLite

FILE = """
data.path = "rows.npz"
executor = "inline"
reporter = []
model.units = 4
optimizer.learning_rate = { log = [1e-3, 1e-1] }
trainer = { epochs = 2, batch_size = 32 }
search = { baselines = false, trials = 6, round = 3, ensemble = 0 }
"""
NARROWER = "optimizer.learning_rate={ log = [1e-2, 1e-1] }"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    x = numpy.random.default_rng(0).normal(size=(60, 3))
    numpy.savez("rows.npz", X=x, y=x.sum(axis=1))
    Path("p.toml").write_text(FILE)
    return tmp_path


def go(*settings: str, watchers: tuple[Reporter, ...] = (), runs: str = "runs") -> Run:
    return run(load("p.toml", settings), Path(runs), watchers=watchers)


def trials() -> tuple[Trial, ...]:
    with read_study(SQLite(), Path("runs/p")) as study:
        return study.trials()


def results(found: tuple[Trial, ...]) -> list[Any]:
    """What a trial was trained with, and what came of it."""
    return [(each.index, dict(each.values), each.state, each.epochs, each.objective) for each in found]


def note(done: Run) -> str:
    (found,) = [each for each in done.info.notes if each.startswith("the file has changed; ")]
    return found


class TestTheOldFile:
    def test_it_is_kept_once_and_the_run_says_what_changed(self) -> None:
        go()
        text = Path("runs/p/pipeline.toml").read_text()
        said = note(go("search.trials=7", "store.keep=2"))
        kept = said.rpartition("the old one: ")[2].rstrip(")")
        assert "search.trials, store.keep: changes no trial before" in said
        assert Path("runs/p", kept).read_text().startswith(text)
        assert not [each for each in go("search.trials=7", "store.keep=2").info.notes if "changed" in each]
        go("search.trials=7")
        go("search.trials=7", "store.keep=2")
        go("search.trials=7")
        assert len(list(Path("runs/p").glob("pipeline-*.toml"))) == 3, "of equal ones there is one"


class TestEpochs:
    def test_more_leave_ended_trials_as_they_are_and_train_the_others_for_longer(self) -> None:
        go()
        before = trials()
        done = go("search.trials=9", "trainer.epochs=3")
        assert "trainer.epochs 2 -> 3: 6 trials that have ended keep their results of 2 epochs" in note(done)
        assert results(trials()[:6]) == results(before)
        assert [each.epochs for each in trials()[6:]] == [3, 3, 3]
        assert [each.origins for each in trials()] == [(0,)] * 6 + [(1,)] * 3

    def test_lost_weights_of_a_trial_before_are_trained_again_for_as_long_as_they_were(self) -> None:
        best = go().summary.best
        assert best is not None
        whole = open_weights(best.index)
        for file in Path("runs/p/models").iterdir():
            file.unlink()
        Path("p.toml").write_text(FILE.replace("epochs = 2", "epochs = 5"))
        done = go()
        assert done.summary.best is not None
        assert done.summary.best.index == best.index
        assert any("was trained again with the same weights" in each for each in done.summary.notes)
        again = open_weights(best.index)
        assert all(numpy.array_equal(again[name], whole[name]) for name in whole)
        assert done.model is not None
        assert done.model.first.pipeline.trainer.epochs == 2

    def test_a_trial_in_training_begins_anew_and_comes_to_what_it_would_have_been(self) -> None:
        pruner = 'search.pruner={ use = "successive-halving", first = 2, factor = 2 }'
        pruned = (pruner, "search.round=6", "schedule.learning_rate=cosine")  # which goes by the whole length
        expected = go(*pruned, "trainer.epochs=8", runs="other")

        class Stop(Reporter):
            name = "stop"

            @hook
            def after_epoch(self, epoch: EpochInfo) -> None:
                if epoch.epoch == 3:
                    shutil.copytree("runs", "copy", dirs_exist_ok=True)

        go(*pruned, "trainer.epochs=4", watchers=(Stop(),))
        shutil.rmtree("runs")
        Path("copy").rename("runs")
        begun = {each.index for each in trials() if each.epochs and not each.state.done}
        assert begun
        said = note(go(*pruned, "trainer.epochs=8"))
        assert "in training begin anew" in said
        then = {each.index: each.objective for each in expected.summary.trials if each.state is TrialState.FINISHED}
        now = {each.index: each.objective for each in trials() if each.state is TrialState.FINISHED}
        assert (both := begun & then.keys() & now.keys())
        assert {number: now[number] for number in both} == {number: then[number] for number in both}

    def test_fewer_are_refused(self) -> None:
        go()
        with pytest.raises(Refused, match=r"changed: trainer\.epochs; change it back"):
            go("trainer.epochs=1")


class TestRanges:
    def test_trials_outside_a_narrower_one_keep_their_results_and_guide_nothing(self) -> None:
        go()
        before = trials()
        outside = {each.index for each in before if each.values["optimizer.learning_rate"] < 1e-2}
        assert 0 < len(outside) < 6
        done = go("search.trials=12", NARROWER)
        said = note(done)
        assert "optimizer.learning_rate is narrower" in said
        assert f"{len(outside)} of 6 trials before lie outside, keep their results and guide nothing" in said
        assert results(trials()[:6]) == results(before)
        assert {each.index for each in trials() if each.outside} == outside
        assert all(1e-2 <= each.values["optimizer.learning_rate"] <= 1e-1 for each in trials()[6:])

    def test_the_history_of_a_strategy_counts_them_and_has_no_rows_of_them(self) -> None:
        nan = float("nan")
        places = (nan, 0.25, nan, 0.75)
        known = [Trial(n, 0, (u,), {}, TrialState.FINISHED, 2, objective=float(n)) for n, u in enumerate(places)]
        table = HistoryTable(Objective("validation.r2", "maximize", 0.0), space_now())
        curves = {n: [0.5, float(n)] for n in range(4)}
        for given, outside in ((0, (0, 2)), (1, (1,)), (4, ())):
            found = table.history(known, curves, given)
            assert found.points.tolist() == [[0.25], [0.75]]
            assert found.objectives.tolist() == [1.0, 3.0]
            assert found.curves.tolist() == [[0.5, 1.0], [0.5, 3.0]]
            assert found.states == (TrialState.FINISHED,) * 2
            assert (found.proposed, found.outside) == (4 - given, outside)
        assert [table.history(known, curves).row(number) for number in range(5)] == [0, 0, 1, 1, 2]

    def test_the_trials_that_a_strategy_names_for_re_tests_are_those_it_sees(self) -> None:
        search = ("search.round=3", 'search.strategy={ use = "coarse-to-fine", retest = 1 }')
        go("search.trials=3", *search)
        first = rate(trials()[0])
        go("search.trials=6", *search, f"optimizer.learning_rate={{ log = [{first * 1.001}, 1.0] }}")
        assert [each.index for each in trials() if each.outside] == [0]
        able = [before_round(1, each) for each in trials() if not each.outside]
        best = sorted(able, key=lambda each: each.judged or 0.0)[-sum(len(each.retests) < 1 for each in able) :]
        again = {each.index for each in trials() for retest in each.retests if retest.round == 1}
        assert again == {each.index for each in best}

    def test_results_tell_of_each_pruned_one_inside_how_far_it_came(self) -> None:
        pruned = ('search.pruner={ use = "successive-halving", first = 1, factor = 2 }', "search.round=6")
        go(*pruned)
        first = rate(trials()[0])
        go(*pruned, f"optimizer.learning_rate={{ log = [{first * 1.001}, 1.0] }}")
        reached = read_results(Path("runs/p")).reached
        stopped = [each.index for each in trials() if each.state is TrialState.PRUNED and not each.outside]
        assert stopped
        with read_study(SQLite(), Path("runs/p")) as study:
            curves = study.curves("validation.r2")
        assert reached == {number: curves[number][-1] for number in stopped}

    def test_one_that_has_not_ended_and_lies_outside_is_not_trained(self) -> None:
        with pytest.raises(Interrupted):
            go(watchers=(Interrupting(),))
        low, middle, _ = sorted(each.values["optimizer.learning_rate"] for each in trials())
        done = go(f"optimizer.learning_rate={{ log = [{middle * 0.999}, 1.0] }}")
        (out,) = (each for each in trials() if each.values["optimizer.learning_rate"] == low)
        assert f"1 of 3 trials before lie outside, keep their results and guide nothing; trial {out.index} had" in note(
            done
        )
        assert (out.state, out.epochs) == (TrialState.PRUNED, 0)
        assert out.reason == "outside optimizer.learning_rate: the range was changed before it had ended"
        assert [each.state for each in trials()].count(TrialState.FINISHED) == 5

    @pytest.mark.parametrize("range_", ["{ log = [1e-4, 1.0] }", "{ uniform = [1e-4, 1.0] }"])
    def test_in_a_wider_one_all_lie_where_their_values_are(self, range_: str) -> None:
        go()
        before = trials()
        done = go("search.trials=8", f"optimizer.learning_rate={range_}")
        assert "optimizer.learning_rate is wider: all 6 trials before lie inside" in note(done)
        assert results(trials()[:6]) == results(before)
        space = space_now(f"optimizer.learning_rate={range_}")
        for each in trials():
            assert each.point == pytest.approx(tuple(space.point(each.values)), abs=1e-9)

    def test_what_was_fixed_may_be_searched(self) -> None:
        go()
        before = trials()
        done = go("search.trials=8", "model.units={ log-int = [2, 16] }")
        assert "model.units is new (there 4): all 6 trials before lie inside" in note(done)
        assert [each.objective for each in trials()[:6]] == [each.objective for each in before]
        assert {each.values["model.units"] for each in trials()[:6]} == {4}

    def test_what_was_searched_may_be_fixed_and_the_best_keeps_the_value_it_has(self) -> None:
        best = go().summary.best
        assert best is not None
        before, whole = [each.objective for each in trials()], open_weights(best.index)
        rate = best.values["optimizer.learning_rate"]
        for file in Path("runs/p/models").iterdir():
            file.unlink()
        words = ("search.trials=8", "optimizer.learning_rate=0.0011", "model.dropout={ uniform = [0.0, 0.9] }")
        done = go(*words)
        assert "optimizer.learning_rate is no longer searched: 6 of 6 trials before lie outside" in note(done)
        assert done.summary.best is not None
        assert done.summary.best.index == best.index
        assert done.model is not None
        assert getattr(done.model.first.pipeline.optimizer, "learning_rate") == rate  # noqa: B009 (its class has it)
        again = open_weights(best.index)
        assert all(numpy.array_equal(again[name], whole[name]) for name in whole)
        assert [each.objective for each in trials()[:6]] == before

    def test_plain_options_may_come_and_go(self) -> None:
        go("trainer.batch_size={ choice = [8, 16, 32] }")
        used = [each.values["trainer.batch_size"] for each in trials()]
        done = go("trainer.batch_size={ choice = [16, 32, 60] }", "search.trials=12")
        gone = sum(each == 8 for each in used)
        assert f"trainer.batch_size has other options: {gone} of 6 trials before lie outside" in note(done)
        assert [each.values["trainer.batch_size"] for each in trials()[:6]] == used
        assert {each.values["trainer.batch_size"] for each in trials()[6:]} <= {16, 32, 60}

    def test_plugins_may_come_to_a_choice_and_stay_what_they_are(self) -> None:
        one, two = (
            f"model.activation={{ choice = {each} }}"
            for each in ('["relu", "tanh"]', '["relu", "tanh", { use = "leaky-relu", slope = 0.1 }]')
        )
        go(one)
        before = trials()
        done = go(two, "search.trials=12")
        assert "model.activation has other options: all 6 trials before lie inside" in note(done)
        assert results(trials()[:6]) == results(before)
        for less in (one, two.replace("0.1", "0.2")):
            with pytest.raises(Refused, match=r"changed: model\.activation"):
                go(less, "search.trials=12")

    def test_a_strategy_that_enumerates_its_ranges_keeps_them(self) -> None:
        go("search.strategy=grid", "search.trials=3")
        with pytest.raises(Refused, match=r"cannot change optimizer\.learning_rate: 'grid' goes through the ranges"):
            go("search.strategy=grid", "search.trials=3", NARROWER)


class TestQueuedRetests:
    """Of three trials that wait for their re-tests, as a run was stopped there."""

    SEARCH = ("search.trials=3", 'search.strategy={ use = "coarse-to-fine", retest = 1 }')

    @pytest.fixture(autouse=True)
    def stopped(self, folder: Path) -> None:
        with pytest.raises(Interrupted):
            go(*self.SEARCH, watchers=(InterruptingRetests(),))
        assert [retests(each) for each in trials()] == [[TrialState.QUEUED]] * 3

    def test_those_of_trials_inside_are_trained(self) -> None:
        go(*self.SEARCH, "optimizer.learning_rate={ log = [1e-4, 1e-1] }")
        assert [retests(each) for each in trials()] == [[TrialState.FINISHED]] * 3

    def test_those_of_trials_outside_are_dropped(self) -> None:
        out, *_ = sorted(trials(), key=rate)
        done = go(*self.SEARCH, f"optimizer.learning_rate={{ log = [{rate(out) * 1.001}, 1e-1] }}")
        assert f"the re-tests that waited are dropped: trial {out.index}" in note(done)
        found = {each.index: retests(each) for each in trials()}
        assert found.pop(out.index) == []
        assert [*found.values()] == [[TrialState.FINISHED]] * 2

    def test_where_trainings_become_longer_all_are_dropped(self) -> None:
        done = go(*self.SEARCH, "trainer.epochs=3")
        assert "the re-tests that waited are dropped: trials 0, 1, 2" in note(done)
        assert [retests(each) for each in trials()] == [[]] * 3


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ("optimizer.learning_rate=0.01", "optimizer.learning_rate"),
        ("model.units=8", "model.units"),
        ("trainer.batch_size=16", "trainer.batch_size"),
        ("seed=2", "seed"),
        ("optimizer=sgd", "optimizer"),
        ("search.round=4", "search.round"),
        ("search.strategy=sobol", "search.strategy"),
        ('optimizer={ choice = ["adam", "sgd"] }', "optimizer"),
    ],
)
def test_what_makes_trials_incomparable_is_refused_and_nothing_changes(change: str, key: str) -> None:
    go("search.trials=3")
    before = {path.name: path.read_bytes() for path in Path("runs/p").glob("*.toml")}
    rows = trials()
    with pytest.raises(Refused, match=f"changed: .*{key}"):
        go("search.trials=3", change, "trainer.epochs=3")
    assert {path.name: path.read_bytes() for path in Path("runs/p").glob("*.toml")} == before
    assert trials() == rows


class Interrupting(Reporter):
    """Raises what Ctrl-C raises after the first epoch."""

    name = "interrupting"

    @hook
    def after_epoch(self) -> None:
        raise KeyboardInterrupt


class InterruptingRetests(Reporter):
    """Raises what Ctrl-C raises after the first epoch of re-tests."""

    name = "interrupting-retests"

    @hook
    def after_retest_epoch(self) -> None:
        raise KeyboardInterrupt


def rate(trial: Trial) -> float:
    return float(trial.values["optimizer.learning_rate"])


def retests(trial: Trial) -> list[TrialState]:
    return [each.state for each in trial.retests]


def open_weights(trial: int) -> Any:
    with open_study(SQLite(), Path("runs/p"), "maximize") as study:
        return study.weights(trial)


def space_now(*settings: str) -> Any:
    from caviar.config.declaration.space import space_of

    return space_of(load("p.toml", settings))
