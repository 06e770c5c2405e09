"""Re-tests: leaders trained once more, the same for any worker, population and kill point; what they change and not."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from caviar import PluginError, load
from caviar.engine.search.retests import before_round
from caviar.engine.study import Interrupted, run
from caviar.plugin import Stopped
from caviar.values.trial import Retest, Trial, TrialState

from tests.core.engine.search.rungs import PIPELINE, PLUGINS, bits, differences
from tests.core.engine.search.searching import gone_on
from tests.core.engine.search.searching import search as go

STRATEGIES = '''
from caviar_plugins import PopulationTrainer


class Doubting(caviar.Strategy):
    """Random points; after each round the trial that finished last, and every third, if there are not too many yet."""

    most: int = 12

    def propose(self, space, history, count, random):
        from caviar_plugins import RandomSearch

        return RandomSearch().propose(space, history, count, random)

    def retests(self, space, history, random):
        rows = [row for row, state in enumerate(history.states) if state is caviar.TrialState.FINISHED]
        rows = [row for row in rows if row >= history.earlier]
        chosen = tuple(row for row in rows if (row - history.earlier) % 3 == 0 or row == rows[-1])
        return chosen if history.repeats.sum() - len(history) + len(chosen) <= self.most else ()


class Peeking(PopulationTrainer):
    """Notes which streams a training has, and which rows."""

    name = "peeking"
    notes: str = ""

    def start(self, population, data, context):
        with open(self.notes, "a") as file:
            file.write(f"{population.streams[0].key} {context.random.key} {data.split.train.sum()}\\n")
        return super().start(population, data, context)
'''


@pytest.fixture
def file(put: Callable[[str, str], Path]) -> Path:
    text = PIPELINE.replace("trials = 16\nround = 16", 'trials = 12\nround = 4\nstrategy = "doubting"')
    return put(text, PLUGINS + STRATEGIES)


def stopped() -> None:
    raise Stopped


def search(file: Path, into: str, *settings: str) -> tuple[list[Any], ...]:
    """Every bit of the finished run, the winner's and the re-tests' too."""
    done = go(file, into, *settings)
    assert done.model is not None
    with closing(sqlite3.connect(file.parent / into / "p" / "study.sqlite")) as database:
        retests = database.execute("SELECT number, retests FROM trial ORDER BY 1").fetchall()
    winner = [
        (done.model.trial, *(done.model.first.weights[name].tobytes() for name in sorted(done.model.first.weights)))
    ]
    return (*bits(file.parent / into / "p"), retests, winner)


def retested(found: tuple[list[Any], ...]) -> dict[int, str]:
    return {number: text for number, text in found[3] if text != "[]"}


@pytest.mark.parametrize("extra", ["data.folds=3", "search.pruner=brackets", "trainer.patience=1"])
def test_populations_change_no_bit(file: Path, extra: str) -> None:
    whole = search(file, "whole", extra)
    assert len(retested(whole)) > 2
    assert not differences(search(file, "ones", extra, "trainer.population=1"), whole)


def test_workers_change_no_bit(file: Path) -> None:
    whole = search(file, "whole", "data.folds=3")
    there = search(file, "there", "data.folds=3", "executor=processes", "executor.workers=2")
    assert not differences(there, whole)


@pytest.mark.parametrize("after", ["false", "true"])
def test_a_search_that_dies_at_any_commit_comes_to_the_same_retests(file: Path, after: str) -> None:
    settings = ["store.use=failing", f"store.after={after}", "search.trials=6", "trainer.epochs=2"]
    whole = search(file, "whole", *settings)
    assert len(retested(whole)) > 2
    deaths = list(gone_on(search, file, settings))
    for folder, resumed in deaths:
        assert not differences(resumed, whole), folder
    assert len(deaths) > 8


def test_running_again_retests_nothing_more(file: Path) -> None:
    assert not differences(*(search(file, "once", "search.strategy.most=40") for _ in range(2)))


@pytest.mark.parametrize("strategy", ["doubting", "coarse-to-fine"])
def test_the_first_trials_of_a_longer_search_are_those_of_the_shorter(file: Path, strategy: str) -> None:
    settings = [f"search.strategy.use={strategy}", *(["search.strategy.first=4"] if strategy != "doubting" else [])]
    whole = search(file, "whole", *settings)
    for trials in (6, 8):
        short = search(file, f"to{trials}", *settings, f"search.trials={trials}")
        assert short[0] == whole[0][:trials]
        grown = search(file, f"to{trials}", *settings)
        assert grown[0][:8] == whole[0][:8], "the rest of a round is proposed from the rounds before it"
        assert trials == 6 or not differences(grown, whole)


def test_a_retest_is_another_training_of_the_same_values_and_leaves_the_trial_as_it_was(file: Path) -> None:
    plain, doubted = search(file, "plain", "search.strategy.most=0"), search(file, "doubted")
    assert not retested(plain)
    assert plain[0] == doubted[0]
    assert plain[1] == doubted[1]
    with load(file, (), file.parent / "plugins.py").store.read(file.parent / "doubted" / "p") as ledger:
        again = [trial for trial in ledger.trials() if trial.retests]
    assert max(len(trial.retests) for trial in again) > 1
    for trial in again:
        metrics = [trial.metrics, *(each.metrics for each in trial.retests)]
        losses = [each["validation.loss"] for each in metrics]
        assert len(set(losses)) == len(losses), "every seed is another"
        assert len(trial.runs) == 1 + len(trial.retests)
        assert all(each.keys() == metrics[0].keys() for each in metrics)


def test_a_retest_has_its_own_initial_weights_and_order_of_rows_and_the_same_split(file: Path) -> None:
    search(file, "seeds", "trainer.use=peeking", f"trainer.notes={file.parent / 'notes'}", "trainer.population=1")
    seen = [line.split() for line in (file.parent / "notes").read_text().splitlines()]
    starts, orders, splits = ([line[place] for line in seen] for place in (0, 1, 2))
    assert len(set(starts)) == len(starts) > 12 + 6
    assert 1 < len(set(orders)) < 6, "one order for all first trainings, one for each further"
    assert orders[:4] == [orders[0]] * 4
    assert len(set(splits)) == 1


def test_the_winner_of_retests_comes_with_the_weights_of_its_first_training_kept_or_not(file: Path) -> None:
    settings = ["search.strategy.most=40", "search.metric=validation.loss", "optimizer.learning_rate={log=[0.02,0.1]}"]
    for seed in range(40):
        mine = [f"seed={seed}", *settings]
        rare, all_kept = (search(file, f"{keep}-{seed}", f"store.keep={keep}", *mine) for keep in (1, 16))
        assert rare[4] == all_kept[4]
        winner, held = rare[4][0][0], {row[0] for row in rare[2]}
        if len(held) > 1:  # of the one that is kept, and of the winner, which was trained again
            break
    else:
        pytest.fail("the winner's weights were always kept: this tests nothing")
    kept = held - {winner}
    (weights,) = (file.parent / f"1-{seed}" / "p" / "models").glob(f"trial-{winner}-*")
    weights.unlink()
    for models in ({winner}, kept):
        with pytest.raises(Interrupted) as late:  # all is done but the winner's weights
            run(load(file, ["store.keep=1", *mine], file.parent / "plugins.py"), file.parent / f"1-{seed}", stopped)
        assert late.value.run.model is not None
        assert late.value.run.model.trial in models, "a model that was saved stays"
        (weights.parent / "best.safetensors").unlink()
    with pytest.raises(Interrupted) as stop:  # which has no time for that
        go(file, f"1-{seed}", "search.trials=16", "store.use=failing", "store.keep=1", "store.call=1", *mine)
    assert stop.value.run.model is not None
    assert stop.value.run.model.trial in kept


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("return (0, 0)", r"\(0, 0\); it may name each finished"),
        ("return (-1,)", r"each finished trial of this study, once"),
        ("return (99,)", "IndexError"),
        ("raise KeyError('noise')", "KeyError: 'noise'"),
    ],
)
def test_a_strategy_that_asks_for_what_cannot_be_is_named(file: Path, body: str, complaint: str) -> None:
    (file.parent / "plugins.py").write_text(
        "import caviar\nfrom caviar_plugins import RandomSearch\n\nclass Doubting(caviar.Strategy):\n"
        "    def propose(self, *known): return RandomSearch().propose(*known)\n"
        f"    def retests(self, space, history, random): {body}\n"
    )
    with pytest.raises(PluginError, match=f"strategy 'doubting'.*{complaint}"):
        go(file, "bad")


def test_a_round_is_proposed_without_its_own_retests() -> None:
    retests = tuple(Retest(round, TrialState.FINISHED, float(round)) for round in (0, 0, 1, 3))
    trial = Trial(0, 0, (), {}, TrialState.FINISHED, objective=9.0, retests=retests)
    seen = [before_round(round, trial).runs for round in (0, 1, 3)]
    assert seen == [(9.0,), (9.0, 0.0, 0.0), (9.0, 0.0, 0.0, 1.0)]


def test_a_run_that_starts_from_another_retests_its_own_trials(file: Path) -> None:
    go(file, "first")
    first = file.parent / "first" / "p"
    done = go(file, "then", "name=second", f"search.start_from={first}", "search.strategy.most=40")
    own = [trial.index for trial in done.summary.trials if trial.retests]
    assert {0, 3, 6, 9} <= set(own)
    assert 11 in own, "the last row of the history is the study's last trial"
